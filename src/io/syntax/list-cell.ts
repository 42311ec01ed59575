/**
 * Lists in the cells of a table, as programs print them that keep lists in data frames: JSON, Python's (`['Ada', "O'Hara"]`)
 * and NumPy's, which has no commas (`['Ada' 'left']`) and leaves out what is in the middle of a long one.
 */
import { HmtlError } from '../errors.ts'
import { parseExact } from './exact-json.ts'

/** Strings character by character would need a stack as long as they are. */
const python = /[\s,]*(?:'([^'\\]*(?:\\[\s\S][^'\\]*)*)'|"([^"\\]*(?:\\[\s\S][^"\\]*)*)"|(-?\d+)|(None|nan)|(\.\.\.))/y
const separator = /[\s,]/
const escaped = /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([\s\S]))/g
const signs: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }

const unescaped = (text: string): string =>
  text.replace(escaped, (all: string, x?: string, u?: string, long?: string, sign = '') => {
    const code = x ?? u ?? long
    if (code === undefined) return signs[sign] ?? sign
    const point = Number.parseInt(code, 16)
    // No character has such a number: it stays as it was written.
    return point > 0x10ffff ? all : String.fromCodePoint(point)
  })

const ofJson = (cell: string): unknown[] | undefined => {
  try {
    const value = parseExact(cell)
    return Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** The list that a cell holds; undefined where it holds another text. @throws HmtlError of one that is cut */
export const listCell = (cell: string): unknown[] | undefined => {
  const text = cell.trim()
  if (!text.startsWith('[') || !text.endsWith(']')) return undefined
  const json = ofJson(text)
  if (json) return json
  const items: unknown[] = []
  let end = text.length - 1
  while (end > 1 && separator.test(text[end - 1])) end--
  const inner = text.slice(1, end)
  for (let at = 0; at < inner.length; ) {
    python.lastIndex = at
    const found = python.exec(inner)
    if (!found) return undefined
    const [all, single, double, number, , cut] = found
    if (cut !== undefined)
      throw new HmtlError('HMTL_INPUT_FIELD', 'a list was cut when it was printed: it has "..." in it', {
        remedy: 'Write lists as JSON, with pandas df[column].map(lambda x: json.dumps(list(x)))',
      })
    const string = single ?? double
    items.push(string !== undefined ? unescaped(string) : number !== undefined ? Number(number) : null)
    at += all.length
  }
  return items
}
