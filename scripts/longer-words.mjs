/**
 * A model whose word vectors have more numbers, and which computes what it did: those that it has come first, then what
 * a file of longer vectors knows besides them. A training may begin with it.
 *   node scripts/longer-words.mjs MODEL VECTORS -o FOLDER [--size 100]
 * Of the file's vectors what the model's own say already is taken away (least squares over the words of both); of what
 * is left, the directions along which words differ most are kept, in the scale of the model's own. Words that the file
 * lacks have zeros there. Weights that read the new numbers begin at zero.
 */
import { parseArgs } from 'node:util'
import * as tf from '@tensorflow/tfjs-core'
import { folderFiles } from '../dist/src/model/folder-files.js'
import { loadContextual } from '../dist/src/model/encoders/load.js'
import { createModel } from '../dist/src/model/hierarchy.js'
import { readParts } from '../dist/src/model/read-model.js'
import { saveModel } from '../dist/src/model/store.js'
import { startEngine } from '../dist/src/model/engine.js'
import { materialize } from '../dist/src/model/materialize.js'
import { randomOf } from '../dist/src/model/random.js'
import { loadWordVectors, vectorSize } from '../dist/src/model/word-vectors.js'
import { modelFolder } from '../dist/src/models.js'

const {
  values: { output, size: wanted },
  positionals: [name, file],
} = parseArgs({
  allowPositionals: true,
  options: { output: { type: 'string', short: 'o' }, size: { type: 'string', default: '100' } },
})
if (!name || !file || !output) throw new Error('usage: node scripts/longer-words.mjs MODEL VECTORS -o FOLDER')

await startEngine('wasm')
const from = modelFolder(name)
const parts = await readParts(folderFiles(from), (config) => loadContextual(config, { folder: from }))
const { words: embedding } = parts.config.embeddings
const [own, size] = [embedding.size, Number(wanted)]
const added = size - own
const { words } = parts.vocabulary
const longer = await vectorSize(file)
if (!(added > 0 && added <= longer)) throw new Error(`--size is more than ${own}, by ${longer} at most`)
const rowOf = new Map(words.map((word, row) => [word, row]))
const counts = new Map(words.slice(1).map((word) => [word, 1]))
const vectors = await loadWordVectors(file, longer, 0, counts, randomOf(1, 'none'))

/** Rows of the words that both have: [own numbers, 1] and the file's. */
const shared = vectors.words.flatMap((word, i) => (i > 0 && rowOf.has(word) ? [[rowOf.get(word), i]] : []))
if (shared.length < 10 * (own + longer)) throw new Error(`only ${shared.length} words of ${file} are words of ${name}`)
const ownAt = (row, j) => (j === own ? 1 : parts.wordTable[row * own + j])
const fileAt = (row, j) => vectors.table[row * longer + j]

/** Sums of products over the shared words: [m, n] of two functions of a pair of rows. */
const products = (m, n, a, b) => {
  const sums = Array.from({ length: m }, () => new Float64Array(n))
  for (const pair of shared)
    for (let i = 0; i < m; i++) {
      const x = a(pair, i)
      for (let j = 0; j < n; j++) sums[i][j] += x * b(pair, j)
    }
  return sums
}

/** Solves A X = B for symmetric A by elimination; B and A are used up. */
const solve = (A, B) => {
  const n = A.length
  for (let k = 0; k < n; k++)
    for (let i = 0; i < n; i++) {
      if (i === k) continue
      const f = A[i][k] / A[k][k]
      for (let j = k; j < n; j++) A[i][j] -= f * A[k][j]
      for (let j = 0; j < B[i].length; j++) B[i][j] -= f * B[k][j]
    }
  return B.map((row, i) => row.map((x) => x / A[i][i]))
}

