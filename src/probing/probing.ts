/**
 * Probing (Conneau et al. 2018; paper, section 6): what can be read off frozen
 * sentence vectors by a linear classifier. SentEval's protocol: multinomial
 * logistic regression, batches of 128, the regulariser and the stop by the
 * validation set, accuracy on the test set.
 */
import * as tf from '@tensorflow/tfjs-core'
import { adamUpdate } from '../model/kernels/ops/adam.ts'
import { linear } from '../model/kernels/ops/linear.ts'
import { run } from '../model/kernels/op.ts'
import { randomOf } from '../model/random.ts'

/** The ten tasks in the order of the paper's table. */
export const probingTasks = [
  { file: 'sentence_length', name: 'SentLen' },
  { file: 'word_content', name: 'WC' },
  { file: 'tree_depth', name: 'TreeDepth' },
  { file: 'top_constituents', name: 'TopConst' },
  { file: 'bigram_shift', name: 'BShift' },
  { file: 'past_present', name: 'Tense' },
  { file: 'subj_number', name: 'SubjNum' },
  { file: 'obj_number', name: 'ObjNum' },
  { file: 'odd_man_out', name: 'SOMO' },
  { file: 'coordination_inversion', name: 'CoordInv' },
] as const

/** Rows of features with their classes. Features are asked for as they are needed, so that they may lie in a file. */
export interface ProbingSet {
  /** Copies the features of some rows: [rows.length, size]. */
  read(rows: Int32Array, out: Float32Array): void
  readonly classes: Int32Array
}

/** A set whose features are all in memory. */
export const memorySet = (features: Float32Array, size: number, classes: Int32Array): ProbingSet => ({
  classes,
  read(rows, out) {
    rows.forEach((row, i) => {
      out.set(features.subarray(row * size, (row + 1) * size), i * size)
    })
  },
})

export interface ProbingResult {
  readonly accuracy: number
  readonly validation: number
  readonly regulariser: number
}

const regularisers = [1e-5, 1e-4, 1e-3, 1e-2]
const [batchSize, patience, mostEpochs, rate] = [128, 4, 60, 2e-3]

/** Rows that are looked at together where their order does not matter. */
const chunkRows = 1024

/** Row numbers, a chunk at a time. */
function* chunks(rows: number): Generator<Int32Array> {
  for (let from = 0; from < rows; from += chunkRows)
    yield Int32Array.from({ length: Math.min(chunkRows, rows - from) }, (_, i) => from + i)
}

/** Mean and deviation of the training rows' columns, which all rows are scaled by. */
const scaling = (set: ProbingSet, size: number) => {
  const rows = set.classes.length
  const [mean, square] = [new Float64Array(size), new Float64Array(size)]
  for (const ids of chunks(rows)) {
    const features = new Float32Array(ids.length * size)
    set.read(ids, features)
    for (let at = 0; at < features.length; at++) {
      mean[at % size] += features[at] / rows
      square[at % size] += features[at] ** 2 / rows
    }
  }
  return { mean, deviation: square.map((value, j) => Math.sqrt(Math.max(value - mean[j] ** 2, 1e-8))) }
}

/** Chosen rows, scaled: [rows.length, size]. */
const scaled = (
  set: ProbingSet,
  rows: Int32Array,
  size: number,
  { mean, deviation }: ReturnType<typeof scaling>,
): tf.Tensor2D => {
  const values = new Float32Array(rows.length * size)
  set.read(rows, values)
  for (let at = 0; at < values.length; at++) values[at] = (values[at] - mean[at % size]) / deviation[at % size]
  return tf.tensor2d(values, [rows.length, size])
}

