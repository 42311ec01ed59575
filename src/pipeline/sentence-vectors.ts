/** Sentences of documents as vectors: what `hmtl embed` writes, for programs. */
import type { Document } from '../io/document/document.ts'
import type { Model } from '../model/hierarchy.ts'
import { embedSentences, type Pool } from '../model/sentence-embeddings.ts'
import { chain, many } from './chain.ts'
import { embed } from './embed.ts'
import { fill, type Group } from './fill.ts'
import { pack } from './pack.ts'
import { prepareDocument } from './prepare.ts'
import { sentenceUnits, type Window } from './units.ts'

export interface SentenceVectorsOptions {
  /** `base`, or the name of a task. @default that of the last task */
  readonly layer?: string
  /** How a sentence's tokens become one vector. @default 'max' */
  readonly pool?: Pool
  /** Most tokens computed at once. @default 2048 */
  readonly tokens?: number
}

export interface SentenceVector {
  readonly document: Document
  /** Its number in the document, from 0. */
  readonly sentence: number
  readonly vector: Float32Array
}

/**
 * A vector for every sentence, in order (paper, section 6).
 *
 * @example
 * const model = await loadModel(modelFolder('en'))
 * for await (const { sentence, vector } of sentenceVectors(model, readDocuments('corpus.jsonl'))) index.add(vector)
 *
 * @throws HmtlError `HMTL_USAGE` for a layer that the model does not have
 */
export const sentenceVectors = (
  model: Model,
  documents: Iterable<Document> | AsyncIterable<Document>,
  {
    layer = model.config.tasks[model.config.tasks.length - 1].name,
    pool = 'max',
    tokens = 2048,
  }: SentenceVectorsOptions = {},
): AsyncGenerator<SentenceVector> =>
  chain(
    documents,
    prepareDocument,
    sentenceUnits,
    fill<Window>({ tokens }),
    embed<Group<Window>>(model.contextual),
    pack(model.indexer),
    ({ units, batch }) => {
      const [{ size, values }] = embedSentences(model, batch, [{ layer, pool }])
      return many(
        units.map(({ of, from }, i) => ({
          document: of,
          sentence: from,
          vector: values.slice(i * size, (i + 1) * size),
        })),
      )
    },
  )
