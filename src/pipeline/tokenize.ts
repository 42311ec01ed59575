/**
 * Raw text to tokens with exact offsets, in the manner of the Penn Treebank: punctuation, clitics and the hyphens of
 * names apart; other words with hyphens, abbreviations, numbers, addresses, hashtags and emoticons whole. Nothing is
 * rewritten: a token is a slice of the text.
 */
import type { Spans } from '../io/document/document.ts'

const words = (list: string): readonly string[] => list.split(' ')

/** What people and places are called before their names. */
const callings = words(
  'mr mrs ms dr prof rev hon gen brig col maj capt lt sgt cpl pvt pfc spc ens adm cmdr gov sen rep ald amb atty pres supt det insp st ste mt ft messrs mme mlle msgr ' +
    'drs profs revs gens cols majs capts lts sgts govs sens reps attys',
)
/** Abbreviations that keep their period, lower-cased and without it. */
const abbreviations = new Set([
  ...callings,
  ...words(
    'sr jr esq ' +
      'jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun ' +
      'inc ltd co corp bros llc plc cos assn dept univ inst est div ave aves blvd rd hwy sq sts ' +
      'vs etc eg ie al cf viz approx ca vol vols pp fig figs ed eds trans ' +
      'ala ariz ark calif colo conn del fla ga ill ind kan ky la md mass mich minn miss mo mont neb nev okla ore pa penn tenn tex va vt wash wis wyo',
  ),
])
/** Of these the days and months, in small letters. */
const calendar = new Set(
  words('jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun'),
)
/** Abbreviations where a number follows, words else: "no. 5", "Art. 5", but "I said no." */
const numbered = new Set(words('no nos p ch sec art arts para eq eqs'))
const beforeNumber = /\.\s*\p{N}/uy

/**
 * Whether a word takes the period after it, of which `end` is the place. "v." stands between parties; 12 V may end a
 * sentence.
 */
const isAbbreviation = (word: string, text: string, end: number): boolean => {
  // Of "etc..." the periods are an ellipsis.
  if (text.charCodeAt(end + 1) === 46 && text.charCodeAt(end + 2) === 46) return false
  const lower = word.toLowerCase()
  return numbered.has(lower) ? matchAt(beforeNumber, text, end) > 0 : word === 'v' || abbreviations.has(lower)
}

/** Abbreviations that a name or number follows, so that a capital after them begins no sentence. */
export const titles = new Set([...callings, ...numbered, ...words('vol vols pp fig figs cf vs')])

