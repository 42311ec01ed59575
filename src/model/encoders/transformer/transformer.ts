/**
 * A transformer of the BERT family as a contextual encoder (Devlin et al. 2019):
 * frozen, or with upper layers that a training tunes. Its layers are what it makes
 * of the pieces before the first layer and after each; a token's vector is the mean
 * of its pieces', zero where it has none. Sequences lie one after another without
 * padding.
 */
import * as tf from '@tensorflow/tfjs-core'
import { filled } from '../../../io/budget.ts'
import { HmtlError } from '../../../io/errors.ts'
import { indexes } from '../../batch.ts'
import type { ContextualEncoder } from '../contextual.ts'
import { linear } from '../../kernels/ops/linear.ts'
import { multipliesIntegers } from '../../kernels/ops/integers.ts'
import { linear8 } from '../../kernels/ops/linear8.ts'
import type { ModelFiles } from '../../model-files.ts'
import { attention, gelu, layerNorm } from '../../kernels/ops/transformer.ts'
import { loadTokenizer, type PieceTokenizer } from './tokenizer.ts'
import { readUpperLayers, type Tensors, tunedLayer, tunedLayers } from './tuned.ts'
import {
  type Layer,
  readTransformerConfig,
  readTransformerWeights,
  type TransformerConfig,
  type TransformerWeights,
} from './weights.ts'

/** Pieces computed at once. */
const rowsAtOnce = 512

/** A stretch of a sentence's pieces that goes through the encoder at once. */
interface Span {
  /** Pieces with the marks around them. */
  readonly ids: Int32Array
  /** Token of each piece that is to be used, -1 for those that another span knows better. */
  readonly tokens: Int32Array
}

/** Half of a window is seen by two of them, so that no piece is read far from all that stands around it. */
const overlapShare = 2

/** @param first number of the sentence's first token. @param most pieces in a window, marks aside */
export const spansOf = (
  words: readonly string[],
  first: number,
  { pieces, begin, end }: PieceTokenizer,
  most: number,
): Span[] => {
  const lists = words.map(pieces)
  const count = lists.reduce((sum, list) => sum + list.length, 0)
  const [ids, owners] = [new Int32Array(count), new Int32Array(count)]
  let at = 0
  lists.forEach((list, i) => {
    ids.set(list, at)
    owners.fill(first + i, at, at + list.length)
    at += list.length
  })
  const step = Math.max(1, most - Math.floor(most / overlapShare))
  const starts = [0]
  while (starts[starts.length - 1] + most < count) starts.push(Math.min(starts[starts.length - 1] + step, count - most))
  return starts.map((start, i) => {
    const stop = Math.min(count, start + most)
    // Between two windows the border is the middle of what they share.
    const from = i === 0 ? 0 : Math.ceil((starts[i - 1] + most + start) / 2)
    const to = i === starts.length - 1 ? count : Math.ceil((start + most + starts[i + 1]) / 2)
    const tokens = new Int32Array(stop - start + 2).fill(-1)
    for (let piece = from; piece < to; piece++) tokens[piece - start + 1] = owners[piece]
    return { ids: Int32Array.from([begin, ...ids.subarray(start, stop), end]), tokens }
  })
}

const product = (x: tf.Tensor2D, { w, b }: Layer, relu = false): tf.Tensor2D =>
  'scales' in w ? linear8(x, w, b, relu) : linear(x, w, b, relu)

/** First piece of each span, and the total. */
const startsOf = (spans: readonly Span[]): Int32Array => {
  const starts = new Int32Array(spans.length + 1)
  spans.forEach(({ ids }, i) => {
    starts[i + 1] = starts[i] + ids.length
  })
  return starts
}

const longestOf = (spans: readonly Span[]): number => spans.reduce((most, { ids }) => Math.max(most, ids.length), 0)

/** States of every layer of spans: each [rows, hidden]. */
const runLayers = (
  spans: readonly Span[],
  config: TransformerConfig,
  weights: TransformerWeights,
  visit: (layer: number, states: tf.Tensor2D) => void,
): void => {
  const { embedding: E, epsilon, heads, activation } = config
  const starts = startsOf(spans)
  const longest = longestOf(spans)
  const rows = new Float32Array(starts[spans.length] * E)
  spans.forEach(({ ids }, s) => {
    ids.forEach((id, position) => {
      const row = (starts[s] + position) * E
      weights.words.add(id, rows, row)
      for (let j = 0; j < E; j++) rows[row + j] += weights.positions[position * E + j]
    })
  })
  tf.tidy(() => {
    const offsets = indexes(starts)
    const normed = layerNorm(
      tf.tensor2d(rows, [starts[spans.length], E]),
      weights.norm.gamma,
      weights.norm.beta,
      epsilon,
    )
    let x = weights.project ? product(normed, weights.project) : normed
    visit(0, x)
    weights.layers.forEach(({ qkv, attended, attendedNorm, inner, outer, outerNorm }, i) => {
      // What a layer makes on its way is given back before the next begins.
      x = tf.tidy(() => {
        const context = attention(product(x, qkv), offsets, heads, longest)
        const middle = layerNorm(product(context, attended), attendedNorm.gamma, attendedNorm.beta, epsilon, x)
        const wide = product(middle, inner, activation === 'relu')
        const active = activation === 'relu' ? wide : gelu(wide, activation === 'gelu_new')
        return layerNorm(product(active, outer), outerNorm.gamma, outerNorm.beta, epsilon, middle)
      })
      visit(i + 1, x)
    })
  })
}

