/** What a task learns from: documents cut into sentences (taggers, relations) or pieces (coreference), labels as ids. */
import { flatTokenSpans } from '../../io/columns.ts'
import { type Document, listClusters, listRelations } from '../../io/document.ts'
import { formatContext } from '../../io/format.ts'
import { encodeTags } from '../../io/tags.ts'
import { tokenSpan, words } from '../../io/tokens.ts'
import type { CorefTaskConfig, CrfTaskConfig, RelationTaskConfig, TaskConfig } from '../config.ts'
import { tagsOf } from '../heads/crf-decode.ts'

export interface TagExample {
  readonly kind: 'crf'
  readonly id: string
  readonly words: readonly string[]
  readonly tags: Int32Array
  /** Where the data set annotates only some labels: the ids of tags that an untagged token may have all the same. */
  readonly open?: Int32Array
}

export interface RelationExample {
  readonly kind: 'relation'
  readonly id: string
  readonly words: readonly string[]
  /** Triples first token, second token, label. */
  readonly cells: Int32Array
}

export interface CorefExample {
  readonly kind: 'coref'
  readonly id: string
  readonly sentences: readonly (readonly string[])[]
  /** Gold mentions in tokens of the piece, and the cluster of each. */
  readonly begin: Int32Array
  readonly end: Int32Array
  readonly cluster: Int32Array
}

export type Example = TagExample | RelationExample | CorefExample

/** Ids of a task's labels. */
export const labelIndex = (labels: readonly string[]): ReadonlyMap<string, number> => new Map(labels.map((label, i) => [label, i]))

/** Tokens of an example; what a batch costs. */
export const exampleTokens = (example: Example): number => (example.kind === 'coref' ? example.sentences.reduce((sum, sentence) => sum + sentence.length, 0) : example.words.length)

/**
 * Examples of one document for one task; labels that the task does not know are left out.
 * @param annotated the labels that the data set annotates, where it has not all of them
 */
export function* examplesOf(document: Document, task: TaskConfig, labels: readonly string[], annotated?: readonly string[]): Generator<Example> {
  const { tokens, sentences } = document
  if (!tokens || !sentences || tokens.begin.length === 0) return
  if (task.kind === 'crf') yield* tagExamples(document, task, labels, annotated)
  else if (task.kind === 'relation') yield* relationExamples(document, task, labels)
  else yield* corefExamples(document, task)
}

function* tagExamples(document: Document, { layer, scheme }: CrfTaskConfig, labels: readonly string[], annotated?: readonly string[]): Generator<TagExample> {
  const { tokens, sentences } = document
  if (!tokens || !sentences) return
  const known = new Set(annotated ? labels.filter((label) => annotated.includes(label)) : labels)
  const open = annotated && Int32Array.from(tagsOf(labels, scheme).flatMap((tag, id) => (id > 0 && !known.has(tag.slice(2)) ? [id] : [])))
  const tagIds = labelIndex(tagsOf(labels, scheme))
  const spans = flatTokenSpans(document, document[layer], layer, formatContext(), tokens).filter(({ label }) => known.has(label))
  const list = words(document)
  const tags: string[] = []
  for (let s = 0, k = 0; s < sentences.begin.length; s++) {
    const [begin, end] = [sentences.begin[s], sentences.end[s]]
    const from = k
    while (k < spans.length && spans[k].end <= end) k++
    encodeTags(spans.slice(from, k), begin, end, scheme, tags)
    yield {
      kind: 'crf',
      id: `${document.id}#${s}`,
      words: list.slice(begin, end),
      tags: Int32Array.from({ length: end - begin }, (_, i) => tagIds.get(tags[begin + i]) ?? 0),
      ...(open?.length ? { open } : {}),
    }
  }
}

function* relationExamples(document: Document, task: RelationTaskConfig, labels: readonly string[]): Generator<RelationExample> {
  const { tokens, sentences, relations } = document
  if (!tokens || !sentences) return
  const ids = labelIndex(labels)
  const list = words(document)
  const cells: number[][] = Array.from(sentences.begin, () => [])
  const seen = new Set<string>()
  for (const { label, arg1, arg2 } of relations ? listRelations(relations) : []) {
    const id = ids.get(label)
    const one = tokenSpan(tokens, arg1.start, arg1.end)
    const two = tokenSpan(tokens, arg2.start, arg2.end)
    if (id === undefined || !one || !two) continue
    const s = sentences.begin.findLastIndex((begin) => begin <= one.end - 1)
    const [i, j] = [one.end - 1 - sentences.begin[s], two.end - 1 - sentences.begin[s]]
    const inside = j >= 0 && two.end <= sentences.end[s]
    const key = `${s} ${i} ${j} ${id}`
    if (!inside || seen.has(key)) continue
    seen.add(key)
    cells[s].push(i, j, id)
  }
  for (let s = 0; s < sentences.begin.length; s++) {
    if (task.bearingOnly && cells[s].length === 0) continue
    yield { kind: 'relation', id: `${document.id}#${s}`, words: list.slice(sentences.begin[s], sentences.end[s]), cells: Int32Array.from(cells[s]) }
  }
}

/** A document in pieces of whole sentences of at most `maxTokens`. */
function* corefExamples(document: Document, task: CorefTaskConfig): Generator<CorefExample> {
  const { tokens, sentences, clusters } = document
  if (!tokens || !sentences || !clusters) return
  const list = words(document)
  const members = listClusters(clusters).flatMap((cluster, c) =>
    cluster.flatMap(({ start, end }) => {
      const span = tokenSpan(tokens, start, end)
      return span ? [{ begin: span.begin, end: span.end, cluster: c }] : []
    }),
  )
  members.sort((a, b) => a.begin - b.begin || a.end - b.end)
  let from = 0
  for (let s = 0; s < sentences.begin.length; s++) {
    const first = sentences.begin[from]
    const next = sentences.end[s + 1] ?? Number.POSITIVE_INFINITY
    if (next - first <= task.maxTokens) continue
    const last = sentences.end[s]
    const inside = members.filter(({ begin, end }) => begin >= first && end <= last)
    yield {
      kind: 'coref',
      id: `${document.id}#${from}`,
      sentences: Array.from({ length: s + 1 - from }, (_, k) => list.slice(sentences.begin[from + k], sentences.end[from + k])),
      begin: Int32Array.from(inside, ({ begin }) => begin - first),
      end: Int32Array.from(inside, ({ end }) => end - first),
      cluster: Int32Array.from(inside, ({ cluster }) => cluster),
    }
    from = s + 1
  }
}
