import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'ava'
import { createDocument, type Document } from '../src/io/document/document.ts'
import { load } from '../src/load.ts'
import type { Result } from '../src/result.ts'
import { group } from '../src/pipeline/group.ts'
import { collect } from './helpers/documents.ts'
import { hmtl, main } from './helpers/command.ts'
import { tinyModelFor } from './helpers/model.ts'

const { folder, model } = tinyModelFor(test)

const lines = (n: number) =>
  Array.from(
    { length: n },
    (_, i) =>
      `{"n":${i},"big":12345678901234567890, "text":"Maren ${'met Siri in Oslo . '.repeat(1 + (i % 7))}😀","deep":{"a":[1.0]}}\n`,
  ).join('')

test('every line comes back in order, its own bytes untouched, with spans that are slices of its text', async (t) => {
  const input = lines(150)
  const { code, out, err } = await hmtl(['annotate', '--model', model, '--workers', '2'], input)
  t.is(code, 0, err)
  const [given, got] = [input.trimEnd().split('\n'), out.trimEnd().split('\n')]
  t.is(got.length, given.length)
  got.forEach((line, i) => {
    t.true(line.startsWith(`${given[i].slice(0, -1)},"hmtl":{`))
    const { text, hmtl: found } = JSON.parse(line)
    t.deepEqual(Object.keys(found), [
      'model',
      'offsetUnit',
      'tokens',
      'sentences',
      'entities',
      'mentions',
      'relations',
      'clusters',
    ])
    for (const [start, end] of found.tokens) t.regex(text.slice(start, end), /^\S+$/)
    const boundaries = new Set(found.tokens.flat())
    const spans = [
      ...found.entities,
      ...found.mentions,
      ...found.clusters.flat(),
      ...found.relations.flatMap((r: { arg1: object; arg2: object }) => [r.arg1, r.arg2]),
    ]
    for (const { start, end } of spans) t.true(boundaries.has(start) && boundaries.has(end) && start < end)
    for (const { score } of [...found.entities, ...found.mentions, ...found.relations]) t.true(score >= 0 && score <= 1)
  })
})

test('the same documents give the same output however many workers there are', async (t) => {
  const input = lines(40)
  const [one, two] = await Promise.all(
    ['1', '3'].map((workers) => hmtl(['annotate', '--model', model, '--workers', workers], input)),
  )
  t.is(one.out, two.out)
})

test('an interrupted file is gone on with after its last complete line', async (t) => {
  const input = join(folder, 'in.jsonl')
  const [whole, part] = [join(folder, 'whole.jsonl'), join(folder, 'part.jsonl')]
  await writeFile(input, lines(60))
  t.is((await hmtl(['annotate', input, '--model', model, '-o', whole])).code, 0)
  const text = await readFile(whole, 'utf8')
  await writeFile(part, text.slice(0, Math.floor(text.length / 2)))
  t.is((await hmtl(['annotate', input, '--model', model, '-o', part, '--resume'])).code, 0)
  t.is(await readFile(part, 'utf8'), text)
})

test('bad lines go to the dead letters, the rest is annotated, the exit code says so', async (t) => {
  const dead = join(folder, 'dead.jsonl')
  const { code, out } = await hmtl(
    ['annotate', '--model', model, '--from', 'jsonl', '--dead-letter', dead],
    '{"text":"Maren"}\n{oops\n{"text":"Oslo"}\n{"text":""}\n',
  )
  t.is(code, 3)
  t.deepEqual(
    out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).text),
    ['Maren', 'Oslo', ''],
  )
  t.is(JSON.parse(await readFile(dead, 'utf8')).error.code, 'HMTL_INPUT_JSON')
})

test('what trickles in comes out without waiting for more', async (t) => {
  const child = spawn(process.execPath, [main, 'annotate', '--model', model, '--workers', '1', '--from', 'jsonl'])
  const first = await new Promise<string>((resolve) => {
    child.stdout.once('data', (chunk) => resolve(String(chunk)))
    child.stdin.write('{"text":"Maren lives in Oslo ."}\n')
  })
  t.true(first.startsWith('{"text":"Maren lives in Oslo .","hmtl":'))
  child.stdin.end()
  t.is(await new Promise((resolve) => child.on('close', resolve)), 0)
})

