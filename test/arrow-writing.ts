/** The Arrow that we write, as another implementation reads it. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { type StructRowProxy, tableFromIPC } from 'apache-arrow'
import test from 'ava'
import fc from 'fast-check'
import { intColumns, nameColumns, scoreColumns } from '../src/io/arrow/table.ts'
import { createDocument, type Document, spansOf } from '../src/io/document/document.ts'
import { fromUtf16, offsetUnits } from '../src/io/document/offsets.ts'
import { reportLoneSurrogates } from '../src/io/document/surrogates.ts'
import { HmtlError } from '../src/io/errors.ts'
import { LossReport } from '../src/io/report.ts'
import { readDocuments } from '../src/io/read.ts'
import { writeAtomically } from '../src/io/write.ts'
import { collect, plain, read, write } from './helpers/documents.ts'
import { testFolder } from './helpers/folder.ts'

const text = fc.string({ unit: fc.constantFrom('a', 'é', '中', '😀', ' ', '"'), maxLength: 40 })
const label = fc.constantFrom('PER', 'Ort', '場所')

/** Documents with any of the layers, and any of them null or empty. */
const documents = fc
  .record({
    id: text,
    text: text.filter((value) => value.length > 2),
    tokens: fc.boolean(),
    entities: fc.option(fc.array(label, { maxLength: 3 }), { nil: undefined }),
    mentions: fc.option(fc.array(label, { maxLength: 3 }), { nil: undefined }),
    relations: fc.option(fc.array(label, { maxLength: 3 }), { nil: undefined }),
    clusters: fc.option(fc.boolean(), { nil: undefined }),
    score: fc.option(fc.constantFrom(0, 0.25, 1), { nil: undefined }),
    metadata: fc.dictionary(text, fc.oneof(text, fc.integer()), { maxKeys: 2 }),
  })
  .map(({ tokens, entities, mentions, relations, clusters, score, ...rest }): Document => {
    const size = [...rest.text][0].length
    const span = { start: 0, end: size }
    const all = { start: 0, end: rest.text.length }
    return createDocument({
      ...rest,
      tokens: tokens ? spansOf([[0, size]]) : undefined,
      sentences: tokens ? spansOf([[0, 1]]) : undefined,
      entities: entities?.map((name) => ({ ...span, label: name, score })),
      mentions: mentions?.map((name) => ({ ...all, label: name, head: span })),
      relations: relations?.map((name) => ({ label: name, arg1: span, arg2: all, score })),
      clusters: clusters === undefined ? undefined : clusters ? [[span, all].slice(size === all.end ? 1 : 0)] : [],
    })
  })

const isCharacters = (name: string) => /_(begin|end)\d?$/.test(name) && !name.startsWith('sentence_')
const listOf = (value: unknown): unknown => (value === null ? undefined : [...(value as Iterable<unknown>)])

/** Whether a row, read by the library, says what the document does. */
const says = (row: StructRowProxy, document: Document, map: (offset: number) => number): boolean => {
  const metadata = row.metadata === null ? {} : JSON.parse(row.metadata as string)
  return (
    row.id === document.id &&
    row.text === document.text &&
    isDeepStrictEqual(metadata, { ...document.metadata }) &&
    [...intColumns, ...nameColumns, ...scoreColumns].every(([name, get]) => {
      const list = get(document)
      const wanted = list && Array.from<number | string>(list)
      return isDeepStrictEqual(
        listOf(row[name]),
        isCharacters(name) ? wanted?.map((offset) => map(offset as number)) : wanted,
      )
    })
  )
}

