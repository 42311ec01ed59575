/**
 * ACE source text. Offsets count the characters of the file after every tag is
 * deleted, with whatever newlines are inside of it; the tags are remembered by
 * offset so that the file can be written again. It is SGML, not XML: bare `&` and
 * unclosed tags occur.
 */

/** A deleted tag and the text offset where it stood. */
export type Tag = readonly [offset: number, tag: string]

export interface SourceText {
  readonly text: string
  readonly tags: readonly Tag[]
}

/** @param newlines keeps the newlines inside of tags, which then are in pieces between them */
export const stripTags = (sgml: string, newlines = false): SourceText => {
  const tags: Tag[] = []
  let text = ''
  let from = 0
  for (const match of sgml.matchAll(/<[^<>]*>/g)) {
    text += sgml.slice(from, match.index)
    const pieces = newlines ? match[0].split('\n') : [match[0]]
    pieces.forEach((piece, i) => {
      if (i > 0) text += '\n'
      tags.push([text.length, piece])
    })
    from = match.index + match[0].length
  }
  return { text: text + sgml.slice(from), tags }
}

/** The inverse of `stripTags`. */
export const restoreTags = (text: string, tags: readonly Tag[]): string => {
  let out = ''
  let from = 0
  for (const [offset, tag] of tags) {
    out += text.slice(from, offset) + tag
    from = offset
  }
  return out + text.slice(from)
}

const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** Character references decoded; unknown ones stay. */
export const decodeReferences = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{1,6}));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return Object.hasOwn(named, name.toLowerCase()) ? named[name.toLowerCase()] : whole
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })

/** White space folded and references decoded, for comparing what a file says with what it covers. */
export const fold = (text: string): string => decodeReferences(text).replace(/\s+/g, ' ').trim()
