/**
 * Documents as one self-contained page: the layers over the same text, spans
 * coloured and labelled, relations as lists of arrows, clusters in their colours,
 * linked on hover by style alone. Every character of the input is escaped.
 */
import {
  type Document,
  listClusters,
  listMentions,
  listRelations,
  listSpans,
  type SpanLike,
} from '../document/document.ts'
import { kindNumbers } from './kinds.ts'

interface Drawn extends SpanLike {
  readonly label: string
  readonly kind: string
  readonly title: string
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)

/** Each kind turns the wheel by the golden angle: no two are alike, and neighbours are far apart. */
const hues = (numberOf: (label: string) => number) => (label: string) =>
  Math.round(((numberOf(label) * 137.508 + 210) % 360) * 10) / 10

type Hue = (label: string) => number

/** Spans as nested elements; one that crosses another's edge is cut there and continued. */
const marked = (text: string, spans: readonly Drawn[], hue: Hue): string => {
  const opens = new Map<number, Drawn[]>()
  const edges = new Set<number>([text.length])
  for (const span of [...spans].sort((a, b) => a.start - b.start || b.end - a.end)) {
    opens.set(span.start, [...(opens.get(span.start) ?? []), span])
    edges.add(span.start)
    edges.add(span.end)
  }
  const open: Drawn[] = []
  const start = (span: Drawn) => {
    open.push(span)
    return `<mark class="${span.kind}" style="--h:${hue(span.label)}" title="${escaped(span.title)}">`
  }
  let out = ''
  let at = 0
  for (const edge of [...edges].sort((a, b) => a - b)) {
    out += escaped(text.slice(at, edge))
    at = edge
    const reopen: Drawn[] = []
    while (open.some((span) => span.end === edge)) {
      const span = open.pop() as Drawn
      out += span.end === edge ? `<b>${escaped(span.label)}</b></mark>` : '</mark>'
      if (span.end !== edge) reopen.unshift(span)
    }
    for (const span of reopen) out += start(span)
    for (const span of opens.get(edge) ?? []) out += start(span)
  }
  return out
}

const percent = (score: number | undefined) => (score === undefined ? '' : ` ${(100 * score).toFixed(0)} %`)

const section = (title: string, body: string) => `<section><h3>${title}</h3>${body}</section>`

const documentHtml = (document: Document, hue: Hue): string => {
  const { id, text } = document
  const parts: string[] = []
  const span = (kind: string) => (item: { start: number; end: number; label: string; score?: number | undefined }) => ({
    ...item,
    kind,
    title: `${item.label}${percent(item.score)}`,
  })
  if (document.entities)
    parts.push(section('Entities', `<p>${marked(text, listSpans(document.entities).map(span('entity')), hue)}</p>`))
  if (document.mentions)
    parts.push(section('Mentions', `<p>${marked(text, listMentions(document.mentions).map(span('mention')), hue)}</p>`))
  if (document.relations) {
    const rows = listRelations(document.relations).map(
      ({ label, arg1, arg2, score }) =>
        `<li><span>${escaped(text.slice(arg1.start, arg1.end))}</span> <i style="--h:${hue(label)}" title="${escaped(`${label}${percent(score)}`)}">${escaped(label)} ⟶</i> <span>${escaped(text.slice(arg2.start, arg2.end))}</span></li>`,
    )
    parts.push(section('Relations', rows.length > 0 ? `<ul>${rows.join('')}</ul>` : '<p class="none">none</p>'))
  }
  if (document.clusters) {
    const drawn = listClusters(document.clusters).flatMap((cluster, c) =>
      cluster.map((item) => ({
        ...item,
        label: String(c + 1),
        kind: 'cluster',
        title: `entity ${c + 1}, ${cluster.length} mentions`,
      })),
    )
    parts.push(
      section(
        'Coreference',
        `<p>${marked(
          text,
          drawn,
          hues((label) => Number(label) - 1),
        )}</p>`,
      ),
    )
  }
  return `<article><h2>${escaped(id)}</h2>${parts.length > 0 ? parts.join('') : `<p>${escaped(text)}</p>`}</article>`
}

const style = `
:root{color-scheme:light dark}
body{font:16px/1.9 Georgia,serif;max-width:56rem;margin:2rem auto;padding:0 1rem}
h1,h2,h3{font-family:system-ui,sans-serif;line-height:1.3}h3{font-size:.8rem;letter-spacing:.08em;text-transform:uppercase;opacity:.65;margin:1.4rem 0 .2rem}
article{border-top:1px solid #8886;padding:1rem 0 1.5rem}p{white-space:pre-wrap;margin:.2rem 0}
mark{color:inherit;background:hsl(var(--h) 75% 55% / .22);border-bottom:2px solid hsl(var(--h) 65% 45%);border-radius:.25em;padding:.1em .2em}
mark:hover{background:hsl(var(--h) 85% 55% / .5)}
mark>b{font:600 .62em system-ui,sans-serif;color:hsl(var(--h) 70% 38%);margin-left:.35em;vertical-align:.25em}
@media(prefers-color-scheme:dark){mark>b{color:hsl(var(--h) 80% 75%)}}
ul{list-style:none;padding:0;margin:.2rem 0}li span{font-weight:600}li i{font:italic .85em system-ui,sans-serif;color:hsl(var(--h) 65% 45%);margin:0 .4em}
.none{opacity:.5}
`

/** The page, piece by piece, so that any number of documents needs memory for one. */
export async function* htmlPage(documents: AsyncIterable<Document>, title = 'hmtl'): AsyncGenerator<string> {
  yield `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title><style>${style}</style></head><body><h1>${escaped(title)}</h1>\n`
  const hue = hues(kindNumbers())
  for await (const document of documents) yield `${documentHtml(document, hue)}\n`
  yield '</body></html>\n'
}
