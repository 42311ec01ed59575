/** Files of brat that are named by their annotations, or whose texts look like something else. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { listSpans } from '../src/io/document/document.ts'
import { readDocuments } from '../src/io/read.ts'
import { collect } from './helpers/documents.ts'

const inFolder = async (files: Record<string, string>, run: (folder: string) => Promise<void>) => {
  const folder = await mkdtemp(join(tmpdir(), 'hmtl-brat-'))
  try {
    for (const [name, data] of Object.entries(files)) {
      await mkdir(join(folder, name, '..'), { recursive: true })
      await writeFile(join(folder, name), data)
    }
    await run(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

const found = async (path: string) =>
  (await collect(readDocuments(path))).map(({ id, text, entities }) => [
    id,
    text,
    entities && listSpans(entities).map(({ label }) => label),
  ])

test('a file of annotations that is named and empty is a document in which nothing was found', async (t) => {
  const files = {
    'x.txt': 'Nobody.',
    'x.ann': '',
    'y.txt': 'Ada.',
    'y.ann': 'T1\tPER 0 3\tAda\n',
    'z.txt': '',
    'z.ann': '\n',
  }
  await inFolder(files, async (folder) => {
    t.deepEqual(await found(join(folder, 'x.ann')), [['x', 'Nobody.', []]])
    t.deepEqual(await found(join(folder, 'y.ann')), [['y', 'Ada.', ['PER']]])
    t.deepEqual(await found(join(folder, 'z.ann')), [['z', '', []]])
    t.deepEqual(await found(folder), [
      ['x', 'Nobody.', []],
      ['y', 'Ada.', ['PER']],
      ['z', '', []],
    ])
  })
  await inFolder({ 'x.ann': '' }, async (folder) => {
    await t.throwsAsync(found(join(folder, 'x.ann')), { code: 'HMTL_INPUT_NOT_FOUND' } as never)
  })
  await inFolder({ 'coref/tsv/x.txt': 'Ada left .\n', 'coref/tsv/x.ann': '' }, async (folder) => {
    t.deepEqual(await found(join(folder, 'coref/tsv/x.ann')), [['x', 'Ada left .', []]])
  })
})

test('a text that is marked up is brat’s where annotations lie beside it', async (t) => {
  const text = '<DOC>\n<TEXT>Ada</TEXT>\n</DOC>\n'
  await inFolder({ 'x.txt': text, 'x.ann': 'T1\tPER 12 15\tAda\n' }, async (folder) => {
    for (const path of [folder, join(folder, 'x.txt'), join(folder, 'x.ann')])
      t.deepEqual(await found(path), [['x', text, ['PER']]])
  })
  await inFolder({ 'x.txt': text }, async (folder) => {
    await t.throwsAsync(found(join(folder, 'x.txt')), { code: 'HMTL_FORMAT_UNSUPPORTED' } as never)
  })
})
