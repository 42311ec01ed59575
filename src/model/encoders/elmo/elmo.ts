/**
 * ELMo (Peters et al. 2018; spec section 5), frozen: characters as bytes → CNN →
 * highway → projection → two stacked LSTMs in each direction. Its layers are the
 * token's own representation and the states of each LSTM layer.
 */
import * as tf from '@tensorflow/tfjs-core'
import { indexes, packSentences } from '../../batch.ts'
import { charPool } from '../../kernels/ops/char-pool.ts'
import { linear } from '../../kernels/ops/linear.ts'
import { highway, lstmProjected } from '../../kernels/ops/lstm-projected.ts'
import { concat, gather } from '../../kernels/ops/rows.ts'
import { type ElmoOptions, readElmoOptions, type WeightReader, withElmoWeights } from './weights.ts'

/**
 * Cells and outputs of each direction and layer, by place in the batch: what the original carries from batch to batch.
 */
export type ElmoState = Map<string, { readonly c: Float32Array; readonly h: Float32Array }>

export interface Elmo {
  readonly layers: number
  /** Width of a layer: both directions. */
  readonly size: number
  /**
   * Vectors of every token, sentence by sentence: [tokens, layers·size].
   * @param state carried from call to call, as the original does; without it every sentence begins anew
   */
  encode(sentences: readonly (readonly string[])[], state?: ElmoState): Float32Array
  /** The representation of words by themselves, before the LSTMs: [words, size / 2]. */
  embed(words: readonly string[]): Float32Array
  dispose(): void
}

/** Byte ids, all shifted by one for the padding row at 0. */
const [sentenceBegin, sentenceEnd, wordBegin, wordEnd, padding] = [256, 257, 258, 259, 260].map((id) => id + 1)

/** Sentence marks, which have ids of their own; no text has such a token. */
const beginMark = '\u0000<S>'
const endMark = '\u0000</S>'

const utf8 = new TextEncoder()

/** Character ids of a word between its marks, padded: [most]. */
const elmoCharacters = (word: string, most: number): Int32Array => {
  const ids = new Int32Array(most).fill(padding)
  const bytes =
    word === beginMark
      ? [sentenceBegin - 1]
      : word === endMark
        ? [sentenceEnd - 1]
        : utf8.encode(word).subarray(0, most - 2)
  ids[0] = wordBegin
  bytes.forEach((byte, i) => {
    ids[i + 1] = byte + 1
  })
  ids[bytes.length + 1] = wordEnd
  return ids
}

/** Words whose representation is kept; the oldest goes first. */
const mostCached = 20_000

interface Cell {
  readonly w: tf.Tensor2D
  readonly b: tf.Tensor1D
  readonly u: tf.Tensor2D
  readonly p: tf.Tensor2D
}

const readTensors = (options: ElmoOptions, read: WeightReader) => {
  const { lstm, char_cnn: cnn } = options
  const { dim: H, projection_dim: P } = lstm
  const D = cnn.embedding.dim
  const kept: tf.Tensor[] = []
  const keep = <T extends tf.Tensor>(values: Float32Array, shape: readonly number[]): T => {
    const tensor = tf.keep(tf.tensor(values, shape as number[], 'float32'))
    kept.push(tensor)
    return tensor as T
  }
  const load = <T extends tf.Tensor>(name: string, ...shape: number[]): T => keep<T>(read(name, shape).values, shape)
  // Row 0 is for padding and is not stored.
  const stored = read('char_embed', [cnn.n_characters - 1, D]).values
  const table = new Float32Array(cnn.n_characters * D)
  table.set(stored, D)
  const characters = keep<tf.Tensor2D>(table, [cnn.n_characters, D])
  const filters = cnn.filters.map(([width, count], i) => {
    const { values } = read(`CNN/W_cnn_${i}`, [1, width, D, count])
    const kernel = new Float32Array(D * width * count)
    for (let k = 0; k < width; k++)
      for (let d = 0; d < D; d++)
        kernel.set(values.subarray((k * D + d) * count, (k * D + d + 1) * count), d * width * count + k * count)
    // Every byte in every place of the window, once and for all.
    const projected = tf.keep(linear(characters, tf.tensor2d(kernel, [D, width * count])))
    kept.push(projected)
    return { width, projected, bias: load<tf.Tensor1D>(`CNN/b_cnn_${i}`, count) }
  })
  const F = cnn.filters.reduce((sum, [, count]) => sum + count, 0)
  const highways = Array.from({ length: cnn.n_highway }, (_, i) => ({
    carry: load<tf.Tensor2D>(`CNN_high_${i}/W_carry`, F, F),
    carryBias: load<tf.Tensor1D>(`CNN_high_${i}/b_carry`, F),
    transform: load<tf.Tensor2D>(`CNN_high_${i}/W_transform`, F, F),
    transformBias: load<tf.Tensor1D>(`CNN_high_${i}/b_transform`, F),
  }))
  const projection = load<tf.Tensor2D>('CNN_proj/W_proj', F, P)
  const projectionBias = load<tf.Tensor1D>('CNN_proj/b_proj', P)
  const cells: Cell[][] = [0, 1].map((direction) =>
    Array.from({ length: lstm.n_layers }, (_, layer) => {
      const name = `RNN_${direction}/RNN/MultiRNNCell/Cell${layer}/LSTMCell`
      const { values } = read(`${name}/W_0`, [2 * P, 4 * H])
      return {
        w: keep<tf.Tensor2D>(values.slice(0, P * 4 * H), [P, 4 * H]),
        u: keep<tf.Tensor2D>(values.slice(P * 4 * H), [P, 4 * H]),
        b: load<tf.Tensor1D>(`${name}/B`, 4 * H),
        p: load<tf.Tensor2D>(`${name}/W_P_0`, H, P),
      }
    }),
  )
  return { filters, highways, projection, projectionBias, cells, dispose: () => tf.dispose(kept) }
}

