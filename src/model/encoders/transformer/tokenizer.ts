/**
 * Words to the pieces of an encoder's own tokenizer, each word by itself, as the reference does with text that is
 * already split.
 */
import { HmtlError } from '../../../io/errors.ts'
import { type ModelFiles, textOf } from '../../model-files.ts'

export interface PieceTokenizer {
  /** Ids of a word's pieces; none for what the tokenizer drops, such as a control character. */
  pieces(word: string): Int32Array
  /** What stands before and after a sentence. */
  readonly begin: number
  readonly end: number
}

const maxTokenizerBytes = 64 * 1024 * 1024
/** Words whose pieces are kept; the oldest goes first. */
const mostCached = 50_000
/** Longer words have only these many characters looked at: pieces of a megabyte without a space say nothing. */
const longestWord = 512

type Json = Record<string, unknown>

/** Byte-level tokenizers mark a word's beginning by the space before it, which split text has lost. */
const withPrefixSpace = (tokenizer: Json): Json => {
  const mend = (step: unknown): unknown => {
    const object = step as (Json & { type?: string; pretokenizers?: unknown[] }) | null | undefined
    if (object?.type === 'ByteLevel') return { ...object, add_prefix_space: true }
    return object?.type === 'Sequence' && Array.isArray(object.pretokenizers)
      ? { ...object, pretokenizers: object.pretokenizers.map(mend) }
      : step
  }
  return { ...tokenizer, pre_tokenizer: mend(tokenizer.pre_tokenizer), truncation: null, padding: null }
}

/** @param vocabulary rows of the word table: no id may be past it. @throws HmtlError `HMTL_MODEL_*` */
export const loadTokenizer = async (from: ModelFiles, vocabulary: number): Promise<PieceTokenizer> => {
  const path = from.pathOf('tokenizer.json')
  const refuse = (message: string, cause?: unknown) =>
    new HmtlError('HMTL_MODEL_CORRUPT', `${path}: ${message}`, {
      cause,
      remedy: 'Fetch the encoder again: config.json, tokenizer.json and model.safetensors of one model',
    })
  const bytes = await from.read('tokenizer.json', maxTokenizerBytes)
  const { Tokenizer } = await import('@huggingface/tokenizers')
  let encode: (word: string, special: boolean) => readonly number[]
  let begin: number
  let end: number
  try {
    const given = JSON.parse(textOf(bytes)) as Json
    const settings = await from.read('tokenizer_config.json').then(
      (found) => JSON.parse(textOf(found)) as Json,
      () => ({}) as Json,
    )
    const tokenizer = new Tokenizer(withPrefixSpace(given), settings)
    for (const [token, id] of tokenizer.get_vocab(true))
      if (!(Number.isInteger(id) && id >= 0 && id < vocabulary))
        throw new Error(`"${token}" has the id ${id} of ${vocabulary}`)
    encode = (word, special) => tokenizer.encode(word, { add_special_tokens: special }).ids
    const marks = encode('', true)
    if (marks.length !== 2) throw new Error(`a sentence has ${marks.length} marks around it, not one on each side`)
    ;[begin, end] = marks
  } catch (cause) {
    throw refuse((cause as Error).message, cause)
  }
  const cache = new Map<string, Int32Array>()
  return {
    begin,
    end,
    pieces(word) {
      let ids = cache.get(word)
      if (!ids) {
        ids = Int32Array.from(encode(word.slice(0, longestWord), false))
        if (cache.size >= mostCached) cache.delete(cache.keys().next().value as string)
        cache.set(word, ids)
      }
      return ids
    },
  }
}
