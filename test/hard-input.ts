/**
 * `hmtl annotate` on what no corpus prepares one for: a document or a dead letter for everything, and never a crash.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { hmtl, main } from './helpers/command.ts'
import { tinyModelFor } from './helpers/model.ts'

const { folder, model } = tinyModelFor(test)

const annotate = (...more: string[]) => ['annotate', '--model', model, '--workers', '1', '--from', 'jsonl', ...more]

test('one token, none, only white space, emoji, right to left, marks and controls: annotated, in order, spans on the text', async (t) => {
  const texts = [
    'Maren',
    '',
    ' \n\t ',
    '😀😀👩‍👩‍👧‍👦 🏳️‍🌈',
    'גרה מארן באוסלו. היא אוהבת את אוסלו.',
    'تعيش مارين في أوسلو.',
    'a\u0000b \u202eOslo\u202c \ufeff',
    '\ud800 alone',
    'x'.repeat(100_000),
    '. '.repeat(5000),
  ]
  const { code, out, err } = await hmtl(annotate(), texts.map((text) => `${JSON.stringify({ text })}\n`).join(''))
  t.is(code, 0, err)
  const documents = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  t.deepEqual(
    documents.map(({ text }) => text),
    texts,
  )
  for (const { text, hmtl: found } of documents)
    for (const { start, end } of [...found.entities, ...found.mentions, ...found.clusters.flat()])
      t.true(start >= 0 && start < end && end <= text.length)
})

test('broken JSON, invalid UTF-8, a missing text, a text that is none: dead letters with line and remedy, the rest goes on', async (t) => {
  const dead = join(folder, 'dead.jsonl')
  const input = Buffer.concat([
    Buffer.from('{"text":"Maren"}\n{"text":\n'),
    Buffer.from('{"text":"'),
    Buffer.from([0xc3, 0x28, 0xff]),
    Buffer.from('"}\n{"body":"no text"}\n{"text":7}\n[]\nnull\n{"text":"Oslo"}\n'),
  ])
  const { code, out, err } = await hmtl(annotate('--dead-letter', dead), input)
  t.is(code, 3, err)
  const letters = readFileSync(dead, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).error)
  t.deepEqual(
    out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).text),
    ['Maren', 'Oslo'],
  )
  t.deepEqual(
    letters.map(({ line }) => line),
    [2, 3, 4, 5, 6, 7],
  )
  for (const { code: errorCode } of letters) t.regex(errorCode, /^HMTL_INPUT_/)
})

test('a document of 200,000 tokens goes through in windows, its clusters with it', async (t) => {
  const text = 'Maren lives in Oslo . She likes Oslo . '.repeat(22_223)
  const child = spawn(process.execPath, [main, ...annotate('--quiet')])
  child.stdin.end(`${JSON.stringify({ text })}\n`)
  let size = 0
  child.stdout.on('data', (chunk) => {
    size += chunk.length
  })
  const [code] = await once(child, 'close')
  t.is(code, 0)
  t.true(size > text.length)
})

test('a line of 300 MB is a dead letter; its bytes are not held', async (t) => {
  const dead = join(folder, 'long.jsonl')
  const child = spawn(process.execPath, ['--max-old-space-size=400', main, ...annotate('--dead-letter', dead)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let out = ''
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  const megabyte = Buffer.alloc(1 << 20, 'word ')
  child.stdin.write('{"text":"Maren"}\n{"text":"')
  for (let i = 0; i < 300; i++) if (!child.stdin.write(megabyte)) await once(child.stdin, 'drain')
  child.stdin.end('"}\n{"text":"Oslo"}\n')
  const [code] = await once(child, 'close')
  t.is(code, 3)
  t.deepEqual(
    out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).text),
    ['Maren', 'Oslo'],
  )
  const letter = JSON.parse(readFileSync(dead, 'utf8'))
  t.is(letter.error.line, 2)
  t.true(JSON.stringify(letter).length < 1 << 20)
})

const endless = join(folder, 'endless.mjs')
writeFileSync(
  endless,
  `process.stdout.on('error', () => process.exit(0)); const go = () => { while (process.stdout.write('{"text":"Maren lives in Oslo ."}\\n')); }; process.stdout.on('drain', go); go()`,
)

/** The command on an endless stream, once its first output is there; `end` closes what is open and waits. */
const onEndless = async () => {
  const source = spawn(process.execPath, [endless])
  const child = spawn(process.execPath, [main, ...annotate('--quiet')])
  source.stdout.pipe(child.stdin)
  child.stdin.on('error', () => source.kill())
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  child.stderr.on('data', (chunk) => {
    err += chunk
  })
  await once(child.stdout, 'data')
  const end = async () => {
    const [code] = await once(child, 'close')
    source.kill()
    return { code, out, err }
  }
  return { child, end }
}

test('a reader that goes away ends it quietly', async (t) => {
  const { child, end } = await onEndless()
  child.stdout.destroy()
  const { code, err } = await end()
  t.is(code, 0, err)
  t.is(err, '')
})

test('SIGINT: what was taken in comes out whole, then it ends', async (t) => {
  const { child, end } = await onEndless()
  child.kill('SIGINT')
  const { code, out } = await end()
  t.is(code, 130)
  t.true(out.endsWith('\n'))
  for (const line of out.trimEnd().split('\n')) t.truthy(JSON.parse(line).hmtl)
})
