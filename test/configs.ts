/** Every committed configuration is whole: it parses, and a model of it comes into being with all its parameters. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { loadConfig } from '../src/model/config/files.ts'
import { configurationManual } from '../src/model/config/manual.ts'
import { switchEngine } from '../src/model/engine.ts'
import { createModel } from '../src/model/hierarchy.ts'
import { materialize } from '../src/model/materialize.ts'
import { root } from './helpers/documents.ts'

const folder = root('configs')
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.json'))
  .sort()

test('the rows of the paper are all there', (t) => {
  t.is(files.filter((name) => name.startsWith('paper/')).length, 19)
  t.is(files.filter((name) => name.startsWith('paper-free/')).length, 25)
  t.deepEqual(
    files.filter((name) => name.startsWith('corpora/')),
    ['corpora/conll04.json', 'corpora/conll2003.json', 'corpora/scierc.json'],
  )
})

for (const file of files)
  test.serial(`${file}: a model comes of it`, async (t) => {
    await switchEngine('wasm')
    const config = await loadConfig(join(folder, file))
    const { contextual, words, characters } = config.embeddings
    const fake = contextual
      ? {
          layers: 3,
          size: 1024,
          dispose: () => undefined,
          encode: (sentences: readonly (readonly string[])[]) => new Float32Array(sentences.flat().length * 3 * 1024),
        }
      : undefined
    const labels = Object.fromEntries(config.tasks.map(({ name, kind }) => [name, kind === 'coref' ? [] : ['A', 'B']]))
    const model = createModel({
      config,
      labels,
      vocabulary: { words: ['\u0000unknown', 'a'], characters: ['a'] },
      wordTable: new Float32Array(2 * words.size),
      contextual: fake,
    })
    materialize(model)
    const first = config.tasks[0]
    const input = model.parameters.all().get(`${first.name}.encoder.0.input`)
    // Spec section 4: 100 + 64 + 1024 = 1188 in the full model.
    t.is(input?.shape[0], words.size + (characters?.filters ?? 0) + (contextual ? 1024 : 0))
    for (const task of config.tasks.filter(({ encoder }) => encoder))
      t.true(model.parameters.all().has(`${task.name}.encoder.0.input`))
    model.parameters.dispose()
  })

test('docs/configuration.md is what the keys say of themselves', (t) => {
  t.is(readFileSync(root('docs/configuration.md'), 'utf8'), configurationManual(), 'npm run docs makes it')
})
