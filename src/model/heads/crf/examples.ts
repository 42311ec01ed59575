/** Sentences with their tags. */
import { alignSpans } from '../../../io/syntax/columns.ts'
import type { Document, LabelledLike, LabelledSpans } from '../../../io/document/document.ts'
import { formatContext } from '../../../io/format.ts'
import { encodeTags } from '../../../io/document/tags.ts'
import { words } from '../../../io/document/tokens.ts'
import type { LossReport } from '../../../io/report.ts'
import { type Annotation, annotationOf } from '../annotation.ts'
import type { Example } from '../head.ts'
import { tagsOf } from './decode.ts'
import type { CrfDataset, CrfTaskConfig } from './keys.ts'
import { outermost } from './outermost.ts'

export interface TagExample extends Example {
  readonly tags: Int32Array
  /** Where a tag may stand for several: those that each may be, by its place here; `tags` then holds places. */
  readonly allowed?: readonly Int32Array[]
  /** By whose rules it is annotated. */
  readonly convention?: string | undefined
}

/** Tags of a source, and the ids of the task's tags that each may be. */
const tagSets = (
  sources: readonly string[],
  annotation: Annotation,
  labels: readonly string[],
  scheme: CrfTaskConfig['scheme'],
) => {
  const own = tagsOf(labels, scheme)
  const ids = new Map(own.map((tag, id) => [tag, id]))
  const known = annotation.known
  const outside = own.flatMap((tag, id) => (id === 0 || (known && !known.has(tag.slice(2))) ? [id] : []))
  const tags = tagsOf(sources, scheme)
  const allowed = tags.map((tag, place) =>
    place === 0
      ? outside
      : (annotation.meaning(tag.slice(2))?.labels ?? []).flatMap(
          (label) => ids.get(`${tag.slice(0, 2)}${label}`) ?? [],
        ),
  )
  return {
    tags: new Map(tags.map((tag, place) => [tag, place])),
    allowed: allowed.map((list) => Int32Array.from(list)),
  }
}

/** Extents of the spans whose score is lower. */
const spansBelow = ({ begin, end, score }: LabelledSpans, least: number): string[] =>
  score ? Array.from(begin, (from, i) => (score[i] < least ? [`${from} ${end[i]}`] : [])).flat() : []

/** How what lies inside of another span is counted, as writers of columns do. */
const hiddenKinds = { nested: 'nested', crossing: 'crossing', 'same extent': 'same-extent' } as const

type TokenSpan = { readonly begin: number; readonly end: number }

export function* tagExamples(
  document: Document,
  { layer, scheme }: CrfTaskConfig,
  labels: readonly string[],
  dataset: CrfDataset,
  unlearned?: LossReport,
): Generator<TagExample> {
  const { tokens, sentences } = document
  if (!tokens || !sentences) return
  const annotation = annotationOf(dataset)
  const names = new Set(labels)
  const isKnown = (label: string) => annotation.meaning(label)?.labels.some((one) => names.has(one)) === true
  const unsure = new Set(document[layer] ? spansBelow(document[layer] as LabelledSpans, annotation.minScore) : [])
  const kind = layer === 'entities' ? 'entity' : 'mention'
  const count = (what: string, { start, end, label }: LabelledLike) =>
    unlearned?.add(`${what}-${kind}`, document.id, `tokens ${start}..${end} ${label}`)
  const aligned = document[layer]
    ? alignSpans(document, document[layer] as LabelledSpans, kind, formatContext({ report: unlearned }), tokens)
    : []
  const flat = outermost(
    aligned.map(({ begin, end, label }) => ({ start: begin, end, label })),
    isKnown,
    (span, why) => count(isKnown(span.label) ? hiddenKinds[why] : 'other-label', span),
  ).flatMap((span) => {
    const { start, end, label } = span
    if (isKnown(label)) return { begin: start, end, label }
    count('other-label', span)
    return []
  })
  const isSure = ({ begin, end }: TokenSpan) => !unsure.has(`${tokens.begin[begin]} ${tokens.end[end - 1]}`)
  const spans = flat.filter(isSure)
  const open = flat.filter((span) => !isSure(span))
  for (const { begin, end, label } of open) count('unsure', { start: begin, end, label })
  const sets = tagSets([...new Set(spans.map(({ label }) => label))].sort(), annotation, labels, scheme)
  const anything = sets.allowed.push(Int32Array.from(tagsOf(labels, scheme).keys())) - 1
  const single = open.length === 0 && sets.allowed.slice(0, anything).every(({ length }) => length === 1)
  const list = words(document)
  const tags: string[] = []
  for (let s = 0, k = 0; s < sentences.begin.length; s++) {
    const [begin, end] = [sentences.begin[s], sentences.end[s]]
    const from = k
    while (k < spans.length && spans[k].end <= end) k++
    encodeTags(spans.slice(from, k), begin, end, scheme, tags)
    const places = Int32Array.from({ length: end - begin }, (_, i) => sets.tags.get(tags[begin + i]) ?? 0)
    for (const span of open)
      if (span.begin >= begin && span.end <= end) places.fill(anything, span.begin - begin, span.end - begin)
    yield {
      id: `${document.id}#${s}`,
      sentences: [list.slice(begin, end)],
      convention: dataset.convention,
      ...(single ? { tags: places.map((place) => sets.allowed[place][0]) } : { tags: places, allowed: sets.allowed }),
    }
  }
}
