/** Folders: which of their files are read, and what their documents are called. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'ava'
import { createDocument, listSpans } from '../src/io/document/document.ts'
import { readDocuments } from '../src/io/read.ts'
import type { HmtlError } from '../src/io/errors.ts'
import { writeDocuments } from '../src/io/write.ts'
import { LossReport } from '../src/io/report.ts'
import { collect, plain, read, write } from './helpers/documents.ts'
import { testFolder } from './helpers/folder.ts'

const emoji = createDocument({
  id: 'a',
  text: '😀 Ada met é Bob',
  tokens: { begin: Int32Array.of(0, 3, 7, 11, 13), end: Int32Array.of(2, 6, 10, 12, 16) },
  sentences: { begin: Int32Array.of(0, 3), end: Int32Array.of(3, 5) },
  entities: [{ start: 3, end: 6, label: 'PER' }],
  mentions: [{ start: 11, end: 16, label: 'PER', head: { start: 13, end: 16 } }],
  relations: [{ label: 'met', arg1: { start: 3, end: 6 }, arg2: { start: 13, end: 16 } }],
  clusters: [[{ start: 3, end: 6 }], [{ start: 13, end: 16 }]],
})

test('--from overrules the names in a folder; what is of another kind is passed over and counted', async (t) => {
  const folder = testFolder(t)
  const sample = '#begin document (x); part 000\nx 0 0 Ada (0)\n\n#end document\n'
  await writeFile(join(folder, 'a.txt'), sample)
  await writeFile(join(folder, 'b_conll'), sample)
  await writeFile(join(folder, 'tree.parse'), '(S (NP Ada))\n')
  await writeFile(join(folder, 'README'), 'About.\n')
  const report = new LossReport()
  t.is((await collect(readDocuments(folder, { format: 'conll2012', report }))).length, 2)
  t.is(report.count('file-passed-over'), 2)
  await mkdir(join(folder, 'odd'))
  await writeFile(join(folder, 'odd', 'notes.xyz'), 'one\ntwo\n')
  t.is(
    (await collect(readDocuments(join(folder, 'odd'), { format: 'lines' }))).length,
    2,
    'none looks like it, so all are',
  )
})

test('files of a folder: names in any case and of any kind of text; what is passed over is counted', async (t) => {
  const folder = testFolder(t)
  const readable = ['a.txt', 'b.md', 'c.log', 'g.text', 'h.TXT', 'i.rst']
  for (const name of [...readable, 'plain', 'f.dat', 'README.md', '.hidden'])
    await writeFile(join(folder, name), 'One.\n')
  await writeFile(join(folder, 'k.JSONL'), '{"text":"Two."}\n')
  await writeFile(join(folder, 'l.png'), Buffer.from('\x89PNG\r\n\x1a\n\0\0', 'latin1'))
  const passed = async (format?: string) => {
    const report = new LossReport()
    const found = await collect(readDocuments(folder, { format, report }))
    return [found.map(({ id }) => id), report.count('file-passed-over')] as const
  }
  t.deepEqual(await passed(), [['a', 'b.md', 'c.log', 'g.text', 'h', 'i.rst', 'k:1'], 4])
  const [texts, others] = await passed('text')
  t.deepEqual(texts, ['a', 'b.md', 'c.log', 'f.dat', 'g.text', 'h', 'i.rst', 'k.JSONL', 'plain'])
  t.is(others, 2)
  // What has no name that says anything is read where nothing else is there.
  await mkdir(join(folder, 'mail'))
  await writeFile(join(folder, 'mail', '1'), 'Three.\n')
  t.deepEqual(
    (await collect(readDocuments(join(folder, 'mail')))).map(({ text }) => text),
    ['Three.\n'],
  )
})

test('files of one name in folders below have ids of their own; others keep theirs', async (t) => {
  const folder = testFolder(t)
  await mkdir(join(folder, 'sub'))
  for (const path of ['a.txt', 'b.txt', 'sub/a.txt', 'same.txt', 'same.md'])
    await writeFile(join(folder, path), 'One.\n')
  for (const path of ['x.jsonl', 'sub/x.jsonl'])
    await writeFile(join(folder, path), '{"text":"Two."}\n{"id":"own","text":"."}\n')
  const found = await collect(readDocuments(folder))
  t.deepEqual(
    found.map(({ id }) => id).sort(),
    ['a', 'b', 'own', 'own', 'same.md', 'same.txt', 'sub/a', 'sub/x:1', 'x:1'].sort(),
  )
  t.true(found.every(({ text }) => /^(One\.\n|Two\.|\.)$/.test(text)))
})

test('a file that is not told is one failure among others', async (t) => {
  const folder = testFolder(t)
  await writeFile(join(folder, 'a.txt'), Buffer.from('One', 'utf16le'))
  await writeFile(join(folder, 'b.txt'), 'Two.')
  const unread: HmtlError[] = []
  const found = await collect(readDocuments(folder, { onUnread: (error) => unread.push(error) }))
  t.deepEqual([found.map(({ id }) => id), unread.map(({ code }) => code)], [['b'], ['HMTL_INPUT_ENCODING']])
  await t.throwsAsync(collect(readDocuments(folder)), { code: 'HMTL_INPUT_ENCODING' })
})
for (const table of ['arrow', 'arrow-stream', 'parquet'])
  test(`${table}: offsets in the unit that was asked for, which the table says and its reader heeds`, async (t) => {
    for (const offsetUnit of ['utf16', 'codepoint', 'utf8'] as const) {
      const { bytes } = await write(table, [emoji], { offsetUnit })
      t.true(bytes.includes(offsetUnit))
      const { documents, errors } = await read(table, bytes)
      t.deepEqual(errors, [])
      t.deepEqual(plain(documents[0]), plain(emoji), offsetUnit)
    }
    const { bytes } = await write(table, [emoji], { offsetUnit: 'codepoint' })
    // Read as UTF-16 by who does not look: what Python would slice.
    const blind = Buffer.from(bytes.toString('latin1').replaceAll('codepoint', 'utf16\0\0\0\0'), 'latin1')
    t.true((await read(table, blind)).errors.length > 0, 'an unknown unit is refused')
  })

test('a format that fixes its unit refuses another', async (t) => {
  const folder = testFolder(t)
  async function* one() {
    yield emoji
  }
  await t.throwsAsync(writeDocuments(one(), folder, { format: 'brat', options: { offsetUnit: 'utf8' } }), {
    code: 'HMTL_FORMAT_UNSUPPORTED',
  } as never)
  await writeDocuments(one(), folder, { format: 'brat', options: { offsetUnit: 'codepoint' } })
  t.regex(await readFile(join(folder, 'a.ann'), 'utf8'), /T1\tPER 2 5\tAda/)
  const [back] = await collect(readDocuments(folder, { format: 'brat' }))
  t.is(listSpans(back.entities!)[0].start, 3)
})
