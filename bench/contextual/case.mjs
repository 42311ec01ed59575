/**
 * One encoder on one engine, for run.mjs:
 *   node case.mjs make FOLDER SHAPE      random ELMo weights of a published shape
 *   node case.mjs time WHAT FOLDER ENGINE SENTENCES.json ROUNDS     seconds a round, as JSON
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadElmo } from '../../dist/src/model/encoders/elmo/elmo.js'
import { startEngine } from '../../dist/src/model/engine.js'
import { loadTransformer } from '../../dist/src/model/encoders/transformer/transformer.js'
import { folderFiles } from '../../dist/src/model/folder-files.js'

const filters = [
  [1, 32],
  [2, 32],
  [3, 64],
  [4, 128],
  [5, 256],
  [6, 512],
  [7, 1024],
]
/** Sizes as published. */
const shapes = {
  small: {
    lstm: { dim: 1024, projection_dim: 128, n_layers: 2, cell_clip: 3, proj_clip: 3, use_skip_connections: true },
    highways: 1,
  },
  original: {
    lstm: { dim: 4096, projection_dim: 512, n_layers: 2, cell_clip: 3, proj_clip: 3, use_skip_connections: true },
    highways: 2,
  },
}
const batchSize = 32

const make = async (folder, shape) => {
  const { lstm, highways } = shapes[shape]
  const { dim: H, projection_dim: P } = lstm
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, 'options.json'),
    JSON.stringify({
      lstm,
      char_cnn: {
        activation: 'relu',
        embedding: { dim: 16 },
        filters,
        max_characters_per_token: 50,
        n_characters: 262,
        n_highway: highways,
      },
    }),
  )
  const { default: h5wasm } = await import('h5wasm/node')
  await h5wasm.ready
  const file = new h5wasm.File(join(folder, 'weights.hdf5'), 'w')
  let seed = 1
  const random = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
    return seed / 2 ** 32 - 0.5
  }
  const groups = new Set()
  const put = (name, ...dims) => {
    const parts = name.split('/')
    for (let i = 1; i < parts.length; i++) {
      const group = parts.slice(0, i).join('/')
      if (!groups.has(group)) file.create_group(group)
      groups.add(group)
    }
    const scale = 2 / Math.sqrt(dims.length > 1 ? dims[dims.length - 2] : 16)
    file.create_dataset({
      name,
      data: Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => random() * scale),
      shape: dims,
      dtype: '<f',
    })
  }
  const F = filters.reduce((sum, [, count]) => sum + count, 0)
  put('char_embed', 261, 16)
  filters.forEach(([width, count], i) => {
    put(`CNN/W_cnn_${i}`, 1, width, 16, count)
    put(`CNN/b_cnn_${i}`, count)
  })
  for (let i = 0; i < highways; i++)
    for (const gate of ['carry', 'transform']) {
      put(`CNN_high_${i}/W_${gate}`, F, F)
      put(`CNN_high_${i}/b_${gate}`, F)
    }
  put('CNN_proj/W_proj', F, P)
  put('CNN_proj/b_proj', P)
  for (const direction of [0, 1])
    for (let layer = 0; layer < lstm.n_layers; layer++) {
      const cell = `RNN_${direction}/RNN/MultiRNNCell/Cell${layer}/LSTMCell`
      put(`${cell}/W_0`, 2 * P, 4 * H)
      put(`${cell}/B`, 4 * H)
      put(`${cell}/W_P_0`, H, P)
    }
  file.close()
}

const time = async (what, folder, engine, path, rounds) => {
  await startEngine(engine)
  const encoder = what === 'transformer' ? await loadTransformer(folderFiles(folder)) : undefined
  const sentences = JSON.parse(readFileSync(path, 'utf8'))
  const batches = Array.from({ length: Math.ceil(sentences.length / batchSize) }, (_, i) =>
    sentences.slice(i * batchSize, (i + 1) * batchSize),
  )
  const seconds = []
  for (let round = 0; round <= rounds; round++) {
    // A new one each round: words that were seen before must not be known.
    const each = encoder ?? (await loadElmo(join(folder, 'options.json'), join(folder, 'weights.hdf5')))
    const begun = performance.now()
    for (const batch of batches) each.encode(batch)
    if (round > 0) seconds.push((performance.now() - begun) / 1000)
    if (!encoder) each.dispose()
  }
  console.log(JSON.stringify(seconds))
}

const [command, ...args] = process.argv.slice(2)
if (command === 'make') await make(args[0], args[1])
else await time(args[0], args[1], args[2], args[3], Number(args[4]))
