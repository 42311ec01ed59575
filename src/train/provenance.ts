/** What a model was made of: data by their hashes, engine, code. */
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, statSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { pipeline } from 'node:stream/promises'
import * as tf from '@tensorflow/tfjs-core'
import type { ModelConfig } from '../model/config/keys.ts'

export interface Provenance {
  /** Version of the package. */
  readonly hmtl?: string
  readonly engine: string
  readonly node: string
  /** sha256 of every file the training reads; of a folder that of the names and sizes of its files. */
  readonly data: Readonly<Record<string, string>>
}

const digestOf = async (path: string): Promise<string> => {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash)
  return hash.digest('hex')
}

/** Files past this are known by their size: hashing gigabytes of vectors would keep the training waiting. */
const mostHashed = 512 * 2 ** 20

/** Of the names and sizes of its files: what is in them may be of any size. */
const digestOfFolder = async (folder: string): Promise<string> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  const lines = files.sort().map((path) => `${relative(folder, path)} ${statSync(path).size}`)
  return `${lines.length} files, ${createHash('sha256').update(lines.join('\n')).digest('hex')}`
}

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
    if (stats.isDirectory()) data[path] = await digestOfFolder(path)
    else if (stats.isFile()) data[path] = stats.size > mostHashed ? `${stats.size} bytes` : await digestOf(path)
  }
  return { ...(version === undefined ? {} : { hmtl: version }), engine: tf.getBackend(), node: process.version, data }
}
