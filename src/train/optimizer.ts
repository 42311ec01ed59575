/**
 * Adam for dense parameters, and row by row for word vectors: only the rows of
 * the batch are touched. Each task has moments of its own, as in the original:
 * the losses differ in scale by orders of magnitude.
 */
import * as tf from '@tensorflow/tfjs-core'
import { adamUpdate, sumSquares } from '../model/kernels/ops/adam.ts'
import type { StoredTensor } from '../model/safetensors.ts'

const beta1 = 0.9
const beta2 = 0.999
const epsilon = 1e-8

export interface OptimizerSettings {
  readonly gradientNorm: number
  readonly gradientClip: number
  /** A parameter's part of the rate, by its name. @default all of it */
  readonly share?: (name: string) => number
}

interface Moments {
  readonly m: tf.Tensor
  readonly v: tf.Tensor
}

export interface WordGradient {
  readonly ids: Int32Array
  readonly gradient: tf.Tensor
}

export interface Optimizer {
  /**
   * One update.
   * @param gradients by parameter name; disposed by the caller
   * @returns the norm of the gradient before clipping
   */
  step(
    task: string,
    variables: ReadonlyMap<string, tf.Variable>,
    gradients: ReadonlyMap<string, tf.Tensor>,
    words: WordGradient | undefined,
    rate: number,
  ): number
  /** All moments, for a checkpoint. */
  tensors(): Map<string, StoredTensor>
  /** Updates so far by task. */
  counts(): Record<string, number>
  restore(tensors: ReadonlyMap<string, StoredTensor>, counts: Readonly<Record<string, number>>): void
  dispose(): void
}

export const createOptimizer = (wordTable: Float32Array, wordSize: number, settings: OptimizerSettings): Optimizer => {
  const { share = () => 1 } = settings
  const moments = new Map<string, Moments>()
  const updates = new Map<string, number>()
  let wordM = new Float32Array(wordTable.length)
  let wordV = new Float32Array(wordTable.length)
  let wordUpdates = 0

  const momentsOf = (key: string, shape: number[]): Moments => {
    let found = moments.get(key)
    if (!found) moments.set(key, (found = { m: tf.keep(tf.zeros(shape)), v: tf.keep(tf.zeros(shape)) }))
    return found
  }

  const stepWords = ({ ids, gradient }: WordGradient, scale: number, rate: number) => {
    wordUpdates++
    const g = gradient.dataSync() as Float32Array
    const step = (rate * Math.sqrt(1 - beta2 ** wordUpdates)) / (1 - beta1 ** wordUpdates)
    const clip = settings.gradientClip
    ids.forEach((id, i) => {
      for (let j = 0; j < wordSize; j++) {
        const at = id * wordSize + j
        const d = Math.max(-clip, Math.min(clip, g[i * wordSize + j])) * scale
        wordM[at] = beta1 * wordM[at] + (1 - beta1) * d
        wordV[at] = beta2 * wordV[at] + (1 - beta2) * d * d
        wordTable[at] -= (step * wordM[at]) / (Math.sqrt(wordV[at]) + epsilon)
      }
    })
  }

  return {
    step(task, variables, gradients, words, rate) {
      const count = (updates.get(task) ?? 0) + 1
      updates.set(task, count)
      let squares = words ? tf.tidy(() => sumSquares(words.gradient).dataSync()[0]) : 0
      for (const gradient of gradients.values()) squares += tf.tidy(() => sumSquares(gradient).dataSync()[0])
      const norm = Math.sqrt(squares)
      const scale = settings.gradientNorm > 0 && norm > settings.gradientNorm ? settings.gradientNorm / norm : 1
      const step = (rate * Math.sqrt(1 - beta2 ** count)) / (1 - beta1 ** count)
      for (const [name, gradient] of gradients) {
        const variable = variables.get(name)
        if (!variable) continue
        const { m, v } = momentsOf(`${task}/${name}`, variable.shape)
        adamUpdate(variable, gradient, m, v, {
          scale,
          clip: settings.gradientClip,
          beta1,
          beta2,
          step: step * share(name),
          epsilon,
          decay: 0,
        })
      }
      if (words) stepWords(words, scale, rate)
      return norm
    },
    tensors() {
      const out = new Map<string, StoredTensor>()
      for (const [key, { m, v }] of moments) {
        out.set(`m/${key}`, { shape: m.shape, values: m.dataSync() as Float32Array })
        out.set(`v/${key}`, { shape: v.shape, values: v.dataSync() as Float32Array })
      }
      out.set('words/m', { shape: [wordM.length], values: wordM })
      out.set('words/v', { shape: [wordV.length], values: wordV })
      return out
    },
    counts: () => ({ ...Object.fromEntries(updates), ' words': wordUpdates }),
    restore(tensors, counts) {
      for (const [name, { shape, values }] of tensors) {
        if (!name.startsWith('m/')) continue
        const key = name.slice(2)
        const v = tensors.get(`v/${key}`)
        if (v)
          moments.set(key, {
            m: tf.keep(tf.tensor(values, shape as number[])),
            v: tf.keep(tf.tensor(v.values, shape as number[])),
          })
      }
      wordM = Float32Array.from(tensors.get('words/m')?.values ?? wordM)
      wordV = Float32Array.from(tensors.get('words/v')?.values ?? wordV)
      for (const [task, count] of Object.entries(counts)) if (task !== ' words') updates.set(task, count)
      wordUpdates = counts[' words'] ?? 0
    },
    dispose() {
      for (const { m, v } of moments.values()) {
        m.dispose()
        v.dispose()
      }
    },
  }
}
