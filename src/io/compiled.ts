/**
 * Runs a bundle of dist/node with what V8 compiled of it before: Node keeps that from 22 on alone, and not for threads.
 * A bundle begins with a digest of itself, so that nothing compiled is taken for another text.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cachedDataVersionTag } from 'node:v8'
import { Script } from 'node:vm'
import { threadId } from 'node:worker_threads'
import { cacheFolder } from './cache-folder.ts'

/**
 * A bundle, a function of what a module of Node has. Code that was kept can import nothing itself.
 * @param load imports a package
 * @param keep see `keepCompiled`
 */
type Bundle = (
  require: NodeJS.Require,
  file: string,
  load: (name: string) => Promise<unknown>,
  keep: () => void,
) => void

/** Undefined where it fails: without what is kept a start takes longer, no more. */
const attempt = <T>(use: () => T): T | undefined => {
  try {
    return use()
  } catch {
    return undefined
  }
}

/** Writes whole or not at all, whoever else does at once. */
const writeKept = (folder: string, family: string, name: string, data: Buffer): void => {
  const temporary = join(folder, `${name}.${process.pid}.${threadId}.tmp`)
  attempt(() => {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(temporary, data, { mode: 0o600, flush: true })
    renameSync(temporary, join(folder, name))
    // Those of texts that were replaced.
    for (const other of readdirSync(folder))
      if (other.startsWith(family) && other !== name && other.endsWith('.bin')) rmSync(join(folder, other))
  })
  attempt(() => rmSync(temporary, { force: true }))
}

/**
 * @param bundle its name
 * @param use what it is started for: other functions run, and are compiled, for another
 * @returns writes what is compiled by then, unless that has been kept
 */
export const runCompiled = (bundle: 'program' | 'worker', use: string): (() => void) => {
  const file = fileURLToPath(new URL(`../../node/${bundle}.bundle.js`, import.meta.url))
  // The build makes it ASCII, which is soonest a text as latin1.
  const text = readFileSync(file, 'latin1')
  const family = `${bundle}-${use}-${cachedDataVersionTag()}-`
  const [folder, name] = [join(cacheFolder(), 'compiled'), `${family}${text.slice(2, 18)}.bin`]
  const cachedData = attempt(() => readFileSync(join(folder, name)))
  const script = new Script(text, { filename: file, cachedData })
  let kept = cachedData !== undefined && !script.cachedDataRejected
  const keep = () => {
    if (kept) return
    kept = true
    writeKept(folder, family, name, script.createCachedData())
  }
  const run = script.runInThisContext() as Bundle
  run(createRequire(file), file, (name) => import(name), keep)
  return keep
}
