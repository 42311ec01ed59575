/** A file that ends before its end, or that is too large, is one failure; the files beside it are read. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import test from 'ava'
import { readDocuments } from '../src/io/read.ts'
import { hmtl } from './helpers/command.ts'
import { collect } from './helpers/documents.ts'
import { fileFolder } from './helpers/folder.ts'

const folder = fileFolder(test)

const lines = (name: string, count: number) =>
  Array.from({ length: count }, (_, i) => `${JSON.stringify({ id: `${name}${i}`, text: 'Ada left.' })}\n`).join('')
const write = (name: string, bytes: string | Buffer): string => {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}
const idsOf = (out: string) =>
  out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line).id)

const whole = gzipSync(lines('cut', 20_000))
const cut = write('b.jsonl.gz', whole.subarray(0, whole.length - 200))
const [before, after] = [write('a.jsonl', lines('a', 1)), write('c.jsonl', lines('c', 1))]

test('a stream that is cut short is told, what came of it and the files beside it are kept', async (t) => {
  for (const inputs of [
    [before, cut, after],
    [cut, after],
    [before, cut],
  ]) {
    const { code, out, err } = await hmtl(['convert', ...inputs, '--to', 'jsonl'])
    const ids = idsOf(out)
    t.is(code, 3, err)
    t.regex(err, /HMTL_INPUT_TRUNCATED: the gzip stream is damaged or cut short.*b\.jsonl\.gz/)
    t.is(err.match(/HMTL_/g)?.length, 1)
    t.is(ids.includes('a0'), inputs.includes(before))
    t.is(ids.includes('c0'), inputs.includes(after))
    t.true(ids.includes('cut0'))
  }
})

test('alone it is the error of the run', async (t) => {
  const { code, err } = await hmtl(['convert', cut, '--to', 'jsonl'])
  t.is(code, 1)
  t.regex(err, /HMTL_INPUT_TRUNCATED/)
  await t.throwsAsync(collect(readDocuments(cut)), { code: 'HMTL_INPUT_TRUNCATED' })
})

test('so is a text that is too large, and an annotation beside one', async (t) => {
  const long = write('long.txt', 'Ada left. '.repeat(100))
  const short = write('short.txt', 'Ada left.')
  const noted = write('noted.txt', 'Ada left.')
  write('noted.ann', `T1\tPER 0 3\tAda\n${'#1\tAnnotatorNotes T1\tmuch\n'.repeat(40)}`)
  const { code, out, err } = await hmtl(['convert', long, noted, short, '--to', 'jsonl', '--max-document-bytes', '200'])
  t.deepEqual([code, idsOf(out)], [3, ['short']], err)
  t.regex(err, /HMTL_INPUT_TOO_LARGE: \S*long\.txt is larger than 200 bytes/)
  t.regex(err, /HMTL_INPUT_TOO_LARGE: \S*noted\.ann is larger than 200 bytes/)
})

test('what the reader of documents throws is its own', async (t) => {
  const told: unknown[] = []
  const stream = readDocuments(before, { onBroken: (error) => told.push(error) })
  await t.throwsAsync(
    async () => {
      for await (const { id } of stream) throw new RangeError(id)
    },
    { instanceOf: RangeError, message: 'a0' },
  )
  t.deepEqual(told, [])
})
