/** A document drawn in the terminal: spans in colour with their labels, relations and clusters below. */
import {
  type Document,
  listClusters,
  listMentions,
  listRelations,
  listSpans,
  type SpanLike,
} from '../document/document.ts'
import { bothWays } from './both-ways.ts'
import { kindNumbers } from './kinds.ts'
import { wrapped } from './wrap.ts'
import { gather } from '../gather.ts'

export interface DrawOptions {
  readonly color: boolean
  /** How much text to draw. @default all */
  readonly characters?: number
  /** Columns of the terminal, where lines are to be broken between words. */
  readonly width?: number | undefined
  /** Numbers of the kinds, shared by drawings in which a kind is to have one colour. @default its own */
  readonly kinds?: ((label: string) => number) | undefined
}

/**
 * Colours of the 256 that can be read on dark and on light ground (contrast 2.8 and more) and
 * told from each other (32 and more apart in CIE L*a*b*).
 */
export const palette = [33, 196, 34, 199, 137, 93, 36, 172, 132, 31, 201, 100, 197, 134, 167, 27]

/** When colours are used up: underlined, italic, both. */
const styles = [
  ['', ''],
  ['\u001b[4m', '\u001b[24m'],
  ['\u001b[3m', '\u001b[23m'],
  ['\u001b[3;4m', '\u001b[23;24m'],
]

type Paint = (label: string, piece: string) => string

const painter =
  (numberOf: (label: string) => number): Paint =>
  (label, piece) => {
    const number = numberOf(label)
    const [on, off] = styles[Math.floor(number / palette.length) % styles.length]
    return `${on}\u001b[38;5;${palette[number % palette.length]}m${piece}\u001b[39m${off}`
  }

const plain: Paint = (_, piece) => piece

/** Control characters of a text must not reach the terminal: escapes could rewrite it. Line ends of two are one. */
const safe = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  text.replace(/\r\n/g, '\n').replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd')

/** A piece of a text; where it ends between the two of a line end, without the first. */
const pieceOf = (text: string, from: number, to: number): string =>
  safe(text.slice(from, text[to] === '\n' && text[to - 1] === '\r' ? to - 1 : to))

interface Labelled extends SpanLike {
  readonly label: string
}

/** The text with each span in brackets and its label after it; nested spans nest. */
const marked = (text: string, spans: readonly Labelled[], to: number, paint: Paint): string => {
  const opens = new Map<number, Labelled[]>()
  const closes = new Map<number, Labelled[]>()
  for (const span of [...spans].sort((a, b) => a.start - b.start || b.end - a.end)) {
    if (span.start >= to) continue
    gather(opens, span.start, span)
    gather(closes, Math.min(span.end, to), span)
  }
  const at = [...new Set([...opens.keys(), ...closes.keys(), to])].sort((a, b) => a - b)
  let out = ''
  let from = 0
  for (const offset of at) {
    out += pieceOf(text, from, offset)
    from = offset
    for (const { label } of closes.get(offset)?.reverse() ?? []) out += paint(label, `]${safe(label)}`)
    for (const { label } of opens.get(offset) ?? []) out += paint(label, '[')
  }
  return out + (to < text.length ? ' …' : '')
}

export const drawDocument = (
  document: Document,
  { color, characters, width, kinds = kindNumbers() }: DrawOptions,
): string => {
  const { id, text } = document
  const to = Math.min(text.length, characters ?? text.length)
  const bold = (piece: string) => (color ? `\u001b[1m${piece}\u001b[22m` : piece)
  const parts = [bold(safe(id))]
  const sections: [string, Labelled[] | undefined][] = [
    ['entities', document.entities && listSpans(document.entities)],
    ['mentions', document.mentions && listMentions(document.mentions)],
    [
      'clusters',
      document.clusters &&
        listClusters(document.clusters).flatMap((cluster, c) =>
          cluster.map((span) => ({ ...span, label: String(c + 1) })),
        ),
    ],
  ]
  const paints = {
    kinds: color ? painter(kinds) : plain,
    clusters: color ? painter((label) => Number(label) - 1) : plain,
  }
  const annotated = sections.filter(([, spans]) => spans !== undefined)
  if (annotated.length === 0) parts.push(pieceOf(text, 0, to))
  for (const [name, spans] of annotated)
    parts.push(
      `${bold(name)}\n${marked(text, spans as Labelled[], to, name === 'clusters' ? paints.clusters : paints.kinds)}`,
    )
  if (document.relations) {
    const shown = listRelations(document.relations).filter(({ arg1, arg2 }) => arg1.end <= to && arg2.end <= to)
    const said = ({ start, end }: SpanLike) => pieceOf(text, start, end)
    const lines = bothWays(shown).map(
      ({ relation: { label, arg1, arg2 }, both }) =>
        `  ${said(arg1)} ${both ? '◀─' : '──'} ${safe(label)} ─▶ ${said(arg2)}`,
    )
    parts.push(`${bold('relations')}\n${lines.length > 0 ? lines.join('\n') : '  none'}`)
  }
  const drawn = parts.join('\n')
  return width === undefined ? drawn : wrapped(drawn, width)
}
