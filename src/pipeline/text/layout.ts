/** What the lines of a text tell: where an author ended them, and where a typesetter did. */
import { quoteDepth, unquoted } from './markup.ts'

/** Lines shorter than this were not broken by a typesetter: tweets, headlines, verse, lists. */
export const shortLine = 40

/** How the first and the last line of a letter begin, which end with a comma. */
const salutations = new Set(['hi', 'hello', 'hey', 'dear', 'greetings'])
const greetings = new Set([
  ...salutations,
  ...'best regards thanks thank cheers sincerely yours love kind kindest warm warmest many cordially respectfully xoxo'.split(
    ' ',
  ),
])

/**
 * Whether a line of these words before its comma begins or ends a letter: "Hi Ida,", "Kind regards,". What follows with a
 * small letter may go on: "many men,".
 */
export const greets = (line: readonly string[], beforeCapital: boolean): boolean => {
  const first = line[0].toLowerCase()
  return salutations.has(first) || ((beforeCapital || line.length === 1) && greetings.has(first))
}

/** How an item of a list begins. */
const item = /^\s*(?:[-*•‣◦▪–]\s|\d{1,3}[.)]\s)/
const date = String.raw`\d{1,4}[./-]\d{1,2}[./-]\d{2,4}`
const time = String.raw`\d{1,2}:\d{2}(?::\d{2})?(?:\s?[AaPp]\.?[Mm]\.?)?`
/** How what somebody says begins in a chat, an interview, a play: "Liam: are you coming?", "[12:30] <aoife> yeah". */
const turn = new RegExp(
  String.raw`^[\s\u200e]*(?:[([]?(?:${date},?\s+)?${time}[)\]]?,?\s+(?:[-–]\s)?)?(?:<[^\s<>]{1,32}>\s|@?[\p{L}\p{N}][\p{L}\p{N}_.'’-]{0,31}(?: \p{Lu}[\p{L}.'’-]{0,31}){0,3}:\s)`,
  'u',
)
/** How every line of a log begins, and every message of a chat that was saved, whoever sent it. */
const stamped = new RegExp(String.raw`^[\s\u200e]*[([]?${date}(?:,?\s+|T)${time}(?![\p{L}\p{N}])`, 'u')

/** Which lines go on nothing by how they begin: in a talk, of which every second line is a turn; where a list or log is. */
export const beginningsOf = (lines: readonly string[]): { isTalk: boolean; begins: (line: string) => boolean } => {
  const has = (pattern: RegExp) => lines.filter((line) => pattern.test(line)).length
  const stamps = has(stamped)
  const turns = has(turn)
  const isTalk = turns > 1 && 2 * turns >= lines.filter((line) => line.trim() !== '').length
  const isLog = stamps > 1
  const isList = has(item) > 1
  return {
    isTalk,
    begins: (line) => (isTalk && turn.test(line)) || (isLog && stamped.test(line)) || (isList && item.test(line)),
  }
}

/** The first lines of a text, without the marks of those that are quoted. */
export const linesOf = (text: string): string[] => text.split('\n', 2000).map(unquotedLine)

/** A line without the marks that it is quoted with, looked for only where one may be. */
export const unquotedLine = (line: string): string => (quoteDepth(line) > 0 ? unquoted(line) : line)

/** So much of a line is looked at to see how it ends. */
const mostEnd = 12

/** What a post ends with: a link, a tag, an emoji; and what one begins with. */
const endsPost = /^(?:https?:\/\/|www\.|#[^\s#])|^\p{Extended_Pictographic}/u
const beginsPost = /^(?:@\w|RT$|[^\s@]+@[^\s@]+\.[^\s@]+$)/u

/** Whether a line that ends with one word and the next, which begins with another, are posts of their own. */
export const arePosts = (last: string, first: string): boolean => endsPost.test(last) || beginsPost.test(first)

const lastWord = (line: string): string => line.slice(line.trimEnd().lastIndexOf(' ') + 1)
const firstWord = (line: string): string => line.trimStart().split(' ', 1)[0]

const isBlank = (line: string): boolean => line.trim() === ''
const small = /^\s*\p{Ll}/u
const anySmall = /\p{Ll}/u
/** How a line ends that goes on, and hardly a headline does. */
const open =
  /(?:,|\s(?:an?|the|of|in|on|at|from|to|for|with|by|and|or|that|who|whose|which|is|was|were|are|had|has|his|her|its|their))\s?$/

/**
 * Whether lines go on what is before them: a quarter of those in prose, and more, begin with a small letter or stand behind
 * one that was left open. Lines of headlines and of search results are as full, and hardly one does. Without small letters
 * nothing is told.
 */
const areContinued = (lines: readonly string[]): boolean => {
  let [following, continued] = [0, 0]
  let hasSmall = false
  for (let i = 1; i < lines.length; i++) {
    if (isBlank(lines[i]) || isBlank(lines[i - 1])) continue
    following++
    const goesOn = small.test(lines[i]) || open.test(lines[i - 1].slice(-mostEnd))
    if (goesOn && !arePosts(lastWord(lines[i - 1]), firstWord(lines[i]))) continued++
    hasSmall ||= anySmall.test(lines[i])
  }
  return 4 * continued >= following || !hasSmall
}

/**
 * The width that lines were cut at by a typesetter, 0 where the author ended them. Lines within
 * a quarter of it count as full: words are not cut, so they end before it.
 */
export const wrappedAt = (lines: readonly string[]): number => {
  const widths = lines
    .filter((line) => !isBlank(line))
    .map((line) => line.length)
    .sort((a, b) => a - b)
  if (widths.length < 4) return 0
  const median = widths[Math.floor(widths.length / 2)]
  return widths[widths.length - 1] <= 100 && median >= 50 && areContinued(lines) ? median : 0
}
