/**
 * What may stand around a record of JSON and is no part of it: a byte order mark where files were joined, the mark that
 * texts of a sequence begin with (RFC 7464), a comma of an array that became lines.
 */

export const recordSeparator = 0x1e
const newline = 0x0a
const comma = 0x2c
const replacement = 0xfffd
const [openObject, closeObject] = [0x7b, 0x7d]
const marks = new Set([0x20, 0x09, 0x0d, newline, 0xfeff, recordSeparator])

/** Index of the first character that is neither white space nor a mark. */
export const afterMarks = (text: string, from = 0): number => {
  let at = from
  while (marks.has(text.charCodeAt(at))) at++
  return at
}

/** Whether another object follows on the line; undefined where its end is not in sight. @param from after the one before it */
export const isJoined = (text: string, from: number): boolean | undefined => {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    // A mark of which the first bytes alone are there.
    if (code === replacement && at >= text.length - 2) return undefined
    if (code === newline || !(marks.has(code) || code === comma)) return code === openObject
  }
  return undefined
}

/** A line that holds an object without what stands around that; any other as it is. */
export const bareLine = (line: string): string => {
  const begin = afterMarks(line)
  if (line.charCodeAt(begin) !== openObject) return line
  let end = line.length
  while (end > begin && (marks.has(line.charCodeAt(end - 1)) || line.charCodeAt(end - 1) === comma)) end--
  return line.charCodeAt(end - 1) === closeObject ? line.slice(begin, end) : line
}
