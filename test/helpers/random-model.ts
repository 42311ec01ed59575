/** A model of all four tasks with weights as they are drawn: it finds something everywhere, and nothing right. */
import { createDocument, type Document } from '../../src/io/document/document.ts'
import { parseConfig } from '../../src/model/config/parse.ts'
import { createModel, type Model } from '../../src/model/hierarchy.ts'
import { materialize } from '../../src/model/materialize.ts'
import { randomOf } from '../../src/model/random.ts'
import { type AnnotatorOptions, createAnnotator } from '../../src/pipeline/annotate.ts'
import { prepareDocument } from '../../src/pipeline/prepare.ts'

const words = ['\0unknown', 'maren', 'lives', 'in', 'oslo', '.', 'she', 'likes', 'it', 'there']
const ownText = 'Maren lives in Oslo . She likes it there . Oslo likes Maren .'

/** Cells a direction of each task's encoder, 0 for none; 4 where nothing is said. */
export interface Widths {
  readonly ner?: number
  readonly emd?: number
  readonly relation?: number
  readonly coref?: number
}

/** @param more settings of coreference */
export const randomModel = (
  { ner = 4, emd = 4, relation = 4, coref = 4 }: Widths,
  seed: number,
  more: object = {},
): Model => {
  const random = randomOf(5)
  const encoder = (hidden: number) => (hidden === 0 ? null : { hidden, layers: 2, dropout: 0 })
  const datasets = [{ train: 'none.arrow' }]
  const config = parseConfig({
    // Sizes that no kernel likes.
    embeddings: { words: { size: 6, wordDropout: 0 }, characters: { size: 4, filters: 6, width: 3 } },
    tasks: [
      { name: 'ner', kind: 'crf', layer: 'entities', encoder: encoder(ner) },
      {
        name: 'emd',
        kind: 'crf',
        layer: 'mentions',
        on: 'ner',
        encoder: encoder(emd),
        datasets: [{ train: 'none.arrow', convention: 'here' }],
      },
      {
        name: 'relation',
        kind: 'relation',
        on: 'emd',
        tagsOf: 'ner',
        threshold: 0,
        encoder: encoder(relation),
        hidden: 8,
      },
      {
        name: 'coref',
        kind: 'coref',
        on: 'emd',
        linkBias: 3,
        encoder: encoder(coref),
        hidden: 8,
        feature: 4,
        project: 4,
        ...more,
      },
    ].map((task) => ({ datasets, ...task })),
    training: { seed },
  })
  const model = createModel({
    config,
    vocabulary: { words, characters: [...'abcdeiklmnorst'] },
    labels: { ner: ['LOC', 'PER'], emd: ['GPE', 'PER'], relation: ['in'], coref: [] },
    wordTable: Float32Array.from({ length: words.length * 6 }, () => random.normal()),
  })
  materialize(model)
  return model
}

/** What a model finds in a text, by itself one of its words. */
export const foundBy = async (model: Model, options: AnnotatorOptions = {}, text = ownText): Promise<Document> => {
  for await (const { document } of createAnnotator(
    model,
    options,
  )([prepareDocument(createDocument({ id: 'a', text }))]))
    return document
  throw new Error('no document')
}
