/**
 * One document as a piece of a page: its text once, every layer over it, and lists of what cannot be seen in a text.
 */
import {
  type Document,
  listClusters,
  listMentions,
  listRelations,
  listSpans,
  type MentionLike,
  type RelationLike,
  type SpanLike,
} from '../document/document.ts'
import { bothWays } from './both-ways.ts'
import { kindNumbers } from './kinds.ts'
import { kindClass } from './palette.ts'
import { type DrawnSpan, escaped, nested } from './spans.ts'

/** What a document's drawing is compared with: which of its spans and relations are right, and what is missing. */
export type Verdict = 'right' | 'wrong' | 'missed' | 'extra'

export interface Judged {
  readonly verdict?: Verdict | undefined
  /** What is said of it when it is pointed at. */
  readonly note?: string | undefined
}

export interface DrawnLayers {
  readonly id: string
  readonly text: string
  readonly entities?: readonly (MentionLike & Judged)[] | undefined
  readonly mentions?: readonly (MentionLike & Judged)[] | undefined
  readonly relations?: readonly (RelationLike & Judged)[] | undefined
  readonly clusters?: readonly (readonly SpanLike[])[] | undefined
}

/** Colours of labels, the same from document to document. */
export interface Kinds {
  readonly spans: (label: string) => number
  readonly relations: (label: string) => number
}

/** Relations are told apart by their words: their colours begin anew. */
export const drawingKinds = (): Kinds => ({ spans: kindNumbers(), relations: kindNumbers([]) })

const percent = (score: number | undefined) => (score === undefined ? '' : `, ${(100 * score).toFixed(0)} %`)
const scoreOf = (score: number | undefined) => (score === undefined ? '' : ` data-p="${Math.round(100 * score)}"`)
const marks: Readonly<Record<Verdict, string>> = { right: '✓', wrong: '≠', missed: '−', extra: '+' }
const verdictOf = ({ verdict }: Judged) => (verdict === undefined ? '' : ` ${verdict}`)
const markOf = ({ verdict }: Judged) => (verdict === undefined ? '' : `${marks[verdict]} `)
const keyOf = ({ start, end }: SpanLike) => `${start} ${end}`

const labelled =
  (kind: 'e' | 'm', kinds: Kinds) =>
  (span: MentionLike & Judged): DrawnSpan => ({
    start: span.start,
    end: span.end,
    attributes:
      `class="${kind} ${kindClass(kinds.spans(span.label))}${verdictOf(span)}" data-l="${escaped(span.label)}"${scoreOf(span.score)}` +
      ` title="${escaped(`${span.label}${percent(span.score)}${span.note ? ` (${span.note})` : ''}`)}"`,
    after: `<b>${markOf(span)}${escaped(span.label)}</b>`,
  })

const list = (name: string, title: string, items: readonly string[], empty: string): string =>
  `<section class="${name}"><h3>${title}</h3>${items.length > 0 ? `<ul>${items.join('')}</ul>` : `<p>${empty}</p>`}</section>`

/** Names of the places that relations join, for arcs and for lighting up. */
const anchorsOf = (
  relations: readonly RelationLike[],
): ReadonlyMap<string, { readonly span: SpanLike; readonly at: number }> => {
  const anchors = new Map<string, { span: SpanLike; at: number }>()
  for (const { arg1, arg2 } of relations)
    for (const span of [arg1, arg2]) if (!anchors.has(keyOf(span))) anchors.set(keyOf(span), { span, at: anchors.size })
  return anchors
}

/** The words that a cluster is best known by: its longest name, or the first of its mentions. */
const nameOf = (cluster: readonly SpanLike[], text: string): string => {
  const texts = cluster.map(({ start, end }) => text.slice(start, end))
  const names = texts.filter((each) => /^\p{Lu}/u.test(each) && each.length < 60)
  return names.reduce((best, each) => (each.length > best.length ? each : best), names[0] ?? texts[0] ?? '')
}

/**
 * Layers of a document as HTML, for a page that has `drawingStyle` and, to be more than a picture, `drawingScript`.
 * Every character of the input is escaped.
 * @param kinds the colours; the same function for all documents of a page
 */
