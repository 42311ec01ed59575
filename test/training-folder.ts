/** A training's folder: nothing in it is lost by accident, and one process at a time has it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { HmtlError } from '../src/io/errors.ts'
import { claimFolder, clearFolder } from '../src/train/folder.ts'
import { root } from './helpers/documents.ts'
import { fileFolder } from './helpers/folder.ts'

const folder = fileFolder(test)

let made = 0
const fresh = (files: Readonly<Record<string, string>> = {}): string => {
  const path = join(folder, String(made++))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(path, name, '..'), { recursive: true })
    writeFileSync(join(path, name), text)
  }
  return path
}

const finished = {
  'metrics.jsonl': '{}\n',
  'model/config.json': '{}',
  'state/current': '0',
  'best/ner/config.json': '{}',
  'notes.txt': 'mine',
}
const lockOf = (path: string) => join(path, 'training.lock')

const refused = async (promise: Promise<unknown>): Promise<HmtlError> => {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof HmtlError && error.code === 'HMTL_TRAIN_FOLDER') return error
  throw new Error(`not refused: ${String(error)}`)
}

test('a folder that holds a training is taken only to go on with it or to replace it', async (t) => {
  for (const kept of [['model/config.json'], ['state/current'], Object.keys(finished)]) {
    const path = fresh(Object.fromEntries(Object.entries(finished).filter(([name]) => kept.includes(name))))
    const error = await refused(claimFolder(path, {}))
    t.regex(error.message, /holds a training.*--resume.*--overwrite/)
    t.false(existsSync(lockOf(path)))
    for (const name of kept) t.true(existsSync(join(path, name)), name)
    for (const how of [{ resume: true }, { overwrite: true }]) {
      const release = await claimFolder(path, how)
      for (const name of kept) t.true(existsSync(join(path, name)), 'claiming takes nothing away')
      await release()
    }
  }
})

test('a file where the folder should be is said to be one', async (t) => {
  const file = join(fresh({ 'notes.txt': 'mine' }), 'notes.txt')
  for (const path of [file, join(file, 'run')])
    t.regex((await refused(claimFolder(path, {}))).message, /notes\.txt.* is a file, or lies under one\. Name a folder/)
})

test('a folder in which a training died before it had anything to keep is taken', async (t) => {
  const path = fresh({ 'metrics.jsonl': '{"event":"update"}\n', 'tensorboard/events': 'x' })
  await (await claimFolder(path, {}))()
  t.pass()
})

test('clearing leaves no trace of the training, and all that is not of it', async (t) => {
  const path = fresh(finished)
  await clearFolder(path)
  t.deepEqual(readdirSync(path), ['notes.txt'])
  // Without a training the folders of these names are somebody's own.
  const own = fresh({ 'best/of.txt': 'mine', 'model/of.txt': 'mine', 'metrics.jsonl': '' })
  await clearFolder(own)
  t.deepEqual(readdirSync(own).sort(), ['best', 'model'])
})

test('a folder that is being trained into is refused, by whatever option, until it is given back', async (t) => {
  const path = fresh()
  const release = await claimFolder(path, {})
  for (const how of [{}, { resume: true }, { overwrite: true }])
    t.regex((await refused(claimFolder(path, how))).message, new RegExp(`process ${process.pid} `))
  await release()
  t.false(existsSync(lockOf(path)))
  await (await claimFolder(path, {}))()
})

test('a lock of a dead process, of a number used again, or cut short, is taken over', async (t) => {
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'exit')
  const locks = [JSON.stringify({ pid: child.pid, host: hostname(), began: null }), '', '{"pid":1']
  // Only Linux tells when a process began.
  if (existsSync('/proc/self/stat')) locks.push(JSON.stringify({ pid: process.pid, host: hostname(), began: '1' }))
  for (const lock of locks) {
    const path = fresh({ 'training.lock': lock })
    const release = await claimFolder(path, {})
    t.is(JSON.parse(readFileSync(lockOf(path), 'utf8')).pid, process.pid, lock)
    await release()
    t.deepEqual(readdirSync(path), [])
  }
})

test('a lock of another machine is believed, and its name and the file are told', async (t) => {
  const path = fresh({ 'training.lock': JSON.stringify({ pid: 1, host: 'another-machine', began: '5' }) })
  const { message } = await refused(claimFolder(path, {}))
  t.regex(message, /another-machine.*remove .*training\.lock/)
})

test('of many that want one folder at once, one has it, also where a dead one’s lock lies', async (t) => {
  for (const lock of [undefined, '{"pid":']) {
    const path = fresh(lock === undefined ? {} : { 'training.lock': lock })
    let holding = 0
    let most = 0
    let refusals = 0
    const claim = async () => {
      try {
        const release = await claimFolder(path, {})
        most = Math.max(most, ++holding)
        await new Promise((resolve) => setTimeout(resolve, 400))
        holding--
        await release()
      } catch (error) {
        t.is((error as HmtlError).code, 'HMTL_TRAIN_FOLDER')
        refusals++
      }
    }
    await Promise.all(Array.from({ length: 8 }, claim))
    t.deepEqual([most, refusals], [1, 7])
  }
})

test('processes that start at once: one trains', async (t) => {
  const path = fresh()
  const module = JSON.stringify(root('dist/src/train/folder.js'))
  // Who has the folder keeps it until the others have been refused.
  const code = `const { claimFolder } = await import(${module}); const release = await claimFolder(${JSON.stringify(path)}, {}); process.stdin.on('end', release).resume()`
  const children = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['pipe', 'ignore', 'ignore'] }),
  )
  let refusals = 0
  const codes = await Promise.all(
    children.map(async (child) => {
      const [code] = (await once(child, 'exit')) as [number]
      if (code !== 0 && ++refusals === 3) for (const { stdin } of children) stdin.end()
      return code
    }),
  )
  t.deepEqual(
    codes.sort((a, b) => a - b),
    [0, 1, 1, 1],
  )
})
