/** Sentences with the pairs of tokens that relations hold between. */
import { type Document, listRelations } from '../../../io/document.ts'
import { tokenSpan, words } from '../../../io/tokens.ts'
import type { Example } from '../head.ts'
import type { RelationTaskConfig } from './keys.ts'

export interface RelationExample extends Example {
  /** Triples first token, second token, label. */
  readonly cells: Int32Array
}

export function* relationExamples(document: Document, task: RelationTaskConfig, labels: readonly string[]): Generator<RelationExample> {
  const { tokens, sentences, relations } = document
  if (!tokens || !sentences) return
  const ids = new Map(labels.map((label, i) => [label, i]))
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
    yield { id: `${document.id}#${s}`, sentences: [list.slice(sentences.begin[s], sentences.end[s])], cells: Int32Array.from(cells[s]) }
  }
}