export const drawLayers = (
  { id, text, entities = [], mentions = [], relations = [], clusters = [] }: DrawnLayers,
  kinds: Kinds = drawingKinds(),
  has: ReadonlySet<string> = new Set(['entities', 'mentions', 'relations', 'clusters']),
): string => {
  const anchors = anchorsOf(relations)
  const heads = mentions.flatMap(({ head }): DrawnSpan[] =>
    head ? [{ start: head.start, end: head.end, attributes: 'class="h"', after: '' }] : [],
  )
  const spans: DrawnSpan[] = [
    ...mentions.map(labelled('m', kinds)),
    ...clusters.flatMap((cluster, c) =>
      cluster.map(({ start, end }) => ({
        start,
        end,
        attributes: `class="c ${kindClass(c)}" data-c="${c + 1}" title="${escaped(`${c + 1}: ${nameOf(cluster, text)}, ${cluster.length} mentions`)}"`,
        after: `<sup>${c + 1}</sup>`,
      })),
    ),
    ...entities.map(labelled('e', kinds)),
    ...Array.from(anchors.values(), ({ span, at }) => ({
      start: span.start,
      end: span.end,
      attributes: `class="a" data-a="${at}"`,
      after: '',
    })),
    ...heads,
  ]
  const place = (span: SpanLike) => anchors.get(keyOf(span))?.at
  const clusterOf = new Map(clusters.flatMap((cluster) => cluster.map((span) => [keyOf(span), cluster] as const)))
  /** The words of an argument, and whom they stand for where they are no name. */
  const argument = (span: SpanLike): string => {
    const [words, cluster] = [text.slice(span.start, span.end), clusterOf.get(keyOf(span))]
    const name = cluster && nameOf(cluster, text)
    const stands = name !== undefined && name !== words && !name.includes(words) && !words.includes(name)
    return `<span>${escaped(words)}</span>${stands ? ` <small>(${escaped(name)})</small>` : ''}`
  }
  const related = bothWays(relations).map(
    ({ relation, both }) =>
      `<li tabindex="0" class="${kindClass(kinds.relations(relation.label))}${verdictOf(relation)}" data-l="${escaped(relation.label)}"${scoreOf(relation.score)} data-from="${place(relation.arg1)}" data-to="${place(relation.arg2)}"${relation.note ? ` title="${escaped(relation.note)}"` : ''}>` +
      `${argument(relation.arg1)} <i>${markOf(relation)}${escaped(relation.label)} ${both ? '↔' : '→'}</i> ${argument(relation.arg2)}${relation.score === undefined ? '' : ` <small>${Math.round(100 * relation.score)} %</small>`}</li>`,
  )
  const grouped = clusters.map(
    (cluster, c) =>
      `<li tabindex="0" class="${kindClass(c)}" data-c="${c + 1}"><sup>${c + 1}</sup> <span>${escaped(nameOf(cluster, text))}</span> <small>${cluster.length} mentions</small></li>`,
  )
  const side =
    (has.has('relations') ? list('relations', 'Relations', related, 'none found') : '') +
    (has.has('clusters') ? list('clusters', 'Who is who', grouped, 'nobody is mentioned twice') : '')
  return (
    `<article><h2>${escaped(id)}</h2><div class="both"><div class="text" dir="auto">${nested(text, spans)}</div>` +
    `${side === '' ? '' : `<aside>${side}</aside>`}</div></article>`
  )
}

/** The layers that a document has. */
export const layersOf = (document: Document): DrawnLayers => ({
  id: document.id,
  text: document.text,
  entities: document.entities && listSpans(document.entities),
  mentions: document.mentions && listMentions(document.mentions),
  relations: document.relations && listRelations(document.relations),
  clusters: document.clusters && listClusters(document.clusters).filter(({ length }) => length > 1),
})

/** Names of the layers that are there, be they empty. */
export const layersIn = (layers: DrawnLayers): ReadonlySet<string> =>
  new Set(Object.entries(layers).flatMap(([name, layer]) => (Array.isArray(layer) ? [name] : [])))

/**
 * A document as HTML.
 * @example drawFragment(document) // '<article>…</article>'
 */
export const drawFragment = (document: Document, kinds?: Kinds): string => {
  const layers = layersOf(document)
  return drawLayers(layers, kinds, layersIn(layers))
}