for (const format of ['arrow', 'arrow-stream'])
  test(`${format}: apache-arrow reads of every column what the documents say, in any unit and batch`, async (t) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(documents, { maxLength: 20 }),
        fc.constantFrom(...offsetUnits),
        fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
        async (list, offsetUnit, batchDocuments) => {
          const { bytes } = await write(format, list, {
            offsetUnit,
            ...(batchDocuments === undefined ? {} : { batchDocuments }),
          })
          const table = tableFromIPC(bytes)
          const again = await read(format, bytes)
          return (
            table.numRows === list.length &&
            table.batches.filter(({ numRows }) => numRows > 0).length ===
              Math.ceil(list.length / (batchDocuments ?? 20)) &&
            table.schema.metadata.get('hmtl.offsetUnit') === offsetUnit &&
            list.every((document, i) =>
              says(table.get(i) as StructRowProxy, document, fromUtf16(document.text, offsetUnit)),
            ) &&
            isDeepStrictEqual(again.documents.map(plain), list.map(plain))
          )
        },
      ),
      { numRuns: 100 },
    )
    t.pass()
  })

test('arrow: texts that outgrow the room of the batch before, and buffers between small and large ones', async (t) => {
  const sizes = [3, 100, 70_000, 0, 65_535, 65_536, 2_000_000, 5, 900_000, 200_000]
  const list = sizes.map((size, i) => createDocument({ id: `${i}`, text: (i % 2 ? 'é' : 'ab').repeat(size) }))
  for (const format of ['arrow', 'arrow-stream']) {
    const { bytes } = await write(format, list)
    t.deepEqual((await read(format, bytes)).documents.map(plain), list.map(plain))
    t.deepEqual(
      tableFromIPC(bytes)
        .toArray()
        .map((row: StructRowProxy) => (row.text as string).length),
      list.map(({ text }) => text.length),
    )
  }
})

test('arrow: halves of surrogate pairs are counted as their own function counts them, and U+FFFD is none', async (t) => {
  const odd = fc.string({ unit: fc.constantFrom('\ud83d', '\ude00', '\ufffd', 'a', 'é'), maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(odd, odd, odd, fc.boolean()), { maxLength: 6 }), async (parts) => {
      const list = parts.map(([id, rest, name, annotated]) =>
        createDocument({
          id,
          text: `a${rest}`,
          ...(annotated ? { entities: [{ start: 0, end: 1, label: name }] } : {}),
          metadata: { name },
        }),
      )
      const wanted = new LossReport()
      for (const document of list) reportLoneSurrogates(document, wanted)
      return isDeepStrictEqual((await write('arrow', list)).report.entries(), wanted.entries())
    }),
  )
  t.pass()
})

test('writing: a file of many syncs is whole, and what its maker throws leaves nothing behind', async (t) => {
  const folder = testFolder(t)
  const chunk = (i: number) => Buffer.alloc(1 << 20, i)
  const chunks = async function* (fails: boolean) {
    for (let i = 0; i < 50; i++) yield chunk(i)
    if (fails) throw new HmtlError('HMTL_INPUT_SYNTAX', 'broken off')
  }
  const path = join(folder, 'out')
  await writeAtomically(path, chunks(false))
  const whole = Buffer.concat(Array.from({ length: 50 }, (_, i) => chunk(i)))
  t.true(whole.equals(await readFile(path)))
  await t.throwsAsync(writeAtomically(path, chunks(true)), { code: 'HMTL_INPUT_SYNTAX' })
  t.true(whole.equals(await readFile(path)))
})

test('reading: what stands before a fault comes before it, also out of one chunk', async (t) => {
  const lines = Buffer.from('{"id":"a","text":"a"}\n{"id":"b","text":"b"}\nnot JSON\n{"id":"c","text":"c"}\n')
  const seen: string[] = []
  for await (const { id } of readDocuments(lines, { format: 'jsonl', onError: ({ code }) => seen.push(code) }))
    seen.push(id)
  t.deepEqual(seen, ['a', 'b', 'HMTL_INPUT_JSON', 'c'])
  const strict: string[] = []
  await t.throwsAsync(
    async () => {
      for await (const { id } of readDocuments(lines, { format: 'jsonl' })) strict.push(id)
    },
    { code: 'HMTL_INPUT_JSON' },
  )
  t.deepEqual(strict, ['a', 'b'])
  t.is((await collect(readDocuments(lines.subarray(0, 22)))).length, 1)
})
