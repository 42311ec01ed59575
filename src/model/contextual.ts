/** The contextual part of g_e: a frozen encoder that gives every token several layers of vectors. */
import { existsSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { HmtlError } from '../io/errors.ts'
import { openVectors } from '../io/vector-file.ts'
import { sentenceKey } from '../io/vectors.ts'
import { cacheFolder } from '../io/cache-folder.ts'
import type { ContextualConfig, ModelConfig } from './config/keys.ts'

export interface ContextualEncoder {
  readonly layers: number
  /** Width of a layer. */
  readonly size: number
  /** [tokens, layers·size], sentence by sentence. */
  encode(sentences: readonly (readonly string[])[]): Float32Array
  dispose(): void
}

export interface ContextualOptions {
  /** Folder of the model, where its encoder may lie. */
  readonly folder?: string | undefined
  /** Take vectors from the configuration's cache, where it names one, instead of computing them. @default false */
  readonly cached?: boolean | undefined
}

/** Encoders that `hmtl setup` fetches lie here. */
export const encodersFolder = (): string => join(cacheFolder(), 'encoders')

/** Where a transformer is: in the model's folder, at the path itself, or among those that were set up. @throws HmtlError `HMTL_MODEL_NOT_FOUND` */
export const findEncoder = (name: string, folder?: string): string => {
  const places = isAbsolute(name)
    ? [name]
    : [...(folder === undefined ? [] : [join(folder, name)]), name, join(encodersFolder(), name)]
  const found = places.find((place) => existsSync(join(place, 'config.json')))
  if (found) return found
  throw new HmtlError('HMTL_MODEL_NOT_FOUND', `the encoder "${name}" is in none of ${places.join(', ')}`, {
    remedy:
      'hmtl setup minilm fetches all-MiniLM-L6-v2; any folder with config.json, tokenizer.json and model.safetensors will do',
  })
}

/** The encoder that a configuration names, on the running engine; undefined where it names none. @throws HmtlError `HMTL_MODEL_*` */
export const loadContextual = async (
  { embeddings: { contextual } }: ModelConfig,
  { folder, cached = false }: ContextualOptions = {},
): Promise<ContextualEncoder | undefined> => {
  if (!contextual) return undefined
  if (cached && contextual.cache) return openCache(contextual.cache)
  if (contextual.kind === 'transformer') {
    const { loadTransformer } = await import('./transformer/transformer.ts')
    return loadTransformer(findEncoder(contextual.model, folder))
  }
  return loadElmoEncoder(contextual)
}

const loadElmoEncoder = async ({
  options,
  weights,
}: Extract<ContextualConfig, { kind: 'elmo' }>): Promise<ContextualEncoder> => {
  for (const path of [options, weights])
    if (!existsSync(path))
      throw new HmtlError('HMTL_MODEL_NOT_FOUND', `the model stands on ELMo, and there is no ${path}`, {
        remedy:
          'Its weights are not part of the model: fetch them, or name them with --set embeddings.contextual.weights=…',
      })
  const { loadElmo } = await import('./elmo/elmo.ts')
  return loadElmo(options, weights)
}

/** What an encoder made of a corpus, by sentence. @throws HmtlError `HMTL_INPUT_NOT_FOUND`, `HMTL_FORMAT_SCHEMA`; `HMTL_TRAIN_DATA` for a sentence that it does not have */
const openCache = async (path: string): Promise<ContextualEncoder> => {
  const file = await openVectors(path)
  const layers = Number(file.metadata.get('layers'))
  if (!(Number.isInteger(layers) && layers > 0 && file.size % layers === 0)) {
    file.close()
    throw new HmtlError('HMTL_FORMAT_SCHEMA', `${path} does not say how many layers it holds`, {
      remedy: 'Make it with hmtl embed --encoder or --elmo',
    })
  }
  return {
    layers,
    size: file.size / layers,
    encode(sentences) {
      const total = sentences.reduce((sum, sentence) => sum + sentence.length, 0)
      const out = new Float32Array(total * file.size)
      let token = 0
      for (const sentence of sentences) {
        const values = file.read(sentenceKey(sentence))
        if (values?.length !== sentence.length * file.size)
          throw new HmtlError(
            'HMTL_TRAIN_DATA',
            `${path} has no vectors for the sentence "${sentence.slice(0, 12).join(' ')}…"`,
            {
              remedy:
                'Make it from all the data sets of the configuration: hmtl embed --encoder … TRAIN.arrow DEV.arrow -o CACHE.arrows',
            },
          )
        out.set(values, token * file.size)
        token += sentence.length
      }
      return out
    },
    dispose: () => file.close(),
  }
}
