/**
 * Encoders of the BERT family against what Python transformers makes of the same weights
 * (test/fixtures/transformers/README.md).
 */
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import { type ErrorCode, HmtlError } from '../src/io/errors.ts'
import { engineMemory, switchEngine } from '../src/model/engine.ts'
import { folderFiles, openPath } from '../src/model/folder-files.ts'
import { decodeSafetensors, encodeSafetensors, openSafetensors } from '../src/model/safetensors.ts'
import { loadTransformer, spansOf } from '../src/model/encoders/transformer/transformer.ts'
import { root } from './helpers/documents.ts'
import { testEngine } from './helpers/engine.ts'
import { fileFolder } from './helpers/folder.ts'

const fixtures = root('test/fixtures/transformers')
const families = ['bert', 'distilbert', 'electra', 'roberta']
const scratch = fileFolder(test)

const expected = (family: string): { sentences: string[][]; layers: (number[][] | null)[] } =>
  JSON.parse(readFileSync(join(fixtures, family, 'expected.json'), 'utf8'))

const worst = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  let most = a.length === b.length ? 0 : Number.POSITIVE_INFINITY
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i] - b[i]))
  return most
}

for (const engine of new Set(['cpu', testEngine] as const))
  for (const family of families)
    test.serial(`${family} on ${engine}: every layer of every token to 1e-4, alone and in a batch`, async (t) => {
      await switchEngine(engine)
      const { sentences, layers } = expected(family)
      const known = sentences.flatMap((words, i) => (layers[i] ? [{ words, gold: layers[i].flat() }] : []))
      t.true(known.length >= 3)
      const encoder = await loadTransformer(folderFiles(join(fixtures, family)))
      t.is(encoder.layers, 3)
      t.is(encoder.size, 16)
      const together = encoder.encode(known.map(({ words }) => words))
      t.true(
        worst(
          together,
          known.flatMap(({ gold }) => gold),
        ) < 1e-4,
        String(
          worst(
            together,
            known.flatMap(({ gold }) => gold),
          ),
        ),
      )
      for (const { words, gold } of known) t.true(worst(encoder.encode([words]), gold) < 1e-4)
      const before = engineMemory().tensors
      encoder.encode(known.map(({ words }) => words))
      t.is(engineMemory().tensors, before, 'nothing stays on the engine')
      encoder.dispose()
    })

test.serial(
  'a sentence longer than the window: all tokens have vectors, the first ones those of the first window',
  async (t) => {
    await switchEngine(testEngine)
    const encoder = await loadTransformer(folderFiles(join(fixtures, 'bert')))
    const words = Array.from({ length: 90 }, (_, i) => ['Ada', 'wrote', 'engine', 'London'][i % 4])
    const width = encoder.layers * encoder.size
    const all = encoder.encode([words])
    t.is(all.length, 90 * width)
    for (let i = 0; i < 90; i++)
      t.true(
        all.subarray(i * width, (i + 1) * width).some((value) => value !== 0),
        `token ${i}`,
      )
    const pieces = encoder.encode([words, ['Ada']])
    // An engine's products may be rounded otherwise in a batch of another shape.
    t.true(worst(pieces.subarray(0, all.length), all) < 1e-5)
    encoder.dispose()
  },
)

test('windows: every piece is used exactly once, by a window that has more around it than the other', (t) => {
  const tokenizer = {
    pieces: (word: string) => Int32Array.from({ length: Number(word) }, (_, i) => i + 5),
    begin: 1,
    end: 2,
  }
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 2, max: 20 }),
      (sizes, most) => {
        const spans = spansOf(sizes.map(String), 10, tokenizer, most)
        const used = new Map<number, number>()
        for (const { ids, tokens } of spans) {
          t.true(ids.length <= most + 2 && ids.length === tokens.length)
          t.is(ids[0], 1)
          t.is(ids[ids.length - 1], 2)
          t.is(tokens[0], -1)
          t.is(tokens[tokens.length - 1], -1)
          for (const token of tokens) if (token !== -1) used.set(token, (used.get(token) ?? 0) + 1)
        }
        return sizes.every((size, i) => (used.get(10 + i) ?? 0) === size)
      },
    ),
  )
})

