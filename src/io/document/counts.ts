/** What a corpus holds: documents, sentences, tokens, and each layer by label. */
import { type Document, type LabelledSpans, listRelations } from './document.ts'
import { sentenceOfToken, sentenceSpans, tokenSpan } from './tokens.ts'

export interface CorpusCounts {
  documents: number
  sentences: number
  tokens: number
  characters: number
  entities: number
  mentions: number
  relations: number
  /** Relations whose two arguments end in one sentence. */
  relationsInSentence: number
  clusters: number
  /** Clusters of more than one member. */
  clustersOfMany: number
  clusterMembers: number
  entityTypes: Record<string, number>
  mentionTypes: Record<string, number>
  relationTypes: Record<string, number>
  /** By tokens; of documents that have none by characters. */
  longest: { id: string; tokens: number; characters: number }
}

export const emptyCounts = (): CorpusCounts => ({
  documents: 0,
  sentences: 0,
  tokens: 0,
  characters: 0,
  entities: 0,
  mentions: 0,
  relations: 0,
  relationsInSentence: 0,
  clusters: 0,
  clustersOfMany: 0,
  clusterMembers: 0,
  entityTypes: Object.create(null),
  mentionTypes: Object.create(null),
  relationTypes: Object.create(null),
  longest: { id: '', tokens: -1, characters: -1 },
})

const addTypes = (into: Record<string, number>, spans: { label: Int32Array; labels: readonly string[] }) => {
  for (const id of spans.label) into[spans.labels[id]] = (into[spans.labels[id]] ?? 0) + 1
}

const size = (spans: LabelledSpans | undefined) => spans?.begin.length ?? 0

/** Adds a document to the counts. */
export const countDocument = (counts: CorpusCounts, document: Document): void => {
  const { tokens, entities, mentions, relations, clusters } = document
  const tokenCount = tokens?.begin.length ?? 0
  counts.documents++
  counts.sentences += document.sentences?.begin.length ?? 0
  counts.tokens += tokenCount
  counts.characters += document.text.length
  const { longest } = counts
  const characters = document.text.length
  if (tokenCount > longest.tokens || (tokenCount === 0 && longest.tokens === 0 && characters > longest.characters))
    counts.longest = { id: document.id, tokens: tokenCount, characters }
  counts.entities += size(entities)
  counts.mentions += size(mentions)
  if (entities) addTypes(counts.entityTypes, entities)
  if (mentions) addTypes(counts.mentionTypes, mentions)
  if (relations) {
    counts.relations += relations.begin1.length
    addTypes(counts.relationTypes, relations)
    counts.relationsInSentence += inSentence(document)
  }
  if (clusters) {
    counts.clusters += clusters.offsets.length - 1
    counts.clusterMembers += clusters.begin.length
    for (let c = 0; c + 1 < clusters.offsets.length; c++)
      if (clusters.offsets[c + 1] - clusters.offsets[c] > 1) counts.clustersOfMany++
  }
}

const inSentence = (document: Document): number => {
  const { tokens, relations } = document
  if (!tokens || !relations) return 0
  const sentences = sentenceSpans(document)
  return listRelations(relations).filter(({ arg1, arg2 }) => {
    const one = tokenSpan(tokens, arg1.start, arg1.end)
    const two = tokenSpan(tokens, arg2.start, arg2.end)
    return one && two && sentenceOfToken(sentences, one.end - 1) === sentenceOfToken(sentences, two.end - 1)
  }).length
}
