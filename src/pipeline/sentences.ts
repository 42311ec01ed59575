/** Sentence boundaries over tokens, from punctuation, capitals, blank lines and layout. */
import type { Spans } from '../io/document/document.ts'
import { titles } from './tokenize.ts'

/** Longest sentence in tokens; longer ones are cut, at a comma or semicolon where there is one. */
export const maxSentenceTokens = 160

/** Ends a sentence also where the next begins with a small letter, as an ellipsis does not. */
const ending = /^(?:[.!?]|[!?]{2,})$/
const final = /^(?:[.!?]+|[.…]{2,}|…|[。！？])$/u
const closing = /^(?:["'”’»)\]}]|'')$/u
/** Sentences of scripts that set no space between them end here. */
const wide = /^[。！？]$/u
/** What stands behind a sentence and belongs to it, with or without a space: emoji, and emoticons as the tokenizer has them. */
const pictograph = /^(?:\p{Extended_Pictographic}|[:;=]['^o-]?[()[\]DPp/\\|3*]|<3|\^_?\^|xD)/u
const digits = /^\p{N}+$/u
const opening = /^["'“‘«([{`¿¡*_-]*[\p{Lu}\p{Lt}\p{Lo}\p{N}]|^["“‘«([{`¿¡—]+$/u
/** Words that begin a sentence far more often than they follow an abbreviation inside one. */
const starters = new Set(
  'The He She It They We I You In On At But And This That These Those There When While After Before If As His Her Its Their For However A An'.split(
    ' ',
  ),
)

/** Words that a line, but hardly a sentence, ends with. */
const unfinished = new Set(
  'a an the of in on at from to for with by and or but nor that which who whose is was were are be been as his her its their our my your this these those into over under between against , -'.split(
    ' ',
  ),
)
const lowerCase = /^\p{Ll}/u
const capital = /^\p{Lu}/u
const capitalized = /^\p{Lu}(?:\p{Ll}|$)/u
/** Amazon.Com is one name. */
const domains = new Set('com net org io ai co js tv'.split(' '))
/** What follows the "!" of a company: Yahoo! Inc., Yum! Brands. */
const firms = new Set('Inc Inc. Corp Corp. Ltd Ltd. LLC Co. plc Brands Holdings'.split(' '))
/** A word that is spelled out, as abbreviations hardly are: a vowel among three characters at least; or a number. */
const spelled = /^(?=.*[aeiouyAEIOUY\P{ASCII}]).{3,}|\p{N}$/u
/** The writer says "i", or begins with a small letter: capitals say little of where sentences begin. */
const casual = /^[^\p{L}]*\p{Ll}(?!\p{Lu})|(?:^|\s)i(?=['’\s])/u
/** Characters in which that is looked for. */
const mostCasual = 4096

/** How the first and the last line of a letter begin, which end with a comma. */
const greetings = new Set(
  'hi hello hey dear greetings best regards thanks thank cheers sincerely yours love kind kindest warm warmest many cordially respectfully xoxo'.split(
    ' ',
  ),
)

/** Words after which even a short line goes on. */
const dangling = new Set(
  'a an the of in at to from by into between against and or nor my your our its their than ,'.split(' '),
)

/** So much of a line is looked at to see how it begins. */
const mostOpening = 160

/** Lines shorter than this were not broken by a typesetter: tweets, headlines, verse, lists. */
const shortLine = 40

/** How an item of a list begins. */
const item = /^\s*(?:[-*•‣◦▪–]\s|\d{1,3}[.)]\s)/
/** How what somebody says begins in a chat, an interview, a play: "Liam: are you coming?", "[12:30] <aoife> yeah". */
const turn =
  /^\s*(?:[([]?\d{1,2}:\d{2}(?::\d{2})?[)\]]?,?\s+(?:-\s)?)?(?:<[^\s<>]{1,32}>\s|@?[\p{L}\p{N}][\p{L}\p{N}_.'’-]{0,31}(?: \p{Lu}[\p{L}.'’-]{0,31}){0,3}:\s)/u

/** Which lines go on nothing by how they begin: in a talk, of which every second line is a turn; where a list is. */
const beginningsOf = (lines: readonly string[]): { isTalk: boolean; begins: (line: string) => boolean } => {
  const turns = lines.filter((line) => turn.test(line)).length
  const isTalk = turns > 1 && 2 * turns >= lines.length
  const isList = lines.filter((line) => item.test(line)).length > 1
  return { isTalk, begins: (line) => (isTalk && turn.test(line)) || (isList && item.test(line)) }
}

const linesOf = (text: string): string[] => text.split('\n', 2000).filter((line) => line.trim() !== '')

/**
 * The width that lines were cut at by a typesetter, 0 where the author ended them. Lines within
 * a quarter of it count as full: words are not cut, so they end before it.
 */
const wrappedAt = (lines: readonly string[]): number => {
  if (lines.length < 4) return 0
  const widths = lines.map((line) => line.length).sort((a, b) => a - b)
  const median = widths[Math.floor(widths.length / 2)]
  return widths[widths.length - 1] <= 100 && median >= 50 ? median : 0
}

/** Ends of lines by other characters, each one long: old files' carriage returns, form feeds, Unicode's own. */
const otherLineEnds = /\r(?!\n)|[\f\u0085\u2028\u2029]/g

/** Sentences as token spans covering every token. */
export const splitSentences = (given: string, tokens: Spans): Spans => {
  const text = given.replace(otherLineEnds, '\n')
  const count = tokens.begin.length
  const lines = linesOf(text)
  const { isTalk, begins } = beginningsOf(lines)
  const width = isTalk ? 0 : wrappedAt(lines)
  const begin: number[] = []
  const end: number[] = []
  let from = 0
  const word = (i: number) => text.slice(tokens.begin[i], tokens.end[i])
  const gap = (i: number) => text.slice(tokens.end[i], tokens.begin[i + 1])
  const close = (to: number) => {
    for (let start = from; start < to; ) {
      const stop = to - start > maxSentenceTokens ? cutPoint(start, word) : to
      begin.push(start)
      end.push(stop)
      start = stop
    }
    from = to
  }
  /** Whether the newline after token `i` was put there by layout, in the middle of a sentence. */
  const goesOn = (i: number): boolean => {
    if (begins(text.slice(text.lastIndexOf('\n', tokens.begin[i + 1] - 1) + 1, tokens.begin[i + 1] + mostOpening)))
      return false
    const last = word(i).toLowerCase()
    const size = tokens.end[i] - (text.lastIndexOf('\n', tokens.end[i] - 1) + 1)
    if (last === ',' && size < shortLine && capital.test(word(i + 1)) && greetsFrom(i - 1)) return false
    // Cut by a typesetter: a full line goes on, one that had room for the next word was ended.
    if (width > 0 && size + 1 + word(i + 1).length > 0.75 * width) return true
    if (width === 0 && size < shortLine) return dangling.has(last)
    return unfinished.has(last) || lowerCase.test(word(i + 1))
  }
  /** Whether the line that ends with token `i` and a comma begins or ends a letter: "Hi Ida,", "Kind regards,". */
  const greetsFrom = (i: number): boolean => {
    for (let k = i; k > i - 4 && k >= from; k--)
      if (k === from || gap(k - 1).includes('\n')) return greetings.has(word(k).toLowerCase())
    return false
  }
  /** Whether the space after the end of a sentence was lost: "the end.The next". */
  const isGlued = (i: number): boolean =>
    i > from &&
    i + 2 < count &&
    ending.test(word(i)) &&
    gap(i + 1) !== '' &&
    lowerCase.test(word(i - 1).slice(-1)) &&
    capitalized.test(word(i + 1)) &&
    !domains.has(word(i + 1).toLowerCase())
  let isCasual: boolean | undefined
  /** Whether a sentence that token `i` ends is followed by one with a small letter. */
  const beginsSmall = (i: number): boolean => {
    const last = word(i)
    if (i === from || !ending.test(last) || !lowerCase.test(word(i + 1))) return false
    isCasual ??= casual.test(text.slice(0, mostCasual))
    const before = word(i - 1)
    return isCasual || (!capital.test(before) && (last !== '.' || spelled.test(before)))
  }
  /** Whether "1." stands at the beginning of a line: an item of a list begins, and no sentence ends. */
  const numbersItem = (i: number, from: number): boolean =>
    i === from + 1 &&
    word(i) === '.' &&
    digits.test(word(from)) &&
    tokens.end[from] - tokens.begin[from] < 3 &&
    (from === 0 || gap(from - 1).includes('\n'))
  for (let i = 0; i < count; i++) {
    if (i === count - 1) {
      close(count)
      break
    }
    const between = gap(i)
    const newlines = between.includes('\n') ? between.split('\n').length - 1 : 0
    if (newlines > 0 && !(newlines === 1 && goesOn(i))) {
      close(i + 1)
      continue
    }
    if (isPlain(text.charCodeAt(tokens.end[i] - 1))) continue
    if (between === '' && !wide.test(word(i)) && !isGlued(i)) continue
    if (ending.test(word(i)) && firms.has(word(i + 1))) continue
    if (numbersItem(i, from) || !endsSentence(i, from, word, gap)) continue
    const next = word(i + 1)
    // "He left. [3] She stayed.": the mark belongs to what it stands behind.
    if (i + 3 < count && word(i + 3) === ']' && isNote(next, word(i + 2))) continue
    if (opening.test(next) || newlines > 0 || beginsSmall(i)) close(i + 1)
  }
  return { begin: Int32Array.from(begin), end: Int32Array.from(end) }
}

/** Whether a token's last character is a letter or digit, as of most: none of them ends a sentence. */
const isPlain = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57)

/** Marks after the end of a sentence that are gone back over; a bound, so that time is linear. */
const mostClosers = 16

/** Whether token `i` can be a sentence's last: final punctuation, perhaps with what closes after it. */
const endsSentence = (i: number, from: number, word: (i: number) => string, gap: (i: number) => string): boolean => {
  const glued = (k: number) => k > from && gap(k - 1) === ''
  let at = i
  for (let closers = 0; closers < mostClosers; closers++) {
    if (at > from && pictograph.test(word(at))) at--
    // The mark of a note: "He left.[3] She stayed."
    else if (at - 2 > from && word(at) === ']' && glued(at) && glued(at - 1) && isNote(word(at - 2), word(at - 1)))
      at -= 3
    else if (glued(at) && closing.test(word(at))) at--
    else break
  }
  const last = word(at)
  // "(dir. Ana Lopez)", "M.Sc. (Econ.) Ana Lopez": one word behind a bracket is shortened, and no sentence.
  if (last === '.' && at - 2 > from && word(at - 2) === '(' && glued(at) && glued(at - 1))
    return at === i
      ? !lowerCase.test(word(at - 1))
      : word(at + 1) !== ')' || digits.test(word(at - 1)) || starters.has(word(i + 1))
  if (final.test(last)) return true
  if (at !== i || !last.endsWith('.') || last.length < 2) return false
  // An abbreviation ends a sentence only where a likely first word follows.
  return last !== 'v.' && !titles.has(last.slice(0, -1).toLowerCase()) && starters.has(word(i + 1))
}

const isNote = (open: string, mark: string): boolean => open === '[' && digits.test(mark)

const cutPoint = (from: number, word: (i: number) => string): number => {
  const limit = from + maxSentenceTokens
  for (let i = limit; i > from + maxSentenceTokens / 2; i--) if (/^[;,:—-]+$/.test(word(i - 1))) return i
  return limit
}