const copyOf = (family: string): string => {
  const folder = mkdtempSync(join(scratch, 'copy-'))
  cpSync(join(fixtures, family), folder, { recursive: true })
  return folder
}

const refusal = async (t: import('ava').ExecutionContext, folder: string, code: ErrorCode, message?: RegExp) => {
  const error = await t.throwsAsync(loadTransformer(folderFiles(folder)), { instanceOf: HmtlError })
  t.is(error?.code, code, error?.message)
  if (message) t.regex(error?.message ?? '', message)
}

test.serial('a damaged, mis-shaped or foreign encoder is refused with a code', async (t) => {
  await switchEngine(testEngine)
  await refusal(t, join(scratch, 'nowhere'), 'HMTL_MODEL_NOT_FOUND', /hmtl setup minilm/)
  const config = JSON.parse(readFileSync(join(fixtures, 'bert', 'config.json'), 'utf8'))
  const withConfig = (change: object) => {
    const folder = copyOf('bert')
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, ...change }))
    return folder
  }
  await refusal(t, withConfig({ model_type: 'mpnet' }), 'HMTL_MODEL_MISMATCH', /mpnet/)
  await refusal(t, withConfig({ model_type: 'constructor' }), 'HMTL_MODEL_MISMATCH')
  await refusal(t, withConfig({ hidden_act: 'swish' }), 'HMTL_MODEL_MISMATCH', /swish/)
  await refusal(t, withConfig({ position_embedding_type: 'relative_key' }), 'HMTL_MODEL_MISMATCH')
  for (const change of [
    { hidden_size: -4 },
    { hidden_size: 1e12 },
    { num_attention_heads: 3 },
    { num_hidden_layers: 'two' },
    { vocab_size: 5 },
    { layer_norm_eps: 'NaN' },
    { hidden_size: 32 },
  ])
    await refusal(t, withConfig(change), 'HMTL_MODEL_CORRUPT')
  for (const [file, content] of [
    ['config.json', 'null'],
    ['config.json', '{'],
    ['tokenizer.json', '{'],
    ['tokenizer.json', '{}'],
    ['tokenizer.json', '[]'],
    ['tokenizer.json', JSON.stringify({ model: { type: 'WordPiece', vocab: { a: -1 } } })],
    ['model.safetensors', ''],
    ['model.safetensors', 'x'.repeat(100)],
  ]) {
    const folder = copyOf('bert')
    writeFileSync(join(folder, file), content)
    await refusal(t, folder, 'HMTL_MODEL_CORRUPT')
  }
  const weights = readFileSync(join(fixtures, 'bert', 'model.safetensors'))
  for (let cut = 0; cut < weights.length; cut += 997) {
    const folder = copyOf('bert')
    writeFileSync(join(folder, 'model.safetensors'), weights.subarray(0, cut))
    await refusal(t, folder, 'HMTL_MODEL_CORRUPT')
  }
  const tensors = decodeSafetensors(weights)
  const changed = (change: (map: Map<string, { shape: readonly number[]; values: Float32Array }>) => void) => {
    const folder = copyOf('bert')
    const map = new Map(tensors)
    change(map)
    writeFileSync(join(folder, 'model.safetensors'), encodeSafetensors(map, 'F32'))
    return folder
  }
  const name = 'encoder.layer.1.output.dense.weight'
  await refusal(
    t,
    changed((map) => map.delete(name)),
    'HMTL_MODEL_CORRUPT',
    /there is no encoder.layer.1.output.dense.weight/,
  )
  await refusal(
    t,
    changed((map) => map.set(name, { shape: [2, 2], values: new Float32Array(4) })),
    'HMTL_MODEL_CORRUPT',
    /\[2,2\]/,
  )
  await refusal(
    t,
    changed((map) => map.set(name, { shape: [16, 24], values: new Float32Array(16 * 24).fill(Number.NaN) })),
    'HMTL_MODEL_CORRUPT',
    /not finite/,
  )
})

