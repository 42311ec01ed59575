/**
 * all-MiniLM-L6-v2, the real weights, against what Python transformers makes of them; where `hmtl setup minilm` has
 * been run.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { encodersFolder } from '../../src/model/encoders/load.ts'
import { switchEngine } from '../../src/model/engine.ts'
import { loadTransformer } from '../../src/model/encoders/transformer/transformer.ts'
import { folderFiles } from '../../src/model/folder-files.ts'
import { load } from '../../src/load.ts'
import { listSpans } from '../../src/io/document/document.ts'
import { root } from '../helpers/documents.ts'
import { testEngine } from '../helpers/engine.ts'

const folder = join(encodersFolder(), 'all-MiniLM-L6-v2')
const encoderTest = existsSync(join(folder, 'config.json')) ? test.serial : test.serial.skip

encoderTest('all-MiniLM-L6-v2: every layer to 1e-4', async (t) => {
  await switchEngine(testEngine)
  const {
    step,
    sentences,
    layers: expected,
  } = JSON.parse(readFileSync(root('test/fixtures/minilm-expected.json'), 'utf8')) as {
    step: number
    sentences: string[][]
    layers: number[][][][]
  }
  const encoder = await loadTransformer(folderFiles(folder))
  const { layers, size } = encoder
  t.deepEqual([layers, size], [7, 384])
  const all = encoder.encode(sentences)
  let token = 0
  let worst = 0
  for (const sentence of expected)
    for (const byLayer of sentence) {
      byLayer.forEach((values, layer) => {
        values.forEach((value, i) => {
          worst = Math.max(worst, Math.abs(all[(token * layers + layer) * size + i * step] - value))
        })
      })
      token++
    }
  t.true(worst < 1e-4, String(worst))
  encoder.dispose()
})

test.serial('en-accurate annotates by its name, with the encoder in its own folder', async (t) => {
  const hmtl = await load('en-accurate', { workers: 1, engine: testEngine })
  const text = 'Marie Curie was born in Warsaw.'
  for await (const {
    document: { entities },
  } of hmtl.annotateAll([text]))
    t.deepEqual(
      listSpans(entities!).map(({ start, end, label }) => `${text.slice(start, end)} ${label}`),
      ['Marie Curie PER', 'Warsaw LOC'],
    )
  await hmtl.close()
})