const accuracyOf = (
  set: ProbingSet,
  size: number,
  scale: ReturnType<typeof scaling>,
  w: tf.Tensor2D,
  b: tf.Tensor1D,
): number => {
  const { classes } = set
  const count = w.shape[1]
  let right = 0
  for (const ids of chunks(classes.length)) {
    const logits = tf.tidy(() => linear(scaled(set, ids, size, scale), w, b).dataSync())
    ids.forEach((id, i) => {
      let best = 0
      for (let k = 1; k < count; k++) if (logits[i * count + k] > logits[i * count + best]) best = k
      if (best === classes[id]) right++
    })
  }
  return classes.length === 0 ? 0 : right / classes.length
}

/** Accuracy on the test set of the classifier that is best on the validation set; the same seed gives the same. */
export const probe = (
  train: ProbingSet,
  validation: ProbingSet,
  test: ProbingSet,
  size: number,
  classCount: number,
  seed = 1,
): ProbingResult => {
  const scale = scaling(train, size)
  const rows = train.classes.length
  let best: ProbingResult = { accuracy: 0, validation: -1, regulariser: 0 }
  for (const regulariser of regularisers) {
    const random = randomOf(seed, 'probe')
    const zeros = (...shape: number[]) => tf.zeros(shape)
    const parameters = [zeros(size, classCount), zeros(classCount)]
    const moments = parameters.map(({ shape }) => [tf.zeros(shape), tf.zeros(shape)])
    const order = Int32Array.from({ length: rows }, (_, i) => i)
    let stale = 0
    let step = 0
    let mine = { accuracy: 0, validation: -1 }
    for (let epoch = 0; epoch < mostEpochs && stale < patience; epoch++) {
      random.shuffle(order as unknown as number[])
      for (let from = 0; from < rows; from += batchSize) {
        const ids = order.subarray(from, from + batchSize)
        step++
        tf.tidy(() => {
          const batch = scaled(train, ids, size, scale)
          const [w, b] = parameters as [tf.Tensor2D, tf.Tensor1D]
          const logits = linear(batch, w, b)
          const gradient = Float32Array.from(logits.dataSync())
          for (let i = 0; i < ids.length; i++) {
            const row = gradient.subarray(i * classCount, (i + 1) * classCount)
            const most = row.reduce((a, c) => Math.max(a, c), Number.NEGATIVE_INFINITY)
            let total = 0
            for (let k = 0; k < classCount; k++) total += row[k] = Math.exp(row[k] - most)
            for (let k = 0; k < classCount; k++)
              row[k] = (row[k] / total - (k === train.classes[ids[i]] ? 1 : 0)) / ids.length
          }
          const dy = tf.tensor2d(gradient, [ids.length, classCount])
          const [, dw, db] = run('HmtlLinearGrad', { dy, x: batch, w, y: logits }, { relu: 0 })
          for (const [k, g] of [dw, db].entries()) {
            const [m, v] = moments[k]
            const correction = Math.sqrt(1 - 0.999 ** step) / (1 - 0.9 ** step)
            adamUpdate(parameters[k], g, m, v, {
              scale: 1,
              clip: 10,
              beta1: 0.9,
              beta2: 0.999,
              step: rate * correction,
              epsilon: 1e-8,
              decay: k === 0 ? regulariser : 0,
            })
          }
        })
      }
      const [w, b] = parameters as [tf.Tensor2D, tf.Tensor1D]
      const found = accuracyOf(validation, size, scale, w, b)
      if (found > mine.validation) {
        mine = { validation: found, accuracy: accuracyOf(test, size, scale, w, b) }
        stale = 0
      } else stale++
    }
    if (mine.validation > best.validation) best = { ...mine, regulariser }
    tf.dispose([parameters, moments])
  }
  return best
}

/** The share of the training set's commonest class among the test set. */
export const majority = (train: Int32Array, test: Int32Array): number => {
  const counts = new Map<number, number>()
  for (const label of train) counts.set(label, (counts.get(label) ?? 0) + 1)
  const [most] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [-1]
  return test.length === 0 ? 0 : test.filter((label) => label === most).length / test.length
}