/** Eigenvectors of a symmetric matrix with their values, largest first, by Jacobi's rotations. */
const eigen = (A) => {
  const n = A.length
  const V = A.map((_, i) => Float64Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)))
  for (let sweep = 0; sweep < 30; sweep++)
    for (let p = 0; p < n - 1; p++)
      for (let q = p + 1; q < n; q++) {
        if (Math.abs(A[p][q]) < 1e-12) continue
        const theta = (A[q][q] - A[p][p]) / (2 * A[p][q])
        const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
        const c = 1 / Math.sqrt(t * t + 1)
        const s = t * c
        for (let k = 0; k < n; k++) [A[k][p], A[k][q]] = [c * A[k][p] - s * A[k][q], s * A[k][p] + c * A[k][q]]
        for (let k = 0; k < n; k++) [A[p][k], A[q][k]] = [c * A[p][k] - s * A[q][k], s * A[p][k] + c * A[q][k]]
        for (let k = 0; k < n; k++) [V[k][p], V[k][q]] = [c * V[k][p] - s * V[k][q], s * V[k][p] + c * V[k][q]]
      }
  return Array.from({ length: n }, (_, i) => ({ value: A[i][i], vector: V.map((row) => row[i]) })).sort(
    (a, b) => b.value - a.value,
  )
}

const inputs = products(
  own + 1,
  own + 1,
  ([row], i) => ownAt(row, i),
  ([row], j) => ownAt(row, j),
)
const both = products(
  own + 1,
  longer,
  ([row], i) => ownAt(row, i),
  ([, row], j) => fileAt(row, j),
)
const known = solve(inputs, both)
const rests = shared.map(([row, other]) =>
  Float64Array.from({ length: longer }, (_, j) => {
    let rest = fileAt(other, j)
    for (let i = 0; i <= own; i++) rest -= ownAt(row, i) * known[i][j]
    return rest
  }),
)
const spread = Array.from({ length: longer }, () => new Float64Array(longer))
for (const rest of rests)
  for (let i = 0; i < longer; i++) for (let j = 0; j < longer; j++) spread[i][j] += rest[i] * rest[j]
const directions = eigen(spread)
const sum = (list) => list.reduce((a, b) => a + b, 0)
const kept = directions.slice(0, added)
const keptShare = sum(kept.map(({ value }) => value)) / sum(directions.map(({ value }) => value))

const table = new Float32Array(words.length * size)
const root = (squares, count) => Math.sqrt(squares / count)
const scale =
  root(
    sum(shared.map(([row]) => sum(Array.from({ length: own }, (_, j) => ownAt(row, j) ** 2)))),
    shared.length * own,
  ) / root(sum(kept.map(({ value }) => value)), shared.length * added)
for (let row = 0; row < words.length; row++) table.set(parts.wordTable.subarray(row * own, (row + 1) * own), row * size)
shared.forEach(([row], i) => {
  kept.forEach(({ vector }, k) => {
    let value = 0
    for (let j = 0; j < longer; j++) value += rests[i][j] * vector[j]
    table[row * size + own + k] = value * scale
  })
})

/** A matrix with rows of zeros after so many of its own. */
const inserted = (values, [rows, columns], after) => {
  const all = new Float32Array((rows + added) * columns)
  all.set(values.subarray(0, after * columns))
  all.set(values.subarray(after * columns), (after + added) * columns)
  return all
}
const config = { ...parts.config, embeddings: { ...parts.config.embeddings, words: { ...embedding, size, file: '' } } }
const model = createModel({ ...parts, stored: undefined, config, wordTable: table })
materialize(model)
for (const [key, variable] of model.parameters.all()) {
  const { shape, values } = parts.stored.get(key)
  // Word vectors come first in g_e, and g_e first in what a task reads; a span's vector ends with what its head reads.
  const read = parts.stored.get(`${key.split('.')[0]}.attention`)?.shape[0]
  const isSame = shape.join() === variable.shape.join()
  if (!isSame && (variable.shape[0] !== shape[0] + added || (!key.endsWith('.encoder.0.input') && !read)))
    throw new Error(`${key} is [${shape}] and would be [${variable.shape}]`)
  const after = own + (key.endsWith('.encoder.0.input') ? 0 : shape[0] - read)
  const initial = tf.tensor(isSame ? values : inserted(values, shape, after), variable.shape)
  variable.assign(initial)
}
await saveModel(model, output)
console.log(
  `${words.length} words, ${shared.length} of them in ${file}; of what ${own} numbers do not say, ${added} more keep ` +
    `${(100 * keptShare).toFixed(0)} %: ${output}`,
)
