/** Character references that are left in a text: K&ouml;ln, Procter &amp; Gamble, John&#8217;s, on&nbsp;Monday. */
import { letter, matchAt, words } from './match.ts'

/** What a reference stands for: white space, a letter, an apostrophe, "&", or another character. */
type Kind = 'space' | 'letter' | 'apostrophe' | 'and' | 'sign'

interface Reference {
  readonly kind: Kind
  readonly size: number
}

const pattern = /&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|([A-Za-z]{2,8}\d{0,2}));/y
const lettered =
  /^(?:[A-Za-z](?:acute|breve|caron|cedil|circ|grave|ogon|ring|slash|strok|tilde|uml)|(?:AE|ae|OE|oe|sz)lig|eth|ETH|thorn|THORN|shy)$/
const named = new Map<string, Kind>([
  ...words('nbsp ensp emsp thinsp').map((name) => [name, 'space'] as const),
  ...words('apos rsquo').map((name) => [name, 'apostrophe'] as const),
  ['amp', 'and'],
  ...words(
    'lt gt quot ndash mdash lsquo sbquo ldquo rdquo bdquo lsaquo rsaquo laquo raquo hellip bull middot copy reg trade deg euro ' +
      'pound yen cent sect para dagger Dagger times divide plusmn minus micro permil prime Prime iexcl iquest ordf ordm not larr rarr ' +
      'frac12 frac14 frac34 sup1 sup2 sup3',
  ).map((name) => [name, 'sign'] as const),
])

const kindOf = (character: string): Kind => {
  if (/\s/u.test(character)) return 'space'
  if (letter.test(character) || character === '\u00ad') return 'letter'
  return character === "'" || character === '’' ? 'apostrophe' : character === '&' ? 'and' : 'sign'
}

/** The reference that begins with the "&" at `at`. */
export const referenceAt = (text: string, at: number): Reference | undefined => {
  pattern.lastIndex = at
  const match = pattern.exec(text)
  if (match === null) return undefined
  const [{ length: size }, decimal, hexadecimal, name] = match
  if (name !== undefined) {
    const kind = lettered.test(name) ? 'letter' : named.get(name)
    return kind && { kind, size }
  }
  const code = decimal === undefined ? Number.parseInt(hexadecimal, 16) : Number(decimal)
  return code > 31 && code <= 0x10ffff ? { kind: kindOf(String.fromCodePoint(code)), size } : undefined
}

/** A clitic behind its apostrophe. */
const clitic = /(?:s|m|d|t|re|ve|ll)(?![\p{L}\p{N}])/iuy

/** How much of a clitic follows the apostrophe that ends at `at`. */
export const cliticAfter = (text: string, at: number): number => matchAt(clitic, text, at)

/** Where a word ends that goes on over the reference at `from`, as it would over the character: `word` is how it goes on. */
export const overReferences = (text: string, from: number, word: RegExp): number => {
  let end = from
  while (text.charCodeAt(end) === 38) {
    const found = referenceAt(text, end)
    if (found === undefined) {
      // "M&Ms; she": what is no reference is part of the word.
      const more = matchAt(word, text, end + 1)
      if (more === 0) break
      end += 1 + more
      continue
    }
    if (found.kind === 'space' || found.kind === 'sign') break
    const next = end + found.size
    const rest = matchAt(word, text, next)
    if (found.kind !== 'letter' && rest === 0) break
    if (found.kind === 'apostrophe' && cliticAfter(text, next) > 0) break
    end = next + rest
  }
  return end
}
