/** Files of brat that are named by their annotations, or whose texts look like something else. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { listSpans } from '../src/io/document/document.ts'
import { readDocuments } from '../src/io/read.ts'
import { collect } from './helpers/documents.ts'
import { testFolder } from './helpers/folder.ts'

/** A folder with these files. */
const folderOf = async (t: ExecutionContext, files: Record<string, string>) => {
  const folder = testFolder(t)
  for (const [name, data] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true })
    await writeFile(join(folder, name), data)
  }
  return folder
}

const found = async (path: string) =>
  (await collect(readDocuments(path))).map(({ id, text, entities }) => [
    id,
    text,
    entities && listSpans(entities).map(({ label }) => label),
  ])

test('a file of annotations that is named and empty is a document in which nothing was found', async (t) => {
  const several = await folderOf(t, {
    'x.txt': 'Nobody.',
    'x.ann': '',
    'y.txt': 'Ada.',
    'y.ann': 'T1\tPER 0 3\tAda\n',
    'z.txt': '',
    'z.ann': '\n',
  })
  t.deepEqual(await found(join(several, 'x.ann')), [['x', 'Nobody.', []]])
  t.deepEqual(await found(join(several, 'y.ann')), [['y', 'Ada.', ['PER']]])
  t.deepEqual(await found(join(several, 'z.ann')), [['z', '', []]])
  t.deepEqual(await found(several), [
    ['x', 'Nobody.', []],
    ['y', 'Ada.', ['PER']],
    ['z', '', []],
  ])
  const alone = await folderOf(t, { 'x.ann': '' })
  await t.throwsAsync(found(join(alone, 'x.ann')), { code: 'HMTL_INPUT_NOT_FOUND' } as never)
  const litbank = await folderOf(t, { 'coref/tsv/x.txt': 'Ada left .\n', 'coref/tsv/x.ann': '' })
  t.deepEqual(await found(join(litbank, 'coref/tsv/x.ann')), [['x', 'Ada left .', []]])
})

test('a text that is marked up is brat’s where annotations lie beside it', async (t) => {
  const text = '<DOC>\n<TEXT>Ada</TEXT>\n</DOC>\n'
  const folder = await folderOf(t, { 'x.txt': text, 'x.ann': 'T1\tPER 12 15\tAda\n' })
  for (const path of [folder, join(folder, 'x.txt'), join(folder, 'x.ann')])
    t.deepEqual(await found(path), [['x', text, ['PER']]])
  const alone = await folderOf(t, { 'x.txt': text })
  await t.throwsAsync(found(join(alone, 'x.txt')), { code: 'HMTL_FORMAT_UNSUPPORTED' } as never)
})
