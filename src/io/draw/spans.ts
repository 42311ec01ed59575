/** Spans over a text as nested elements. */
import type { SpanLike } from '../document/document.ts'

export interface DrawnSpan extends SpanLike {
  /** Attributes of its element, escaped. */
  readonly attributes: string
  /** What stands after its last word, as HTML. */
  readonly after: string
}

/** Controls but tab, line feed and carriage return, which pages may not hold, as what shows that something is there. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what is looked for
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g

/** Text as HTML; nothing in it can be taken for an element, an attribute's end or a reference. */
export const escaped = (text: string): string =>
  text.replace(controls, '\ufffd').replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)

/** About how many characters a block has: what is far outside of the window costs a browser nothing. */
const blockCharacters = 3000

/** Where blocks may end: after a line, the last one before each has its length. */
const blockEnds = (text: string): number[] => {
  const ends: number[] = []
  for (let from = 0; text.length - from > blockCharacters; ) {
    const at = text.indexOf('\n', from + blockCharacters)
    if (at === -1 || at + 1 >= text.length) break
    ends.push(at + 1)
    from = at + 1
  }
  return ends
}

/**
 * A text with its spans as nested elements, in blocks. A span that crosses another's edge or a block's is cut there and
 * goes on as another element with the same attributes; what is said after it stands after its last piece.
 */
export const nested = (text: string, spans: readonly DrawnSpan[]): string => {
  const opens = new Map<number, DrawnSpan[]>()
  const ends = new Set(blockEnds(text))
  const edges = new Set<number>([text.length, ...ends])
  const order = spans.map((span, place) => ({ span, place }))
  order.sort((a, b) => a.span.start - b.span.start || b.span.end - a.span.end || a.place - b.place)
  for (const { span } of order) {
    const list = opens.get(span.start)
    if (list) list.push(span)
    else opens.set(span.start, [span])
    edges.add(span.start)
    edges.add(span.end)
  }
  const open: DrawnSpan[] = []
  const out: string[] = ['<div>']
  const start = (span: DrawnSpan) => {
    open.push(span)
    out.push(`<span ${span.attributes}>`)
  }
  let at = 0
  for (const edge of [...edges].sort((a, b) => a - b)) {
    out.push(escaped(text.slice(at, edge)))
    at = edge
    const reopen: DrawnSpan[] = []
    const isBlock = ends.has(edge)
    while (isBlock ? open.length > 0 : open.some((span) => span.end === edge)) {
      const span = open.pop() as DrawnSpan
      out.push(span.end === edge ? `${span.after}</span>` : '</span>')
      if (span.end !== edge) reopen.unshift(span)
    }
    if (isBlock) out.push('</div><div>')
    for (const span of reopen) start(span)
    for (const span of opens.get(edge) ?? []) start(span)
  }
  // Spans of no length at the very end.
  while (open.length > 0) out.push(`${(open.pop() as DrawnSpan).after}</span>`)
  out.push('</div>')
  return out.join('')
}
