/** What a model was made of: data by their hashes, engine, code. */
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, statSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import * as tf from '@tensorflow/tfjs-core'
import type { ModelConfig } from '../model/config/keys.ts'

export interface Provenance {
  /** Version of the package. */
  readonly hmtl?: string
  readonly engine: string
  readonly node: string
  /** sha256 of every file the training reads. */
  readonly data: Readonly<Record<string, string>>
}

const digestOf = async (path: string): Promise<string> => {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash)
  return hash.digest('hex')
}

/** Files past this are known by their size: hashing gigabytes of vectors would keep the training waiting. */
const mostHashed = 512 * 2 ** 20

export const provenanceOf = async (config: ModelConfig, version?: string): Promise<Provenance> => {
  const { words, contextual } = config.embeddings
  const files = new Set(
    config.tasks.flatMap(({ datasets }) => datasets.flatMap(({ train, dev, test }) => [train, dev, test])),
  )
  for (const file of [words.file, contextual?.cache]) files.add(file)
  const data: Record<string, string> = {}
  for (const path of files) {
    if (!path || !existsSync(path)) continue
    const stats = statSync(path)
    if (stats.isFile()) data[path] = stats.size > mostHashed ? `${stats.size} bytes` : await digestOf(path)
  }
  return { ...(version === undefined ? {} : { hmtl: version }), engine: tf.getBackend(), node: process.version, data }
}
