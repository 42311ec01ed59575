/**
 * White space after a word as CoNLL-U says it, in MISC: `SpaceAfter=No`, or `SpacesAfter=` with UDPipe's escapes where
 * there is another than one space.
 */

const escapes: Readonly<Record<string, string>> = { s: ' ', t: '\t', r: '\r', n: '\n', p: '|', '\\': '\\' }
const names = new Map(Object.entries(escapes).map(([name, sign]) => [sign, `\\${name}`]))

/** White space, as texts have it: a byte order mark is none. */
const whiteSpace = /^\p{White_Space}*$/u

/** What says that this stands after a word; undefined for one space, and for what is no white space. */
export const spacesItem = (gap: string): string | undefined => {
  if (gap === ' ' || !whiteSpace.test(gap)) return undefined
  if (gap === '') return 'SpaceAfter=No'
  const spelled = Array.from(gap, (sign) => names.get(sign) ?? `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return `SpacesAfter=${spelled.join('')}`
}

/** What an item says that stands after a word; undefined where it says nothing of that. */
export const spacesOf = (item: string): string | undefined => {
  if (item === 'SpaceAfter=No') return ''
  if (!item.startsWith('SpacesAfter=')) return undefined
  const gap = item
    .slice('SpacesAfter='.length)
    .replace(/\\(?:u([0-9a-fA-F]{4})|([strnp\\]))/g, (_, code?: string, name?: string) =>
      code === undefined ? escapes[name as string] : String.fromCharCode(Number.parseInt(code, 16)),
    )
  return whiteSpace.test(gap) ? gap : undefined
}
