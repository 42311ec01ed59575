/** What is seen on a terminal: progress, what is waited for, drawings. */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { main } from './helpers/command.ts'
import { root } from './helpers/documents.ts'
import { fileFolder } from './helpers/folder.ts'

const folder = fileFolder(test)

/** Makes a program believe that all three of its streams are one terminal, without needing one. */
const believing = `data:text/javascript,${encodeURIComponent(
  'for (const stream of [process.stdin, process.stdout, process.stderr]) Object.assign(stream, { isTTY: true, columns: 60 })',
)}`

/** What was written to the terminal, both streams in their order. */
const onTerminal = (args: readonly string[], input = ''): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', '"$@" 2>&1', 'sh', process.execPath, '--import', believing, main, ...args], {
      cwd: root('.'),
      env: { ...process.env, NO_COLOR: '1' },
    })
    let out = ''
    child.stdout.on('data', (chunk) => (out += chunk))
    child.on('error', reject)
    child.on('close', () => resolve(out))
    child.stdin.end(input)
  })

/** The rows left on the screen: a row that was taken away is gone. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the sequence that takes a row away
const rows = (written: string): string[] => written.split('\n').map((row) => row.replace(/^.*\r\u001b\[2K/s, ''))

const file = (name: string, n: number): string => {
  const path = join(folder, name)
  writeFileSync(
    path,
    Array.from(
      { length: n },
      (_, i) =>
        `{"id":"d${i}","text":"Marie Curie was born in Warsaw. She moved to Paris. ${'She wrote. '.repeat(20)}"}\n`,
    ).join(''),
  )
  return path
}

test('progress: one document is one, several are several, and the end is 100 %', async (t) => {
  for (const [n, text] of [
    [1, '1 document'],
    [3, '3 documents'],
  ] as const) {
    const written = rows(await onTerminal(['convert', file(`${n}.jsonl`, n), '-o', join(folder, `${n}.arrow`)]))
    t.regex(written.at(-2) ?? '', new RegExp(`^converted ${text} · .* · 100 %$`))
  }
})

test('progress never stands in a row with data or with an error', async (t) => {
  const path = file('many.jsonl', 30)
  const drawn = rows(await onTerminal(['annotate', path, '--workers', '1', '--tasks', 'ner']))
  t.true(drawn.filter((row) => /^d\d+$/.test(row)).length === 30, 'each id has a row of its own')
  t.is(drawn.filter((row) => row.includes('annotated')).length, 1)
  t.regex(drawn.at(-2) ?? '', /^annotated 30 documents · .* · 100 %$/)
  const lines = rows(await onTerminal(['annotate', path, '--workers', '1', '--tasks', 'ner', '--to', 'jsonl']))
  t.is(lines.filter((row) => row.startsWith('{"id":"d') && row.endsWith('}')).length, 30)
  const broken = join(folder, 'broken.jsonl')
  writeFileSync(broken, '{"text":"a"}\nnot json\n{"text":"b"}\n')
  const failed = rows(await onTerminal(['convert', '--from', 'jsonl', broken, '-o', join(folder, 'broken.arrow')]))
  t.true(failed.some((row) => row.startsWith('HMTL_INPUT_JSON')))
  const fatal = rows(
    await onTerminal(['convert', file('good.jsonl', 2), join(folder, 'missing.jsonl'), '-o', join(folder, 'f.arrow')]),
  )
  t.true(fatal.some((row) => row.startsWith('HMTL_INPUT_NOT_FOUND')))
})

test('progress that is asked for where there is no terminal is one line at the end', async (t) => {
  const child = spawn(process.execPath, [
    main,
    'convert',
    '--progress',
    file('piped.jsonl', 2),
    '-o',
    join(folder, 'piped.arrow'),
  ])
  let err = ''
  child.stderr.on('data', (chunk) => (err += chunk))
  await new Promise((resolve) => child.on('close', resolve))
  t.regex(err, /^converted 2 documents · [\P{C}]* · 100 %\n$/u)
})

test('a terminal as standard input is told what is waited for; a pipe, a file and -q are not', async (t) => {
  const notice = /Waiting for documents from the terminal.*Ctrl-D/
  const input = '{"text":"a"}\n'
  for (const command of ['convert', 'inspect']) t.regex(await onTerminal([command], input), notice, command)
  t.notRegex(await onTerminal(['convert', '-q'], input), notice)
  t.notRegex(await onTerminal(['convert', file('named.jsonl', 1)]), notice)
})

test('drawings are as wide as the terminal', async (t) => {
  const out = rows(await onTerminal(['inspect', 'datasets/conll04/sample.txt', '-q']))
  for (const row of out.slice(out.indexOf('entities'))) t.true(row.length <= 60 || !row.trim().includes(' '), row)
})