test('8-bit integers: a matrix comes back within half a step of its row; without factors it is refused', async (t) => {
  const values = Float32Array.from({ length: 12 }, (_, i) => Math.sin(i) * (i < 4 ? 100 : i < 8 ? 0 : 0.01))
  const bytes = encodeSafetensors(
    new Map([
      ['w', { shape: [3, 4], values }],
      ['b', { shape: [2], values: Float32Array.of(0.125, -3) }],
    ]),
    'I8',
  )
  const back = decodeSafetensors(bytes)
  t.deepEqual([...back.keys()], ['w', 'b'])
  t.deepEqual([...back.get('b')!.values], [0.125, -3])
  back.get('w')!.values.forEach((value, i) => {
    const row = values.subarray(4 * Math.floor(i / 4), 4 * Math.floor(i / 4) + 4)
    t.true(Math.abs(value - values[i]) <= (0.5001 * Math.max(...row.map(Math.abs))) / 127)
  })
  const path = join(scratch, 'int8.safetensors')
  writeFileSync(path, bytes)
  const file = await openSafetensors(await openPath(path), path)
  t.deepEqual(await file.read('w', [3, 4]), back.get('w')!.values)
  await t.throwsAsync(file.read('w', [4, 3]), { code: 'HMTL_MODEL_CORRUPT' })
  await file.close()
  const size = Number(new DataView(bytes.buffer).getBigUint64(0, true))
  const header = new TextDecoder().decode(bytes.subarray(8, 8 + size)).replace('w.scale', 'x.scale')
  t.throws(
    () =>
      decodeSafetensors(Buffer.concat([bytes.subarray(0, 8), Buffer.from(header), bytes.subarray(8 + header.length)])),
    { code: 'HMTL_MODEL_CORRUPT' },
  )
})

for (const family of families)
  test.serial(
    `${family} in 8 bits: what the bytes' floats give, kept as bytes on the engines that compute with them`,
    async (t) => {
      const folder = copyOf(family)
      const path = join(folder, 'model.safetensors')
      const rounded = decodeSafetensors(encodeSafetensors(decodeSafetensors(readFileSync(path)), 'I8'))
      writeFileSync(path, encodeSafetensors(rounded, 'F32'))
      const { sentences } = expected(family)
      const { simd } = await switchEngine(testEngine)
      const floats = await loadTransformer(folderFiles(folder))
      const gold = floats.encode(sentences)
      const held = engineMemory().bytes
      floats.dispose()
      writeFileSync(path, encodeSafetensors(rounded, 'I8'))
      const before = engineMemory().bytes
      const bytes = await loadTransformer(folderFiles(folder))
      const difference = worst(bytes.encode(sentences), gold)
      // Rows of 7 bits are rounded a hundred times as coarsely.
      t.true(difference < (simd === 'dots' ? 0.1 : 2e-3), String(difference))
      if (testEngine === 'wasm') t.true(engineMemory().bytes - before < 0.6 * (held - before))
      bytes.dispose()
      t.is(engineMemory().bytes, before, 'nothing stays on the engine')
    },
  )

test.serial('layers that are summed as they come are what is summed of all', async (t) => {
  await switchEngine(testEngine)
  const encoder = await loadTransformer(folderFiles(join(fixtures, 'bert')))
  const { sentences } = expected('bert')
  const mix = Float32Array.of(0.2, -0.5, 1.5)
  const all = encoder.encode(sentences)
  const mixed = encoder.encodeMixed?.(sentences, mix) ?? new Float32Array(0)
  const { layers, size } = encoder
  const gold = Float32Array.from({ length: all.length / layers }, (_, i) => {
    const [token, j] = [Math.floor(i / size), i % size]
    return mix.reduce((sum, weight, l) => sum + weight * all[(token * layers + l) * size + j], 0)
  })
  t.true(worst(mixed, gold) < 1e-5)
  encoder.dispose()
})