/**
 * Loads ELMo on the running engine.
 * @throws HmtlError `HMTL_MODEL_CORRUPT`
 */
export const loadElmo = async (optionsPath: string, weightsPath: string): Promise<Elmo> => {
  const options = await readElmoOptions(optionsPath)
  const { lstm, char_cnn: cnn } = options
  const { dim: H, projection_dim: P, n_layers: depth } = lstm
  const weights = await withElmoWeights(weightsPath, (read) => {
    let tensors: ReturnType<typeof readTensors> | undefined
    tf.tidy(() => {
      tensors = readTensors(options, read)
    })
    return tensors as unknown as ReturnType<typeof readTensors>
  })
  const cache = new Map<string, Float32Array>()
  const size = 2 * P
  const layers = depth + 1

  const embedNew = (words: readonly string[]): Float32Array =>
    tf.tidy(() => {
      const most = cnn.max_characters_per_token
      const ids = new Int32Array(words.length * most)
      words.forEach((word, i) => {
        ids.set(elmoCharacters(word, most), i * most)
      })
      const chars = indexes(ids)
      const starts = indexes(Int32Array.from({ length: words.length + 1 }, (_, i) => i * most))
      let x: tf.Tensor2D | undefined
      for (const { width, projected, bias } of weights.filters) {
        const pooled = charPool(projected, bias, chars, starts, width)
        x = x ? concat(x, pooled) : pooled
      }
      let state = x as tf.Tensor2D
      for (const { carry, carryBias, transform, transformBias } of weights.highways)
        state = highway(state, linear(state, carry, carryBias), linear(state, transform, transformBias, true))
      return linear(state, weights.projection, weights.projectionBias).dataSync() as Float32Array
    })

  /** Words at once: the CNN's output of each is wide. */
  const wordsAtOnce = 512

  const embed = (words: readonly string[]): Float32Array => {
    const out = new Float32Array(words.length * P)
    const missing = [...new Set(words)].filter((word) => !cache.has(word))
    const fresh = new Map<string, Float32Array>()
    for (let from = 0; from < missing.length; from += wordsAtOnce) {
      const part = missing.slice(from, from + wordsAtOnce)
      const values = embedNew(part)
      part.forEach((word, i) => {
        fresh.set(word, values.slice(i * P, (i + 1) * P))
      })
    }
    words.forEach((word, i) => {
      out.set((cache.get(word) ?? fresh.get(word)) as Float32Array, i * P)
    })
    for (const [word, vector] of fresh) cache.set(word, vector)
    for (const word of cache.keys()) {
      if (cache.size <= mostCached) break
      cache.delete(word)
    }
    return out
  }

  const encode = (sentences: readonly (readonly string[])[], state?: ElmoState): Float32Array =>
    tf.tidy(() => {
      const bounded = sentences.map((sentence) => [beginMark, ...sentence, endMark])
      const packing = packSentences(bounded.map((sentence) => sentence.length))
      const B = sentences.length
      const vectors = embed(bounded.flat())
      const offsets = indexes(packing.offsets)
      // Row of each token but the marks, sentence by sentence as given.
      const rows = Int32Array.from(
        bounded.flatMap((sentence, s) =>
          Array.from({ length: sentence.length - 2 }, (_, i) => packing.rows[packing.starts[s] + 1 + i]),
        ),
      )
      const packed = new Float32Array(vectors.length)
      packing.rows.forEach((row, token) => {
        packed.set(vectors.subarray(token * P, (token + 1) * P), row * P)
      })
      const tokens = tf.tensor2d(packed, [packing.size, P])
      const byLayer: tf.Tensor2D[][] = [[tokens, tokens]]
      for (const direction of [0, 1]) {
        let x = tokens
        for (let layer = 0; layer < depth; layer++) {
          const { w, b, u, p } = weights.cells[direction][layer]
          const key = `${direction} ${layer}`
          const start = (kind: 'c' | 'h', width: number) => {
            const values = new Float32Array(B * width)
            const known = state?.get(key)?.[kind]
            if (known)
              packing.order.forEach((sentence, place) => {
                values.set(known.subarray(sentence * width, (sentence + 1) * width), place * width)
              })
            return tf.tensor2d(values, [B, width])
          }
          const { y, c, h } = lstmProjected(
            { xp: linear(x, w, b), u, w: p, offsets, c: start('c', H), h: start('h', P) },
            direction === 1,
            lstm.cell_clip,
            lstm.proj_clip,
          )
          if (state) {
            const end = (tensor: tf.Tensor2D, width: number) => {
              const [values, out] = [tensor.dataSync(), new Float32Array(B * width)]
              packing.order.forEach((sentence, place) => {
                out.set(values.subarray(place * width, (place + 1) * width), sentence * width)
              })
              return out
            }
            state.set(key, { c: end(c, H), h: end(h, P) })
          }
          const out = layer > 0 && lstm.use_skip_connections ? (tf.add(y, x) as tf.Tensor2D) : y
          ;(byLayer[layer + 1] ??= [])[direction] = out
          x = out
        }
      }
      const ids = indexes(rows)
      const out = new Float32Array(rows.length * layers * size)
      byLayer.forEach(([forward, backward], layer) => {
        const values = gather(concat(forward, backward), ids).dataSync()
        for (let token = 0; token < rows.length; token++)
          out.set(values.subarray(token * size, (token + 1) * size), (token * layers + layer) * size)
      })
      return out
    })

  return {
    layers,
    size,
    encode,
    embed,
    dispose() {
      weights.dispose()
      cache.clear()
    },
  }
}
