/** Files that commands write: none that is read, none twice, none emptied by a run that cannot begin, none on a full disk. */
import { spawn } from 'node:child_process'
import { linkSync, mkdirSync, openSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import test from 'ava'
import { writeAtomically } from '../src/io/write.ts'
import { hmtl, main } from './helpers/command.ts'
import { fileFolder } from './helpers/folder.ts'

const folder = fileFolder(test)

const line = '{"text":"Maren left Oslo."}\n'
let made = 0
/** A file of its own for each test. */
const file = (name: string, content: string | Buffer = line): string => {
  const path = join(folder, String(++made))
  mkdirSync(path)
  writeFileSync(join(path, name), content)
  return join(path, name)
}
const held = (path: string): string => readFileSync(path, 'utf8')

/** Runs a command with files as its standard streams. */
const redirected = (
  args: readonly string[],
  stdin: number,
  stdout: number,
): Promise<{ code: number | null; err: string }> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [main, ...args], { stdio: [stdin, stdout, 'pipe'] })
    let err = ''
    child.stderr?.on('data', (chunk) => (err += chunk))
    child.on('close', (code) => resolve({ code, err }))
  })

test('no file that is written is an input, by whatever name', async (t) => {
  const input = file('in.jsonl')
  const [hard, soft] = [`${input}.hard`, `${input}.soft`]
  linkSync(input, hard)
  symlinkSync(input, soft)
  for (const args of [
    ['convert', input, '-o', hard, '--to', 'jsonl'],
    ['convert', input, '--dead-letter', hard],
    ['convert', input, '--report', soft],
    ['annotate', input, '--dead-letter', input],
    ['inspect', input, '--html', soft],
    ['score', input, input, '--html', hard],
    ['embed', input, '--dead-letter', input],
    ['convert', join(input, '..'), '-o', input],
    ['convert', join(input, '..'), '--to', 'brat', '-o', join(input, '..')],
  ]) {
    const { code, err } = await hmtl(args)
    t.is(code, 2, args.join(' '))
    t.regex(err, /HMTL_USAGE: .* is an input and would be overwritten/)
    t.is(held(input), line)
  }
})

test('nor is it standard input, nor standard output an input', async (t) => {
  const input = file('in.jsonl')
  const read = openSync(input, 'r')
  const [write, out] = [openSync(input, 'a'), openSync(file('out'), 'a')]
  t.is((await redirected(['convert', '-o', input], read, out)).code, 2)
  const { code, err } = await redirected(['convert', input], read, write)
  t.is(code, 2)
  t.regex(err, /standard output is an input/)
  t.is(held(input), line)
  if (process.platform !== 'linux') return
  // In a folder that is read it would be read while it grows.
  const within = openSync(join(input, '..', 'within.jsonl'), 'a')
  t.is((await redirected(['convert', join(input, '..')], read, within)).code, 2)
})

test('no two outputs are one file', async (t) => {
  const input = file('in.jsonl')
  const output = join(input, '..', 'out.jsonl')
  for (const args of [
    ['convert', input, '-o', output, '--report', join(input, '..', '.', 'out.jsonl')],
    ['annotate', input, '-o', output, '--dead-letter', output],
    ['inspect', input, '--html', output, '--dead-letter', output],
  ]) {
    const { code, err } = await hmtl(args)
    t.is(code, 2, args.join(' '))
    t.regex(err, /are the same file/)
  }
  t.is((await hmtl(['convert', input, '-o', '/dev/null', '--report', '/dev/null'])).code, 0)
})

test('a file beside the main output is not standard output', async (t) => {
  const input = file('in.jsonl')
  for (const args of [
    ['convert', input, '--report', '-'],
    ['annotate', input, '--dead-letter', '-'],
    ['inspect', input, '--html', '-'],
  ]) {
    const { code, err } = await hmtl(args)
    t.is(code, 2, args.join(' '))
    t.regex(err, /HMTL_USAGE: --[a-z-]+ takes a file/)
  }
})

test('what cannot begin leaves its outputs as they are', async (t) => {
  const output = file('out.jsonl', 'kept')
  const dead = file('dead.jsonl', 'kept')
  const wide = file('wide.txt', Buffer.from('\ufeffWide', 'utf16le'))
  for (const input of [join(folder, 'nofile.txt'), wide])
    for (const command of ['annotate', 'convert', 'embed']) {
      const { code } = await hmtl([command, input, '-o', output, '--dead-letter', dead])
      t.is(code, 1, `${command} ${input}`)
      t.deepEqual([held(output), held(dead)], ['kept', 'kept'])
    }
})

test('what cannot be written is told before anything is read', async (t) => {
  const notFolder = join(file('no-folder'), 'out.jsonl')
  for (const args of [
    ['annotate', '-o', notFolder],
    ['annotate', '-o', folder, '--to', 'jsonl'],
    ['embed', '-o', folder, '--to', 'npy'],
  ]) {
    // Standard input stays open: what waits for it does not end.
    const child = spawn(process.execPath, [main, ...args, '--from', 'jsonl'], { stdio: ['pipe', 'ignore', 'pipe'] })
    child.stdin.write(line)
    const timer = setTimeout(() => child.kill('SIGKILL'), 60_000)
    let err = ''
    child.stderr.on('data', (chunk) => (err += chunk))
    const code = await new Promise((resolve) => child.on('close', resolve))
    clearTimeout(timer)
    t.is(code, 1, args.join(' '))
    t.regex(err, /^HMTL_OUTPUT_FAILED: cannot write /)
  }
})

