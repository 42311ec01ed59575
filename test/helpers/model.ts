/** A model too small to be right, but with all four heads. */
import { join } from 'node:path'
import type { TestFn } from 'ava'
import { createDocument } from '../../src/io/document/document.ts'
import { writeDocuments } from '../../src/io/write.ts'
import { parseConfig } from '../../src/model/config/parse.ts'
import { startEngine } from '../../src/model/engine.ts'
import { train } from '../../src/train/train.ts'
import { prepareDocument } from '../../src/pipeline/prepare.ts'
import { testEngine } from './engine.ts'
import { fileFolder } from './folder.ts'

const modelIn = (folder: string) => join(folder, 'run', 'model')

/** @returns the folder of the model, within the given one */
export const tinyModel = async (folder: string): Promise<string> => {
  await startEngine(testEngine)
  const text = 'Maren lives in Oslo . She likes Oslo .'
  const entities = [
    { start: 0, end: 5, label: 'PER' },
    { start: 15, end: 19, label: 'LOC' },
  ]
  const document = prepareDocument(
    createDocument({
      id: 'a',
      text,
      entities,
      mentions: entities,
      relations: [{ label: 'in', arg1: entities[0], arg2: entities[1] }],
      clusters: [[entities[0], { start: 22, end: 25 }]],
    }),
  )
  const data = join(folder, 'train.arrow')
  await writeDocuments(
    (async function* () {
      yield document
      yield document
    })(),
    data,
    { format: 'arrow' },
  )
  const encoder = { hidden: 8, layers: 1, dropout: 0 }
  const datasets = [{ train: data }]
  const config = parseConfig({
    embeddings: { words: { size: 8, wordDropout: 0 }, characters: { size: 4, filters: 8, width: 3 } },
    tasks: [
      { name: 'ner', kind: 'crf', layer: 'entities', encoder, datasets },
      { name: 'emd', kind: 'crf', layer: 'mentions', on: 'ner', encoder, datasets },
      { name: 'relation', kind: 'relation', on: 'emd', encoder, hidden: 8, datasets },
      { name: 'coref', kind: 'coref', on: 'emd', encoder, hidden: 8, feature: 4, project: 4, datasets },
    ],
    training: { updates: 80, validateEvery: 80, learningRate: 0.03, sampling: 'uniform' },
  })
  await train(config, { output: join(folder, 'run') })
  return modelIn(folder)
}

/** A folder for all tests of a file, and that of a tiny model in it, which is trained before them. */
export const tinyModelFor = (test: TestFn): { folder: string; model: string } => {
  const folder = fileFolder(test)
  test.before(async () => {
    await tinyModel(folder)
  })
  return { folder, model: modelIn(folder) }
}
