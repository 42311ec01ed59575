/** The contextual encoder that a configuration names: where it lies, and how it is brought to run. */
import { existsSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { cacheFolder } from '../../io/cache-folder.ts'
import { HmtlError } from '../../io/errors.ts'
import type { ContextualConfig, ModelConfig } from '../config/keys.ts'
import { folderFiles } from '../folder-files.ts'
import type { ContextualEncoder } from './contextual.ts'
import type { Tensors } from './transformer/tuned.ts'

export interface ContextualOptions {
  /** Folder of the model, where its encoder may lie. */
  readonly folder?: string | undefined
  /** Take vectors from the configuration's cache, where it names one, instead of computing them. @default false */
  readonly cached?: boolean | undefined
  /** The model's weights, among which are the layers that it tuned. */
  readonly stored?: Tensors | undefined
  /** Leave the layers that the configuration tunes to the model's parameters, which are trained. @default false */
  readonly tuning?: boolean | undefined
}

/** Encoders that `hmtl setup` fetches lie here. */
export const encodersFolder = (): string => join(cacheFolder(), 'encoders')

/**
 * Where a transformer is: in the model's folder, at the path itself, or among those that were set up. @throws HmtlError
 * `HMTL_MODEL_NOT_FOUND`
 */
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

/** What goes into an encoder's first layer counts as one more. */
const cachedLayers = (contextual: ContextualConfig): number | undefined =>
  contextual.kind === 'transformer' && contextual.layers !== undefined ? contextual.layers + 1 : undefined

/**
 * The encoder that a configuration names, on the running engine; undefined where it names none. @throws HmtlError
 * `HMTL_MODEL_*`
 */
export const loadContextual = async (
  { embeddings: { contextual } }: ModelConfig,
  { folder, cached = false, stored, tuning = false }: ContextualOptions = {},
): Promise<ContextualEncoder | undefined> => {
  if (!contextual) return undefined
  if (cached && contextual.cache) {
    const { openCache } = await import('./cached.ts')
    return openCache(contextual.cache, cachedLayers(contextual))
  }
  if (contextual.kind === 'transformer') {
    const { loadTransformer } = await import('./transformer/transformer.ts')
    const { layers, tune } = contextual
    return loadTransformer(folderFiles(findEncoder(contextual.model, folder)), {
      layers,
      stored,
      tune: tuning ? tune : undefined,
    })
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
