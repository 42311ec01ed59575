/**
 * Ids of documents in lines of text: as they are, and those that a line cannot hold as JSON strings, which are read
 * as what they stand for. No two ids are written alike.
 */

/** Whether an id can stand in a line, where white space at its ends is not its own. */
const isPlain = (id: string): boolean => id !== '' && id === id.trim() && !/[\n\r\u2028\u2029\p{Cs}]/u.test(id)

/** An id for a line. */
export const idOnLine = (id: string): string => (isPlain(id) && idOfLine(id) === id ? id : JSON.stringify(id))

/** The id that a line has: a quoted one is taken at its word unless nothing but quotes would hold it. */
export const idOfLine = (text: string): string => {
  const id = quotedId(text)
  return id === undefined || idOnLine(id) === id ? text : id
}

/** An id as one cell of a line. */
export const idCell = (id: string): string =>
  JSON.stringify(id).replace(/\s/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** The id of a JSON string; undefined for all else. */
export const quotedId = (text: string): string | undefined => {
  if (!/^".*"$/s.test(text)) return undefined
  try {
    const id: unknown = JSON.parse(text)
    return typeof id === 'string' ? id : undefined
  } catch {
    return undefined
  }
}
