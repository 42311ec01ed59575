/** Whether a corpus folder is the one a recipe was written for. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Recipe } from './recipe.ts'

export interface Difference {
  readonly path: string
  readonly expected: string
  /** Undefined where the file is missing. */
  readonly found: string | undefined
}

const fileDigest = async (path: string): Promise<string> => {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}

/**
 * Digest of the lines `sha256  path` of every file below a folder, sorted by path: `find … | sort | xargs sha256sum |
 * sha256sum`.
 */
const treeDigest = async (folder: string): Promise<string> => {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.replace(/\/$/, '').length + 1))
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  const hash = createHash('sha256')
  for (const file of files) hash.update(`${await fileDigest(join(folder, file))}  ${file}\n`)
  return hash.digest('hex')
}

/** Paths of a recipe whose digest differs; missing ones only where nothing else of the corpus could be read. */
export const differences = async (recipe: Recipe, folder: string): Promise<Difference[]> => {
  const out: Difference[] = []
  for (const [path, expected] of Object.entries(recipe.sha256 ?? {})) {
    const full = join(folder, path)
    if (!(await stat(full).catch(() => undefined))) continue
    const found = await (path.endsWith('/') ? treeDigest(full) : fileDigest(full))
    if (found !== expected) out.push({ path, expected, found })
  }
  return out
}
