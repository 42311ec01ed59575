/** Sentence boundaries over tokens, from punctuation, capitals, blank lines and layout. */
import type { Spans } from '../io/document/document.ts'
import { digits, ending, endsSentence, isNote, opensSentence, wide } from './text/ends.ts'
import { arePosts, beginningsOf, greets, linesOf, shortLine, unquotedLine, wrappedAt } from './text/layout.ts'
import { partsLines, quoteDepth } from './text/markup.ts'

/** Longest sentence in tokens; longer ones are cut, at a comma or semicolon where there is one. */
export const maxSentenceTokens = 160

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

/** Words after which even a short line goes on. */
const dangling = new Set(
  'a an the of in at to from by into between against and or nor my your our its their than ,'.split(' '),
)

/** So much of a line is looked at to see how it begins. */
const mostOpening = 160

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
    const line = text.lastIndexOf('\n', tokens.end[i] - 1) + 1
    const following = text.lastIndexOf('\n', tokens.begin[i + 1] - 1) + 1
    const depth = quoteDepth(text.slice(following, tokens.begin[i + 1]))
    if (depth !== quoteDepth(text.slice(line, line + mostOpening))) return false
    if (begins(unquotedLine(text.slice(following, tokens.begin[i + 1] + mostOpening)))) return false
    const last = word(i).toLowerCase()
    const size = tokens.end[i] - line
    if (last === ',' && size < shortLine && greetsBefore(i)) return false
    // Cut by a typesetter: a full line goes on, one that had room for the next word was ended.
    if (width > 0 && size + 1 + word(i + 1).length > 0.75 * width) return true
    if (width === 0 && size < shortLine) return dangling.has(last)
    if (width === 0 && arePosts(word(i), word(i + 1))) return false
    return unfinished.has(last) || lowerCase.test(word(i + 1))
  }
  /** Whether the line that ends with the comma `i` begins or ends a letter. */
  const greetsBefore = (i: number): boolean => {
    for (let k = i - 1; k > i - 5 && k >= from; k--)
      if (k === from || gap(k - 1).includes('\n'))
        return greets(
          Array.from({ length: i - k }, (_, n) => word(k + n)),
          capital.test(word(i + 1)),
        )
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
    isCasual ??= casual.test(text.slice(tokens.begin[0], tokens.begin[0] + mostCasual))
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
    if ((newlines > 0 && !(newlines === 1 && goesOn(i))) || partsLines(between)) {
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
    if (newlines > 0 || opensSentence(i, count, word, gap) || beginsSmall(i)) close(i + 1)
  }
  return { begin: Int32Array.from(begin), end: Int32Array.from(end) }
}

/** Whether a token's last character is a letter or digit, as of most: none of them ends a sentence. */
const isPlain = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57)

const cutPoint = (from: number, word: (i: number) => string): number => {
  const limit = from + maxSentenceTokens
  for (let i = limit; i > from + maxSentenceTokens / 2; i--) if (/^[;,:—-]+$/.test(word(i - 1))) return i
  return limit
}
