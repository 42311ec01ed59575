/** Sentences with the pairs of tokens that relations hold between. */
import { type Document, listRelations, type RelationLike, type SpanLike } from '../../../io/document/document.ts'
import { tokenSpan, words } from '../../../io/document/tokens.ts'
import type { LossReport } from '../../../io/report.ts'
import { placer } from '../../metrics/relation.ts'
import { type Annotation, annotationOf, relationsMeant } from '../annotation.ts'
import type { Example } from '../head.ts'
import type { RelationDataset, RelationTaskConfig } from './keys.ts'
import { pronounTypes } from './pronouns.ts'

export interface RelationExample extends Example {
  /** Triples first token, second token, label. */
  readonly cells: Int32Array
  /** Triples of which it is not known whether they hold. */
  readonly unknown?: Int32Array
  /** Ids of the labels that are annotated, where not all are; the others are unknown of every pair. */
  readonly known?: Int32Array
  /**
   * Tokens of whose pairs nothing is known but what `cells` says: pronouns, where their relations are not annotated.
   */
  readonly open?: Int32Array
  /** Whether pairs outside of `cells` are known to be unrelated. @default true */
  readonly exhaustive?: boolean
  /** By whose rules it is annotated. */
  readonly convention?: string | undefined
}

/** Relations that no example says, or says by other tokens, by kind. */
const countUnlearned = (
  document: Document,
  relations: readonly RelationLike[],
  annotation: Annotation,
  ids: ReadonlyMap<string, number>,
  report: LossReport,
): void => {
  const placeOf = placer(document)
  const { tokens } = document
  const isExact = ({ start, end }: SpanLike) => tokens !== undefined && tokenSpan(tokens, start, end)?.exact === true
  const kindOf = (relation: RelationLike): string | undefined => {
    const all = relationsMeant(relation, annotation)
    const known = all.filter(({ label }) => ids.has(label))
    if (known.length === 0) return all.length === 0 ? 'other-label-relation' : 'rare-label-relation'
    if (!known.some(({ sure }) => sure)) return 'unsure-relation'
    const { arg1, arg2 } = relation
    const place = placeOf(arg1, arg2)
    if (place === 'offTokens') return 'off-token-relation'
    if (place === 'acrossSentences') return 'cross-sentence-relation'
    const [one, two] = place.cell.split(' ')
    if (one === two) return 'relation-within-a-name'
    return isExact(arg1) && isExact(arg2) ? undefined : 'unaligned-argument'
  }
  for (const relation of relations) {
    const kind = kindOf(relation)
    const { label, arg1, arg2 } = relation
    if (kind) report.add(kind, document.id, `${arg1.start}..${arg1.end} ${label} ${arg2.start}..${arg2.end}`)
  }
}

export function* relationExamples(
  document: Document,
  task: RelationTaskConfig,
  labels: readonly string[],
  dataset: RelationDataset,
  unlearned?: LossReport,
): Generator<RelationExample> {
  const { tokens, sentences, relations } = document
  if (!tokens || !sentences) return
  const annotation = annotationOf(dataset)
  const ids = new Map(labels.map((label, i) => [label, i]))
  const list = words(document)
  const cells: number[][] = Array.from(sentences.begin, () => [])
  const unknown: number[][] = Array.from(sentences.begin, () => [])
  const seen = new Set<string>()
  const add = (first: SpanLike, second: SpanLike, label: string, sure: boolean) => {
    const id = ids.get(label)
    const one = tokenSpan(tokens, first.start, first.end)
    const two = tokenSpan(tokens, second.start, second.end)
    if (id === undefined || !one || !two) return
    const s = sentences.begin.findLastIndex((begin) => begin <= one.end - 1)
    const [i, j] = [one.end - 1 - sentences.begin[s], two.end - 1 - sentences.begin[s]]
    const key = `${s} ${i} ${j} ${id}`
    if (j < 0 || two.end > sentences.end[s] || seen.has(key)) return
    seen.add(key)
    ;(sure ? cells : unknown)[s].push(i, j, id)
  }
  if (unlearned && relations) countUnlearned(document, listRelations(relations), annotation, ids, unlearned)
  const meant = relations ? listRelations(relations).flatMap((relation) => relationsMeant(relation, annotation)) : []
  // What is sure first, so that a pair related twice counts as its surer one.
  for (const { label, arg1, arg2, sure } of [...meant].sort((a, b) => Number(b.sure) - Number(a.sure))) {
    add(arg1, arg2, label, sure)
    if (task.symmetric.includes(label)) add(arg2, arg1, label, sure)
  }
  const knownLabels = annotation.knownIn(document)
  const known = knownLabels && Int32Array.from(labels.flatMap((label, id) => (knownLabels.has(label) ? [id] : [])))
  const typesOf = pronounTypes(task)
  const openIn = (sentence: readonly string[]) =>
    dataset.pronouns === true ? [] : sentence.flatMap((word, i) => (typesOf(word) ? [i] : []))
  for (let s = 0; s < sentences.begin.length; s++) {
    if (cells[s].length === 0 && (task.bearingOnly || annotation.pairs === 'given')) continue
    const sentence = list.slice(sentences.begin[s], sentences.end[s])
    const open = openIn(sentence)
    yield {
      id: `${document.id}#${s}`,
      sentences: [sentence],
      cells: Int32Array.from(cells[s]),
      ...(unknown[s].length > 0 ? { unknown: Int32Array.from(unknown[s]) } : {}),
      ...(open.length > 0 ? { open: Int32Array.from(open) } : {}),
      ...(known && known.length < labels.length ? { known } : {}),
      ...(annotation.pairs === 'given' ? { exhaustive: false } : {}),
      ...(dataset.convention ? { convention: dataset.convention } : {}),
    }
  }
}
