/**
 * Sentences to the arrays that the layers take. Tokens are rows in the packed
 * layout: by position in the sentence, and within a position by sentence, the
 * longest first. Nothing is padded.
 */
import * as tf from '@tensorflow/tfjs-core'
import type { Indexer } from './vocabulary.ts'

/** The order of tokens as rows. */
export interface Packing {
  /** Tokens in all. */
  readonly size: number
  /** First row of each position, and the total: [longest + 1]. */
  readonly offsets: Int32Array
  /** Lengths of the sentences, longest first. */
  readonly lengths: Int32Array
  /** Which given sentence stands at each place. */
  readonly order: Int32Array
  /** Row of each token, tokens counted sentence by sentence as given. */
  readonly rows: Int32Array
  /** First token of each given sentence, and the total. */
  readonly starts: Int32Array
}

/** @param lengths tokens of each sentence, none of them 0 */
export const packSentences = (lengths: ArrayLike<number>): Packing => {
  const count = lengths.length
  const order = Int32Array.from({ length: count }, (_, i) => i)
  order.sort((a, b) => lengths[b] - lengths[a] || a - b)
  const longest = count === 0 ? 0 : lengths[order[0]]
  const offsets = new Int32Array(longest + 1)
  for (let t = 0, open = count; t < longest; t++) {
    while (open > 0 && lengths[order[open - 1]] <= t) open--
    offsets[t + 1] = offsets[t] + open
  }
  const starts = new Int32Array(count + 1)
  for (let s = 0; s < count; s++) starts[s + 1] = starts[s] + lengths[s]
  const rows = new Int32Array(starts[count])
  for (let place = 0; place < count; place++) {
    const sentence = order[place]
    for (let t = 0; t < lengths[sentence]; t++) rows[starts[sentence] + t] = offsets[t] + place
  }
  return { size: starts[count], offsets, lengths: Int32Array.from(order, (s) => lengths[s]), order, rows, starts }
}

/** What the embedding layer takes, made from words alone. */
export interface Batch {
  readonly packing: Packing
  /** Different word ids, and for each row which of them it is. */
  readonly wordIds: Int32Array
  readonly wordOf: Int32Array
  /** Characters of the different forms one after another, and where each begins. */
  readonly chars: Int32Array
  readonly charStarts: Int32Array
  readonly formOf: Int32Array
  /** Layers of a contextual encoder by row, and how many: [tokens, layers·size]. */
  readonly contextual: TokenVectors | undefined
}

/** An encoder's states below the layers that are tuned, piece by piece, sequence after sequence. */
export interface Pieces {
  /** [pieces, size] */
  readonly states: Float32Array
  readonly size: number
  /** First piece of each sequence, and the total. */
  readonly starts: Int32Array
  /** Pieces of the longest sequence. */
  readonly longest: number
  /** Token of each piece, tokens counted sentence by sentence as given; -1 where it is no token's. */
  readonly tokens: Int32Array
}

/** Several layers of vectors for each token: [tokens, layers·size]. */
export interface TokenVectors {
  readonly values: Float32Array
  readonly layers: number
  /** Whether the one layer is the sum of an encoder's, by the model's weights. */
  readonly mixed?: boolean
  /** Where upper layers are tuned: what goes into the first of those. Tokens are rows, in a batch. */
  readonly pieces?: Pieces
}

export interface BatchOptions {
  /** What stands for a word, by their ids. @default itself */
  readonly replaceWord?: ((id: number) => number) | undefined
  /** Contextual vectors, sentence by sentence. */
  readonly vectors?: TokenVectors | undefined
  /** How a sentence's words are shown instead, one for one. @default as they are */
  readonly disguise?: ((sentence: readonly string[]) => readonly string[]) | undefined
}

/** @param sentences none of them empty */
export const createBatch = (
  sentences: readonly (readonly string[])[],
  indexer: Indexer,
  { replaceWord = (id) => id, vectors, disguise = (sentence) => sentence }: BatchOptions = {},
): Batch => {
  const packing = packSentences(sentences.map((sentence) => sentence.length))
  const forms = new Map<string, number>()
  const words = new Map<number, number>()
  const wordOf = new Int32Array(packing.size)
  const formOf = new Int32Array(packing.size)
  let token = 0
  for (const sentence of sentences)
    for (const form of disguise(sentence)) {
      const row = packing.rows[token++]
      const id = replaceWord(indexer.word(form))
      let word = words.get(id)
      if (word === undefined) words.set(id, (word = words.size))
      wordOf[row] = word
      let index = forms.get(form)
      if (index === undefined) forms.set(form, (index = forms.size))
      formOf[row] = index
    }
  const pieces = [...forms.keys()].map((form) => indexer.characters(form))
  const charStarts = new Int32Array(pieces.length + 1)
  for (let i = 0; i < pieces.length; i++) charStarts[i + 1] = charStarts[i] + pieces[i].length
  const chars = new Int32Array(charStarts[pieces.length])
  for (let i = 0; i < pieces.length; i++) chars.set(pieces[i], charStarts[i])
  return {
    packing,
    wordIds: Int32Array.from(words.keys()),
    wordOf,
    chars,
    charStarts,
    formOf,
    contextual: vectors && byRow(vectors, packing),
  }
}

const byRow = ({ values, pieces, ...others }: TokenVectors, { rows, size }: Packing): TokenVectors => {
  const width = size === 0 ? 0 : values.length / size
  const packed = new Float32Array(values.length)
  rows.forEach((row, token) => {
    packed.set(values.subarray(token * width, (token + 1) * width), row * width)
  })
  const tokens = pieces?.tokens.map((token) => (token < 0 ? token : rows[token]))
  return { values: packed, ...others, ...(pieces && tokens && { pieces: { ...pieces, tokens } }) }
}

/** An int32 vector on the engine; disposed by the tidy scope around it. */
export const indexes = (values: Int32Array): tf.Tensor1D => tf.tensor1d(values, 'int32')
