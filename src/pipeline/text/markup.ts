/** What stands in a text and is none of its words: tags of HTML that were left in it, and the marks of a mail's quoted lines. */
import { isSpace, wordly, words } from './match.ts'

/** Longest tag. */
const mostTag = 300
/** Longest text that a tag without attributes marks. */
const mostMarked = 400
const pattern = /^<(\/?)([a-z][a-z0-9]*)((?:\s+[a-z][a-z0-9:_-]*=(?:"[^"]*"|'[^']*'|[^\s"'=`]+))*)\s*(\/?)>$/i
/** Tags within a line of text. */
const inline = new Set(words('b i u s em strong small big sub sup mark del ins strike tt q cite abbr font span a img'))
/** Of these such as say nothing without an attribute. */
const attributed = new Set(words('a img font'))
/** Tags that a paragraph, a line or a cell ends or begins with. */
const blocks = 'p|br|hr|div|li|ul|ol|dl|dt|dd|h[1-6]|table|tbody|thead|tr|td|th|blockquote|pre'
const block = new RegExp(`^(?:${blocks})$`, 'i')
const blockTag = new RegExp(`</?(?:${blocks})[\\s/>]`, 'i')

const begins = (character: string | undefined): boolean =>
  character !== undefined && (wordly.test(character) || '<&"\'“‘(#@$€£'.includes(character))

const isGap = (character: string | undefined): boolean => character === undefined || isSpace(character.charCodeAt(0))
const isLineEnd = (character: string | undefined): boolean =>
  character === undefined || character === '\n' || character === '\r'

/** Whether a tag is closed not far behind it, as what marks words is: "<b>Oslo</b>", but "a<b>c". */
const isClosed = (text: string, from: number, name: string): boolean =>
  text
    .slice(from, from + mostMarked)
    .toLowerCase()
    .includes(`</${name}`)

/**
 * The length of the tag at `at`, 0 if it is none. A tag touches what it marks: "<b>Oslo</b>", but "the <b> tag", "a <b and c>".
 */
export const tagAt = (text: string, at: number): number => {
  let end = at + 1
  for (; end < text.length && end < at + mostTag; end++) {
    const code = text.charCodeAt(end)
    if (code === 62) break
    if (code === 60 || code === 10) return 0
  }
  const match = pattern.exec(text.slice(at, end + 1))
  if (match === null) return 0
  const size = end + 1 - at
  const [, closing, given, attributes, empty] = match
  const name = given.toLowerCase()
  const before = text[at - 1]
  const after = text[end + 1]
  if (block.test(name)) {
    const touches =
      isLineEnd(before) || isLineEnd(after) || begins(after) || (!isGap(before) && !'"\'`(“‘'.includes(before))
    return touches || (name === 'br' && empty !== '') ? size : 0
  }
  if (!inline.has(name)) return 0
  if (closing !== '') return isGap(before) || before === '`' ? 0 : size
  if (attributes === '' && attributed.has(name)) return 0
  return attributes !== '' || (begins(after) && isClosed(text, end, name)) ? size : 0
}

/** Whether a tag between two tokens parts lines or paragraphs. */
export const partsLines = (between: string): boolean =>
  between.length > 2 && between.includes('<') && blockTag.test(between)

const isBlank = (code: number): boolean => code === 32 || code === 9

/** Most blanks before the mark of a quoted line. */
const mostIndent = 3

/** Where the marks end that begin a quoted line at `at`, `at` itself if they do not: ">", ">> ", "> > ". */
export const quoteMarksEnd = (text: string, at: number): number => {
  let from = at
  while (from > 0 && from > at - mostIndent && (text[from - 1] === ' ' || text[from - 1] === '\t')) from--
  if (from > 0 && text[from - 1] !== '\n' && text[from - 1] !== '\r') return at
  let end = at
  for (let code = 62; code === 62; code = text.charCodeAt(end)) {
    end++
    if (text.charCodeAt(end) === 62) continue
    if (text.charCodeAt(end) !== 32 && text.charCodeAt(end) !== 9) break
    if (text.charCodeAt(end + 1) === 62) end++
  }
  // ">=" is something else.
  return end >= text.length || isSpace(text.charCodeAt(end)) || begins(text[end]) ? end : at
}

/** How many times over a line is quoted. */
export const quoteDepth = (line: string): number => {
  let depth = 0
  for (let at = 0; at < line.length; at++) {
    const code = line.charCodeAt(at)
    if (code === 62) depth++
    else if (code !== 32 && code !== 9) break
  }
  return depth
}

/** A line without the marks that it is quoted with. */
export const unquoted = (line: string): string => {
  let at = 0
  while (at < mostIndent && isBlank(line.charCodeAt(at))) at++
  if (line.charCodeAt(at) !== 62) return line
  while (line.charCodeAt(at) === 62) at += isBlank(line.charCodeAt(at + 1)) ? 2 : 1
  return line.slice(at)
}