test('dead letters that cannot be written are told by their code', async (t) => {
  const dead = join(folder, 'nowhere', 'dead.jsonl')
  for (const input of [line, `{bad\n${line}`]) {
    const { code, err } = await hmtl(['convert', '--from', 'jsonl', '--dead-letter', dead], input)
    t.is(code, 1)
    t.regex(err, /^HMTL_OUTPUT_FAILED: cannot write .*dead\.jsonl: ENOENT/m)
  }
})

test('one input of several: not there is an error before anything is read, not text a failure among others', async (t) => {
  const [input, wide] = [file('in.jsonl'), file('wide.txt', Buffer.from('\ufeffWide', 'utf16le'))]
  const missing = await hmtl(['convert', input, join(folder, 'nofile.txt')])
  t.deepEqual([missing.code, missing.out], [1, ''])
  t.regex(missing.err, /HMTL_INPUT_NOT_FOUND/)
  for (const args of [
    [wide, input],
    [input, wide],
  ]) {
    const { code, out, err } = await hmtl(['convert', ...args])
    t.is(code, 3)
    t.is(JSON.parse(out).text, 'Maren left Oslo.')
    t.regex(err, /HMTL_INPUT_ENCODING.*UTF-16/)
  }
})

test('annotate says what its output does not hold, as convert does', async (t) => {
  const report = join(folder, 'report.json')
  const { code, err } = await hmtl(['annotate', '--to', 'conll2003', '--tasks', 'ner,emd', '--report', report], line)
  t.is(code, 0)
  t.regex(err, /not carried, or changed on the way:\n.*layer-mentions/)
  t.true(JSON.parse(held(report)).lost.some(({ kind }: { kind: string }) => kind === 'layer-mentions'))
  t.is((await hmtl(['annotate', '--to', 'conll2003', '--tasks', 'ner,emd', '-q'], line)).err, '')
})

if (process.platform === 'linux')
  test('a full disk is told by its code, without a stack', async (t) => {
    const input = file('in.jsonl')
    const full = openSync('/dev/full', 'w')
    const none = openSync('/dev/null', 'r')
    for (const args of [['annotate', input], ['convert', input], ['inspect', input], ['help']]) {
      const { code, err } = await redirected(args, none, full)
      t.is(code, 1, args.join(' '))
      t.regex(err, /^HMTL_OUTPUT_FAILED: cannot write to standard output: ENOSPC.*\n$/)
    }
    for (const command of ['annotate', 'convert']) {
      const { code, err } = await hmtl([command, input, '--to', 'jsonl', '-o', '/dev/full'])
      t.is(code, 1, command)
      t.regex(err, /^HMTL_OUTPUT_FAILED: cannot write \/dev\/full: ENOSPC.*\n$/)
    }
  })

test('a target that ends with .gz is compressed, in the format that its name has without', async (t) => {
  const input = file('in.jsonl')
  for (const command of ['annotate', 'convert']) {
    const output = join(input, '..', `${command}.csv.gz`)
    t.is((await hmtl([command, input, '-o', output])).code, 0)
    t.regex(gunzipSync(readFileSync(output)).toString(), /^document,layer,/)
    const lines = join(input, '..', `${command}.jsonl.gz`)
    t.is((await hmtl([command, input, '-o', lines])).code, 0)
    t.is(JSON.parse(gunzipSync(readFileSync(lines)).toString()).text, 'Maren left Oslo.')
  }
  t.is((await hmtl(['annotate', input, '-o', join(input, '..', 'annotate.jsonl.gz'), '--resume'])).code, 2)
})

test('--resume goes on with what it was begun with, and with nothing else', async (t) => {
  const texts = ['Ada left Oslo.', 'Ida likes Rome.', 'Ok.', 'Bo met Al.']
  const lines = texts.map((text, id) => `{"id":${id},"text":"${text}"}\n`)
  const input = file('in.jsonl', lines.join(''))
  const whole = join(input, '..', 'whole.jsonl')
  t.is((await hmtl(['annotate', input, '-o', whole])).code, 0)
  const found = held(whole).split(/(?<=\n)/)
  const part = join(input, '..', 'part.jsonl')
  const resumed = async (kept: string, ...args: string[]) => {
    writeFileSync(part, kept)
    const { code, err } = await hmtl(['annotate', ...args, '-o', part, '--resume'])
    return { code, err, out: held(part) }
  }
  const begun = `${found.slice(0, 2).join('')}${found[2].slice(0, 20)}`
  const { code, out } = await resumed(begun, input)
  t.deepEqual([code, out], [0, held(whole)])
  const other = file('other.jsonl', lines.toReversed().join(''))
  for (const [args, message] of [
    [[other], /line 1 of .*part.jsonl is not of document 3/],
    [[file('short.jsonl', lines[0])], /1 lines more than these inputs/],
    [[input, '--offset-unit', 'codepoint'], /offset unit utf16, not codepoint/],
    [[input, '--tasks', 'ner'], /with layers entities mentions relations clusters, not entities/],
  ] as const) {
    const refused = await resumed(begun, ...args)
    t.is(refused.code, 1, args.join(' '))
    t.regex(refused.err, message)
    t.is(refused.out, begun)
  }
})

test('writing: a device stays one, a link too', async (t) => {
  async function* chunks() {
    yield 'x'
  }
  await writeAtomically('/dev/null', chunks())
  t.true(statSync('/dev/null').isCharacterDevice())
  const real = file('real', 'before')
  const link = `${real}-link`
  symlinkSync(real, link)
  await writeAtomically(link, chunks())
  t.is(held(real), 'x')
  await t.throwsAsync(writeAtomically(folder, chunks()), { code: 'HMTL_OUTPUT_FAILED' } as never)
})
