/** A training that learns some tasks alone, on what others have learned. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { createDocument } from '../src/io/document/document.ts'
import { parseConfig } from '../src/model/config/parse.ts'
import { switchEngine } from '../src/model/engine.ts'
import { decodeSafetensors } from '../src/model/safetensors.ts'
import { prepareDocument } from '../src/pipeline/prepare.ts'
import { train } from '../src/train/train.ts'
import { arrowFile } from './helpers/arrow-file.ts'
import { fileFolder } from './helpers/folder.ts'

const folder = fileFolder(test)

const documents = Array.from({ length: 8 }, (_, i) => {
  const [one, two] = [
    { start: 0, end: 3, label: 'PER' },
    { start: 9, end: 13, label: 'LOC' },
  ]
  const relations = [{ label: 'lives in', arg1: one, arg2: two }]
  return prepareDocument(
    createDocument({ id: `${i}`, text: `Ida ${i % 2 ? 'left' : 'kept'} Bonn.`, entities: [one, two], relations }),
  )
})

const encoder = { hidden: 8, layers: 1, dropout: 0 }
const configOf = (data: string, training: object) => {
  const datasets = [{ train: data, dev: data }]
  return parseConfig({
    embeddings: { words: { size: 8 }, characters: { size: 4, filters: 4, width: 2 } },
    tasks: [
      { name: 'ner', kind: 'crf', encoder, batch: 4, datasets },
      { name: 'relation', kind: 'relation', on: 'ner', tagsOf: 'ner', encoder, hidden: 8, batch: 4, datasets },
    ],
    training: { updates: 4, validateEvery: 4, learningRate: 0.01, ...training },
  })
}

const weightsOf = (name: string) =>
  decodeSafetensors(readFileSync(join(folder, name, 'model', 'model.safetensors')), name)

test('only: other tasks, characters and words stay what they were, bit for bit', async (t) => {
  await switchEngine('wasm')
  const data = await arrowFile(folder, 'data', documents)
  await train(configOf(data, {}), { output: join(folder, 'first') })
  const alone = { only: ['relation'], sampling: { ner: 0, relation: 1 }, begin: join(folder, 'first', 'model') }
  await train(configOf(data, alone), { output: join(folder, 'second') })
  const [before, after] = ['first', 'second'].map(weightsOf)
  const changed = [...before].filter(([name, { values }]) => {
    const now = after.get(name)?.values
    return !values.every((value, i) => value === now?.[i])
  })
  t.true(changed.length > 3)
  t.deepEqual(
    changed.map(([name]) => name).filter((name) => !name.startsWith('relation.')),
    [],
  )
})

test('only: a task that there is not, and one that is drawn although it learns nothing, are told', (t) => {
  t.throws(() => configOf('data.arrow', { only: ['relations'], sampling: { ner: 0, relation: 1 } }), {
    code: 'HMTL_CONFIG_VALUE',
    message: /training\.only.*Did you mean "relation"/,
  })
  for (const sampling of ['uniform', { ner: 1, relation: 1 }])
    t.throws(() => configOf('data.arrow', { only: ['relation'], sampling }), {
      code: 'HMTL_CONFIG_VALUE',
      message: /training\.sampling.*Give 0 for ner/,
    })
})
