/** `-q` says nothing but errors: those it says, in every command that reads documents. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'ava'
import { hmtl } from './helpers/command.ts'
import { testFolder } from './helpers/folder.ts'
import { tinyModelFor } from './helpers/model.ts'

const { model } = tinyModelFor(test)

const lines = '{"text":5}\n{"text":"Ida met Otto."}\n'

test('a record that cannot be read is said, and nothing else', async (t) => {
  const withModel = ['--model', model, '--engine', 'wasm']
  for (const args of [
    ['convert', '--to', 'jsonl'],
    ['inspect'],
    ['annotate', '--workers', '1', ...withModel],
    ['embed', ...withModel],
  ]) {
    const { code, err } = await hmtl([...args, '-q'], lines)
    t.is(code, 3, args[0])
    t.regex(err, /^HMTL_INPUT_FIELD: field "text" must be a string \(.*line 1.*\)\n$/, args[0])
  }
})

test('a document of a folder that fails is said', async (t) => {
  const corpus = testFolder(t)
  await writeFile(join(corpus, 'a.txt'), 'Ida met Otto.')
  await writeFile(join(corpus, 'a.ann'), 'T1\tPER 40 43\tIda\n')
  await writeFile(join(corpus, 'b.txt'), 'Ida.')
  await writeFile(join(corpus, 'b.ann'), 'T1\tPER 0 3\tIda\n')
  const { code, err, out } = await hmtl(['convert', corpus, '--from', 'brat', '--to', 'jsonl', '-q'])
  t.is(code, 3)
  t.is(out.trimEnd().split('\n').length, 1)
  t.regex(err, /^HMTL_DOCUMENT_OFFSET: T1 has 40 43/)
})

test('of very many errors the first are said, and that there are more', async (t) => {
  const { err } = await hmtl(['convert', '--to', 'jsonl', '-q'], '{"text":5}\n'.repeat(30))
  t.is(err.trimEnd().split('\n').length, 11)
  t.regex(err, /more such errors are not shown\n$/)
})