export interface TransformerOptions {
  /** How many of its layers are run, from the first on; all by default. */
  readonly layers?: number | undefined
  /** A model's weights, where it may have tuned layers. */
  readonly stored?: Tensors | undefined
  /** Layers that are to be tuned, from the last down, and what is dropped out in them. */
  readonly tune?: { readonly layers: number; readonly dropout: number } | undefined
}

/**
 * Loads an encoder on the running engine.
 * @param from files with config.json, tokenizer.json and model.safetensors
 * @throws HmtlError `HMTL_MODEL_*`, `HMTL_CONFIG_VALUE` where it has fewer layers
 */
export const loadTransformer = async (
  from: ModelFiles,
  { layers: most, stored, tune }: TransformerOptions = {},
): Promise<ContextualEncoder> => {
  const whole = await readTransformerConfig(from)
  for (const [key, wanted] of [
    ['layers', most],
    ['tune.layers', tune && tune.layers + whole.layers - (most ?? whole.layers)],
  ] as const)
    if (wanted !== undefined && wanted > whole.layers)
      throw new HmtlError(
        'HMTL_CONFIG_VALUE',
        `${from.pathOf('config.json')} has ${whole.layers} layers, not ${wanted}`,
        {
          remedy: `Set embeddings.contextual.${key} to ${most ?? whole.layers} at most`,
        },
      )
  const upper = { ...whole, layers: most ?? whole.layers }
  // What is tuned is no part of the encoder that runs by itself.
  const config = { ...upper, layers: upper.layers - (tune?.layers ?? 0) }
  const tokenizer = await loadTokenizer(from, config.vocabulary)
  // First, since nothing of it has to be given back where the other fails.
  const tuned =
    tune && tunedLayers(upper, config.layers, await readUpperLayers(from, upper, config.layers), tune.dropout)
  const weights = await readTransformerWeights(from, config, {
    keepBytes: multipliesIntegers(),
    layer: (index, keep) => tunedLayer(stored, index, config, keep),
  })
  const layers = config.layers + 1
  const { hidden: D } = config

  const spansOfAll = (sentences: readonly (readonly string[])[]): Span[] => {
    const spans: Span[] = []
    let first = 0
    for (const sentence of sentences) {
      spans.push(...spansOf(sentence, first, tokenizer, config.positions - 2))
      first += sentence.length
    }
    return spans
  }
  const tokensOf = (sentences: readonly (readonly string[])[]) =>
    sentences.reduce((sum, sentence) => sum + sentence.length, 0)

  /**
   * @param add of a token's share of a layer, whose values begin at `from`
   * @param last told the states of the last layer, group by group
   */
  const run = (
    spans: readonly Span[],
    tokenCount: number,
    add: (token: number, layer: number, share: number, values: Float32Array, from: number) => void,
    last?: (states: Float32Array) => void,
  ): void => {
    // How many pieces a token has must be known before its first is added, whichever group that is in.
    const counts = new Int32Array(tokenCount)
    for (const { tokens } of spans) for (const token of tokens) if (token !== -1) counts[token]++
    for (const group of filled(spans, { tokens: rowsAtOnce }, ({ ids }) => ids.length))
      runLayers(group, config, weights, (layer, states) => {
        const values = states.dataSync() as Float32Array
        let row = 0
        for (const { tokens } of group)
          for (const token of tokens) {
            const from = row++ * D
            if (token !== -1) add(token, layer, 1 / counts[token], values, from)
          }
        if (layer === config.layers) last?.(values)
      })
  }
  const encodeSpans = (spans: readonly Span[], tokenCount: number, last?: (states: Float32Array) => void) => {
    const out = new Float32Array(tokenCount * layers * D)
    run(
      spans,
      tokenCount,
      (token, layer, share, values, from) => {
        const to = (token * layers + layer) * D
        for (let j = 0; j < D; j++) out[to + j] += share * values[from + j]
      },
      last,
    )
    return out
  }

  return {
    layers: layers + (tune?.layers ?? 0),
    size: D,
    encode: (sentences) => encodeSpans(spansOfAll(sentences), tokensOf(sentences)),
    encodeMixed(sentences, mix) {
      const count = tokensOf(sentences)
      const out = new Float32Array(count * D)
      run(spansOfAll(sentences), count, (token, layer, share, values, from) => {
        const [to, weight] = [token * D, share * mix[layer]]
        for (let j = 0; j < D; j++) out[to + j] += weight * values[from + j]
      })
      return out
    },
    ...(tuned && {
      tuned: {
        ...tuned,
        encodeBelow(sentences: readonly (readonly string[])[]) {
          const spans = spansOfAll(sentences)
          const starts = startsOf(spans)
          const states = new Float32Array(starts[spans.length] * D)
          let at = 0
          const values = encodeSpans(spans, tokensOf(sentences), (part) => {
            states.set(part, at)
            at += part.length
          })
          const tokens = new Int32Array(starts[spans.length])
          spans.forEach((span, i) => {
            tokens.set(span.tokens, starts[i])
          })
          return { values, pieces: { states, size: D, starts, longest: longestOf(spans), tokens } }
        },
      },
    }),
    dispose: weights.dispose,
  }
}
