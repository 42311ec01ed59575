/** What is kept of a start for the next one: in the cache folder, by content, and never in the way. */
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { createDocument } from '../src/io/document/document.ts'
import { prepareDocument } from '../src/pipeline/prepare.ts'
import { hmtl } from './helpers/command.ts'
import { root } from './helpers/documents.ts'
import { testFolder } from './helpers/folder.ts'

const cacheIn = (t: ExecutionContext): { cache: string; folder: string } => {
  const cache = testFolder(t)
  return { cache, folder: join(cache, 'compiled') }
}

const annotate = async (cache: string): Promise<string> => {
  const { code, out, err } = await hmtl(['annotate', '--workers', '1', '--tasks', 'ner'], 'Marie Curie was here.\n', {
    HMTL_CACHE: cache,
    HMTL_ENGINE: 'wasm',
  })
  if (code !== 0 || err !== '') throw new Error(`${code} ${err}`)
  return out
}

test('a start keeps what was compiled of the program and of its thread, and the next one takes it', async (t) => {
  const { cache, folder } = cacheIn(t)
  const first = await annotate(cache)
  const kept = (await readdir(folder)).sort()
  t.deepEqual(
    kept.map((name) => name.replace(/-\d+-[0-9a-f]{16}\.bin$/, '')),
    ['program-annotate', 'worker-annotate'],
  )
  const times = () => Promise.all(kept.map(async (name) => (await stat(join(folder, name))).mtimeMs))
  const before = await times()
  t.is(await annotate(cache), first)
  t.deepEqual(await times(), before)
})

test('what is damaged, or of another text, is made again', async (t) => {
  const { cache, folder } = cacheIn(t)
  const first = await annotate(cache)
  const kept = (await readdir(folder)).sort()
  for (const name of kept) {
    const path = join(folder, name)
    const bytes = await readFile(path)
    await writeFile(path, bytes.subarray(0, bytes.length / 2))
    await writeFile(join(folder, name.replace(/[0-9a-f]{16}\.bin$/, `${'0'.repeat(16)}.bin`)), bytes)
  }
  t.is(await annotate(cache), first)
  t.deepEqual((await readdir(folder)).sort(), kept)
  for (const name of kept) t.true((await stat(join(folder, name))).size > 100_000)
})

test('several that start at once leave whole files, and nothing else', async (t) => {
  const { cache, folder } = cacheIn(t)
  const outs = await Promise.all([1, 2, 3].map(() => annotate(cache)))
  t.is(new Set(outs).size, 1)
  t.is((await readdir(folder)).length, 2)
  t.is(await annotate(cache), outs[0])
})

test('where nothing can be written, everything works', async (t) => {
  const { cache } = cacheIn(t)
  const file = join(cache, 'file')
  await writeFile(file, '')
  t.is(await annotate(file), await annotate(cache))
})

test('a package that is imported late is there from the first start and from what was kept', async (t) => {
  const { cache } = cacheIn(t)
  const args = ['embed', '-', '--encoder', root('test/fixtures/transformers/bert'), '--engine', 'wasm', '-q']
  for (const output of ['a.arrows', 'b.arrows']) {
    const { code, err } = await hmtl([...args, '-o', join(cache, output)], 'Marie Curie was here.\n', {
      HMTL_CACHE: cache,
    })
    t.is(code, 0, err)
  }
  t.deepEqual(await readFile(join(cache, 'a.arrows')), await readFile(join(cache, 'b.arrows')))
})

test('a command that fails keeps nothing', async (t) => {
  const { cache } = cacheIn(t)
  t.is((await hmtl(['anotate'], '', { HMTL_CACHE: cache })).code, 2)
  t.deepEqual(await readdir(cache), [])
})

test('what is not ASCII is read by the program as by the library', async (t) => {
  for (const name of ['program', 'worker'])
    t.notRegex(await readFile(root(`dist/node/${name}.bundle.js`), 'latin1'), /[^\0-\x7f]/, name)
  const text = 'The minister’s friend — Ivo Żak — said “no… never”, wasn’t he? 東京 · naïve 🙂 l’été.'
  const { out } = await hmtl(['annotate', '--workers', '1', '--tasks', 'ner'], `${JSON.stringify({ text })}\n`, {
    HMTL_ENGINE: 'wasm',
  })
  const { tokens } = prepareDocument(createDocument({ id: 'a', text }))
  t.deepEqual(
    JSON.parse(out).hmtl.tokens,
    Array.from(tokens.begin, (begin, i) => [begin, tokens.end[i]]),
  )
})
