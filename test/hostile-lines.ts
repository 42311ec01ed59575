/** Lines that a pattern could go over again and again take no longer than their length asks. */
import test from 'ava'
import { parseJsonLine } from '../src/io/syntax/json-records.ts'
import { collect, read, write } from './helpers/documents.ts'
import { threadSeconds } from './helpers/thread-time.ts'

const blanks = ' '.repeat(200_000)

const within = async (seconds: number, run: () => unknown): Promise<boolean> => {
  const begun = threadSeconds()
  await run()
  return threadSeconds() - begun < seconds
}

test('comments of column files', async (t) => {
  const row = (misc: string) => `1\tAda\t_\t_\t_\t_\t_\t_\t_\t${misc}\n\n`
  for (const [format, text] of [
    ['conllu', `# newdoc id = 1\n# hmtl.unclustered = a${blanks}b\n${row('_')}`],
    ['conllu', `# newdoc id = 1\n${row(`${blanks}x`)}`],
    ['conll2003', `Ada B-PER\nleft O\n\n# text = Ada${blanks}b\nAda B-PER\nleft O\n\n`],
    ['conll2003', `Ada B-PER\nleft O\n\n# text =${blanks}b\nAda B-PER\nleft O\n\n`],
  ] as const) {
    const isQuick = await within(3, async () => {
      const { documents, errors } = await read(format, text)
      t.deepEqual([documents.length > 0, errors], [true, []], format)
      await write(format, await collect(documents))
    })
    t.true(isQuick, text.slice(0, 40))
  }
})

test('damaged JSON', async (t) => {
  for (const line of [`{"a":1}${blanks}x`, `{"a":1}${blanks},${blanks}x`, `{"a":,${blanks}x`]) {
    const isQuick = await within(3, () => t.throws(() => parseJsonLine(line), { code: 'HMTL_INPUT_JSON' }))
    t.true(isQuick, line.slice(0, 8))
  }
})

test('lists that may be tags, one within the other', async (t) => {
  const line = `{"text":"a","x":${'[{"tags":'.repeat(2500)}[${','.repeat(30_000)}`
  t.true(await within(2, () => read('jsonl', line)))
})
