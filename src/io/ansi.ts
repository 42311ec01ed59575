/** A document drawn in the terminal: spans in colour with their labels, relations and clusters below. */
import { type Document, listClusters, listMentions, listRelations, listSpans, type SpanLike } from './document.ts'

export interface DrawOptions {
  readonly color: boolean
  /** How much text to draw. @default all */
  readonly characters?: number
}

/** Colours of the 256 palette that can be told apart on dark and on light ground. */
const palette = [33, 208, 35, 162, 136, 99, 37, 160, 70, 171, 31, 172]

const colorOf = (label: string): number => {
  let hash = 0
  for (let i = 0; i < label.length; i++) hash = (hash * 31 + label.charCodeAt(i)) >>> 0
  return palette[hash % palette.length]
}

/** Control characters of a text must not reach the terminal: escapes could rewrite it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const safe = (text: string): string => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd')

interface Labelled extends SpanLike {
  readonly label: string
}

/** The text with each span in brackets and its label after it; nested spans nest. */
const marked = (text: string, spans: readonly Labelled[], to: number, color: boolean): string => {
  const opens = new Map<number, Labelled[]>()
  const closes = new Map<number, Labelled[]>()
  for (const span of [...spans].sort((a, b) => a.start - b.start || b.end - a.end)) {
    if (span.start >= to) continue
    opens.set(span.start, [...(opens.get(span.start) ?? []), span])
    const end = Math.min(span.end, to)
    closes.set(end, [span, ...(closes.get(end) ?? [])])
  }
  const paint = (label: string, piece: string) => (color ? `\u001b[38;5;${colorOf(label)}m${piece}\u001b[39m` : piece)
  const at = [...new Set([...opens.keys(), ...closes.keys(), to])].sort((a, b) => a - b)
  let out = ''
  let from = 0
  for (const offset of at) {
    out += safe(text.slice(from, offset))
    from = offset
    for (const { label } of closes.get(offset) ?? []) out += paint(label, `]${color ? '\u001b[2m' : ''}${safe(label)}${color ? '\u001b[22m' : ''}`)
    for (const { label } of opens.get(offset) ?? []) out += paint(label, '[')
  }
  return out + (to < text.length ? ' …' : '')
}

export const drawDocument = (document: Document, { color, characters }: DrawOptions): string => {
  const { id, text } = document
  const to = Math.min(text.length, characters ?? text.length)
  const bold = (piece: string) => (color ? `\u001b[1m${piece}\u001b[22m` : piece)
  const parts = [bold(safe(id))]
  const sections: [string, Labelled[] | undefined][] = [
    ['entities', document.entities && listSpans(document.entities)],
    ['mentions', document.mentions && listMentions(document.mentions)],
    ['clusters', document.clusters && listClusters(document.clusters).flatMap((cluster, c) => cluster.map((span) => ({ ...span, label: String(c + 1) })))],
  ]
  const annotated = sections.filter(([, spans]) => spans !== undefined)
  if (annotated.length === 0) parts.push(safe(text.slice(0, to)))
  for (const [name, spans] of annotated) parts.push(`${bold(name)}\n${marked(text, spans as Labelled[], to, color)}`)
  if (document.relations) {
    const lines = listRelations(document.relations)
      .filter(({ arg1, arg2 }) => arg1.end <= to && arg2.end <= to)
      .map(({ label, arg1, arg2 }) => `  ${safe(text.slice(arg1.start, arg1.end))} ── ${safe(label)} ─▶ ${safe(text.slice(arg2.start, arg2.end))}`)
    parts.push(`${bold('relations')}\n${lines.length > 0 ? lines.join('\n') : '  none'}`)
  }
  return parts.join('\n')
}