const url = /(?:https?:\/\/|www\.)[^\s<>"]+|[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/uy
const acronym =
  /(?:\p{L}\.){2,12}(?=[^\p{L}\p{N}]|$)|Ph\.D\.|\p{Lu}\.(?:Arch|Com|Ed|Eng|Litt|Mus|Phil|Sc|Tech)\.|\p{Lu}\.(?=\s*\p{Lu}[\p{L}'’.-])|[NSEW]\.(?=\s*\p{N})/uy
const number = /\p{N}+(?:[.,:/]\p{N}+)*(?:(?:st|nd|rd|th|s)(?![\p{L}\p{N}]))?/uy
const word =
  /[\p{L}\p{M}\p{N}_]+(?:(?:[-‐‑&+\u00ad]|['’](?=\p{L})|\.(?=\p{Ll}{2})|(?<=\p{N})\.(?=\p{N}))[\p{L}\p{M}\p{N}_]+)*/uy
const tag = /[#@][\p{L}\p{N}_]+/uy
const emoji = /\p{Extended_Pictographic}(?:\ufe0f|\p{EMod}|\u200d\p{Extended_Pictographic})*|\p{RI}{2}/uy
/** Faces of western and eastern style and hearts, where a space or a line's beginning is before them: :-) ;P :'( <3 ^_^ */
const emoticon = /(?:[:;=]['’^o-]?[()[\]DPp/\\|3*]+|[xX]D+|<3+|\^_*\^)(?![\p{L}\p{N}])/uy
const repeated = /\.{2,}|-{2,}|[!?]+|`{2}|'{2}|—+|\*+|_+|=+|~+/uy
const clitic = /(?:n['’]t|['’](?:s|m|d|re|ve|ll))$/iu
/** Names of a letter and signs: C++, F#. */
const signed = /[A-Z](?:\+\+|#)(?![\p{L}\p{N}#+])/uy
/** A clitic cut off by a space, or a word that lost its beginning: rock 'n' roll, 'em, ’s, '90s. */
const loose = /['’](?:n['’]|(?:s|m|d|re|ve|ll|em|tis|twas|n|\p{N}0s)(?![\p{L}\p{N}]))/iuy
const ideograph = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u

const matchAt = (pattern: RegExp, text: string, at: number): number => {
  pattern.lastIndex = at
  const match = pattern.exec(text)
  return match ? match[0].length : 0
}

/** Token spans of a text, in UTF-16 code units. Time and memory are linear in its length. */
export const tokenize = (text: string): Spans => {
  const begin: number[] = []
  const end: number[] = []
  const push = (from: number, to: number) => {
    begin.push(from)
    end.push(to)
  }
  let at = 0
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (isSpace(code)) {
      at++
      continue
    }
    at = code < 0x80 && isPlainLetter(code) ? lettered(text, at, push) : other(text, at, push)
  }
  return { begin: Int32Array.from(begin), end: Int32Array.from(end) }
}

const isSpace = (code: number): boolean =>
  code === 32 ||
  (code >= 9 && code <= 13) ||
  code === 0x85 ||
  code === 0xa0 ||
  code === 0x1680 ||
  (code >= 0x2000 && code <= 0x200b) ||
  code === 0x2028 ||
  code === 0x2029 ||
  code === 0x202f ||
  code === 0x205f ||
  code === 0x3000 ||
  code === 0xfeff

const isPlainLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90)

type Push = (from: number, to: number) => void

/** Addresses are rare: looked for only where their mark follows in the same run. */
const addressAhead = (text: string, at: number): boolean => {
  for (let i = at; i < text.length && i < at + 64; i++) {
    const code = text.charCodeAt(i)
    if (isSpace(code)) return false
    if (code === 64) return true
    if (code === 58 && text.charCodeAt(i + 1) === 47) return true
  }
  return false
}

const trailing = new Set('.,;:!?)]\'"’”')

/** Where an address ends: without the punctuation after it, but with a bracket that was opened in it. */
const addressEnd = (text: string, from: number, to: number): number => {
  let open = 0
  for (let i = from; i < to; i++) open += text[i] === '(' ? 1 : text[i] === ')' ? -1 : 0
  let end = to
  for (; end > from + 1 && trailing.has(text[end - 1]); end--) {
    if (text[end - 1] !== ')') continue
    if (open >= 0) break
    open++
  }
  return end
}

/** What is before the dates of a life or reign in brackets, or a rough year: "(b. March 2009)", "Mary, d. 1831", "c. 1871". */
const dated = /(?:b|c|ca|d|fl|r)\.(?=\s*[\p{N}\p{Lu}])/uy
/** Characters between a birth and a death, within one bracket. */
const mostLife = 60
const openLife = /\(b\.[^()]*$/u
const datedByYear = /(?:b|d|fl|m)\.(?=\s*(?:\p{N}{1,2}\s+\p{Lu}\p{Ll}+\s+)?\p{N}{3,4}(?!\p{N}))/uy
/** A place first: "b. Calabar, 17 Sept 1938". */
const datedByPlace = /(?:b|d)\.(?=\s+\p{Lu}[^.;()]{0,40}\p{N})/uy
const lifeMark = (text: string, at: number): number => {
  const before = text[at - 1] === ' ' ? text[at - 2] : text[at - 1]
  // "He was b. 1898", but "ran 100 m. 1908 saw".
  if (text[at] !== 'c' && (before === undefined || letter.test(before))) return matchAt(datedByYear, text, at)
  // "(b. Oslo 1851, d. Rome 1919)", where a capital alone could begin a sentence.
  if (before === ',' && text[at] !== 'c' && !openLife.test(text.slice(Math.max(0, at - mostLife), at)))
    return matchAt(datedByYear, text, at) || matchAt(datedByPlace, text, at)
  const size = matchAt(dated, text, at)
  return size > 0 && (text[at] === 'c' || '(;,'.includes(before)) ? size : 0
}

/** Two years from one to the other: 1938-2025, as people write what books write with a dash. */
const years = /(?:1\d|20)\d\d(?=[-‐‑](?:1\d|20)\d\d(?![\p{L}\p{N}/‐‑-]))/uy

/** The number of a king or a war that a sentence ends with, not an initial: "George V. In 1924", "World War I. The". */
const ordinalEnd =
  /(?<=\p{Lu}\p{Ll}+ )[IV](?=\.\s+(?:The|He|She|It|They|We|In|On|At|But|And|This|That|His|Her|Its|Their|For|When|After|As|An?)\s)/uy

const faceAt = (text: string, at: number): number =>
  at === 0 || isSpace(text.charCodeAt(at - 1)) ? matchAt(emoticon, text, at) : 0

const lettered = (text: string, at: number, push: Push): number => {
  const address = addressAhead(text, at) || text.startsWith('www.', at) ? matchAt(url, text, at) : 0
  if (address > 0) {
    const end = addressEnd(text, at, at + address)
    push(at, end)
    return end
  }
  const initials = matchAt(ordinalEnd, text, at) || matchAt(acronym, text, at) || lifeMark(text, at)
  if (initials > 0) {
    push(at, at + initials)
    return at + initials
  }
  const size = matchAt(word, text, at) || 1
  return wordAt(text, at, (size === 1 && matchAt(signed, text, at)) || size, push)
}

const wordAt = (text: string, at: number, size: number, push: Push): number => {
  const end = at + size
  const form = text.slice(at, end)
  if (size > 1 && ideograph.test(form)) {
    // No spaces between words in these scripts: a character is a token.
    let from = at
    for (const character of form) {
      push(from, from + character.length)
      from += character.length
    }
    return end
  }
  if (size > 2 && hyphenated.test(form)) {
    let from = at
    for (const hyphen of nameHyphens(form)) {
      pushWord(text, from, at + hyphen, push)
      push(at + hyphen, at + hyphen + 1)
      from = at + hyphen + 1
    }
    // What follows the last of them may be an abbreviation, but "Seo-jun." is no month.
    if (from > at && !calendar.has(text.slice(from, end))) return wordAt(text, from, end - from, push)
    if (from > at) {
      pushWord(text, from, end, push)
      return end
    }
  }
  if (text.charCodeAt(end) === 46 && isAbbreviation(form, text, end)) {
    push(at, end + 1)
    return end + 1
  }
  pushWord(text, at, end, push)
  return end
}

const hyphenated = /[-‐‑]/
const capital = /\p{Lu}/u
const letter = /\p{L}/u
/** Between a letter and a letter: COVID-19 and F-16 are names of one word. */
const hyphen = /(?<=[\p{L}\p{M}])[-‐‑](?=\p{L})/gu
/** Words that stand before a hyphen more often than by themselves: "Co-founded", but "pro-Kremlin". */
const prefix = /^(?:anti|co|counter|de|e|ex|mid|multi|non|over|post|pre|pro|re|self|semi|sub|super|un|under|x)$/i

/**
 * Where a word is cut: at its hyphens, if it holds a name (Al-Qaeda, Virginia-based, pro-Kremlin), as the corpora do
 * that people have marked names in. Common words (vice-president) are left whole, as GloVe has them.
 */
const nameHyphens = (word: string): number[] => {
  if (!capital.test(word)) return []
  const places = Array.from(word.matchAll(hyphen), ({ index }) => index)
  const [first] = places
  return prefix.test(word.slice(0, first)) && !capital.test(word.slice(first)) ? [] : places
}

/** Longest of the clitics. */
const mostClitic = 3

/** A word, its clitics apart: should|n't|'ve. */
const pushWord = (text: string, from: number, to: number, push: Push): void => {
  const cuts = [to]
  for (let end = to; end - from > 2; ) {
    const tail = Math.max(from, end - mostClitic)
    const found = clitic.exec(text.slice(tail, end))
    if (!found || tail + found.index === from) break
    end = tail + found.index
    cuts.push(end)
  }
  for (let start = from, i = cuts.length - 1; i >= 0; start = cuts[i--]) push(start, cuts[i])
}

const other = (text: string, at: number, push: Push): number => {
  const face = faceAt(text, at)
  if (face > 0) {
    push(at, at + face)
    return at + face
  }
  const year = matchAt(years, text, at)
  if (year > 0) {
    push(at, at + year)
    push(at + year, at + year + 1)
    push(at + year + 1, at + 2 * year + 1)
    return at + 2 * year + 1
  }
  const numeric = matchAt(number, text, at)
  const letters = matchAt(word, text, at)
  if (numeric > 0 && numeric >= letters) {
    push(at, at + numeric)
    return at + numeric
  }
  if (letters > 0) return lettered(text, at, push)
  for (const pattern of [tag, repeated, emoji]) {
    const size = matchAt(pattern, text, at)
    if (size > 0) {
      push(at, at + size)
      return at + size
    }
  }
  const size = matchAt(loose, text, at) || ((text.codePointAt(at) as number) > 0xffff ? 2 : 1)
  push(at, at + size)
  return at + size
}