test('other formats, chosen tasks, offset units', async (t) => {
  const input = '{"text":"😀 Maren lives in Oslo ."}\n'
  t.regex((await hmtl(['annotate', '--model', model, '--to', 'conll2003'], input)).out, /Maren _ _ \S+\n/)
  t.regex((await hmtl(['annotate', '--model', model, '--to', 'ansi'], input)).out, /entities/)
  const found = JSON.parse(
    (await hmtl(['annotate', '--model', model, '--tasks', 'ner', '--offset-unit', 'codepoint'], input)).out,
  ).hmtl
  t.deepEqual(found.tokens[1], [2, 7])
  t.is(found.clusters, undefined)
  const wrong = await hmtl(['annotate', '--model', model, '--tasks', 'nothing'], input)
  t.regex(wrong.err, /no task "nothing"/)
  t.is(wrong.code, 2)
})

test('the library: texts, records and documents; aborted; disposed', async (t) => {
  const annotator = await load(model, { workers: 2 })
  const documents = await collect(
    annotator.annotateAll([
      'Maren lives in Oslo .',
      { text: 'Siri', id: 's', extra: 1 },
      createDocument({ id: 'd', text: 'Oslo' }),
    ]),
  )
  t.deepEqual(
    documents.map(({ id }) => id),
    ['0', 's', 'd'],
  )
  t.deepEqual(documents[1].document.metadata, { extra: 1 })
  const controller = new AbortController()
  async function* endless() {
    for (;;) yield 'Maren lives in Oslo .'
  }
  await t.throwsAsync(
    (async () => {
      let n = 0
      for await (const _ of annotator.annotateAll(endless(), { signal: controller.signal }))
        if (++n === 100) controller.abort()
    })(),
    { code: 'HMTL_ABORTED' } as never,
  )
  // A consumer that leaves early leaves the annotator usable.
  for await (const _ of annotator.annotateAll(endless())) break
  t.is((await collect(annotator.annotateAll(['Oslo']))).length, 1)
  // … also while its source has nothing to say.
  let wake: () => void = () => undefined
  let closed = false
  async function* idle() {
    try {
      yield 'Oslo'
      await new Promise<void>((resolve) => (wake = resolve))
      yield 'Moss'
    } finally {
      closed = true
    }
  }
  for await (const _ of annotator.annotateAll(idle())) break
  wake()
  await new Promise((resolve) => setTimeout(resolve, 20))
  t.true(closed)
  await annotator.close()
  await t.throwsAsync(load(join(folder, 'nowhere')), { code: 'HMTL_MODEL_NOT_FOUND' } as never)
})

test('the library as a Node stream, and as a stage of a stream-chain', async (t) => {
  const { default: chain } = await import('stream-chain')
  const hmtl = await load(model, { workers: 1, engine: 'wasm' })
  try {
    const line = chain([
      (text: string) => text.toUpperCase(),
      hmtl.stream(),
      ({ text, document }: Result) => `${text} ${document.tokens?.begin.length}`,
    ])
    const out: string[] = []
    line.on('data', (item: string) => out.push(item))
    for (const text of ['one two', 'three', 'four five six']) line.write(text)
    line.end()
    await once(line, 'end')
    t.deepEqual(out, ['ONE TWO 2', 'THREE 1', 'FOUR FIVE SIX 3'])
  } finally {
    await hmtl.close()
  }
})

test('groups: filled by size, and not held back for long', async (t) => {
  async function* slow(): AsyncGenerator<Document> {
    yield createDocument({ id: '1', text: 'x'.repeat(60) })
    yield createDocument({ id: '2', text: 'x'.repeat(60) })
    yield createDocument({ id: '3', text: 'x' })
    await new Promise((resolve) => setTimeout(resolve, 80))
    yield createDocument({ id: '4', text: 'x' })
  }
  const groups = await collect(group({ tokens: 1600 / 5.7, wait: 10 }).over(slow()))
  t.deepEqual(
    groups.map((documents) => documents.map(({ id }) => id)),
    [['1'], ['2', '3'], ['4']],
  )
  async function* fast(): AsyncGenerator<Document> {
    for (let i = 0; i < 100; i++) yield createDocument({ id: String(i), text: 'x'.repeat(10) })
  }
  const sizes = (await collect(group({ tokens: 32 }).over(fast()))).map((documents) => documents.length)
  t.deepEqual(sizes, [1, 2, 4, 8, 16, 16, 16, 16, 16, 5], 'small ones first')
})
