import { spawn } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'ava'
import { hmtl, main } from './helpers/command.ts'
import { root } from './helpers/documents.ts'
import { testFolder } from './helpers/folder.ts'

test('help lists the commands and every command has an example', async (t) => {
  const { out, code } = await hmtl(['--help'])
  t.is(code, 0)
  for (const name of [
    'annotate',
    'convert',
    'score',
    'inspect',
    'datasets',
    'train',
    'evaluate',
    'report',
    'embed',
    'probe',
    'models',
    'setup',
    'doctor',
  ]) {
    t.regex(out, new RegExp(`hmtl ${name}`))
    t.regex((await hmtl([name, '--help'])).out, /Examples:/, name)
  }
})

test('wrong use exits with 2 and says what to do', async (t) => {
  for (const args of [
    [],
    ['nonsense'],
    ['convert', '--to', 'nothing'],
    ['score', 'a'],
    ['convert', '--unknown-option'],
  ]) {
    const { code, err } = await hmtl(args)
    t.is(code, 2, args.join(' '))
    t.regex(err, /HMTL_USAGE/)
  }
})

test('a missing file exits with 1 and a coded error', async (t) => {
  const { code, err } = await hmtl(['convert', 'no-such-file.jsonl'])
  t.is(code, 1)
  t.regex(err, /HMTL_INPUT_NOT_FOUND.*no-such-file/)
})

test('convert: from a pipe, guessed, tokenized on the way', async (t) => {
  const { code, out } = await hmtl(['convert', '--to', 'conll2003'], '{"text":"Maren left Oslo."}\n')
  t.is(code, 0)
  t.is(out, '-DOCSTART- "<stdin>:1" -X- O\n\nMaren _ _ O\nleft _ _ O\nOslo _ _ O\n. _ _ O\n\n')
})

test('convert: dead letters, their exit code, and the loss report', async (t) => {
  const folder = testFolder(t)
  const dead = join(folder, 'dead.jsonl')
  const report = join(folder, 'report.json')
  const bad = '{"text":"ok"}\nnot json\n{"text":"fine","hmtl":{"clusters":[[{"start":0,"end":4}]]}}\n'
  const { code, out, err } = await hmtl(
    ['convert', '--from', 'jsonl', '--to', 'conll2003', '--dead-letter', dead, '--report', report],
    bad,
  )
  t.is(code, 3)
  t.is(out.match(/DOCSTART/g)?.length, 2)
  t.regex(err, /HMTL_INPUT_JSON.*line 2/)
  const [letter] = (await readFile(dead, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  t.is(letter.record, 'not json')
  t.is(letter.error.line, 2)
  const lost = JSON.parse(await readFile(report, 'utf8'))
  t.is(lost.failures, 1)
  t.true(lost.lost.some(({ kind, count }: { kind: string; count: number }) => kind === 'layer-clusters' && count === 1))
})

test('convert: a reader that goes away is no failure', async (t) => {
  const child = spawn('sh', [
    '-c',
    `yes '{"text":"a b c"}' | ${process.execPath} ${main} convert --from jsonl | head -1`,
  ])
  let out = ''
  child.stdout.on('data', (chunk) => (out += chunk))
  const code = await new Promise((resolve) => child.on('close', resolve))
  t.is(code, 0)
  t.is(JSON.parse(out).text, 'a b c')
})

test('score: every layer that gold has, where no task is named', async (t) => {
  const [gold, found] = ['datasets/ace05/sample', 'datasets/ace05/sample']
  const { code, out } = await hmtl(['score', gold, found, '--json'])
  t.is(code, 0)
  const scores = JSON.parse(out)
  t.deepEqual(Object.keys(scores), ['emd', 'relation', 'coref'])
  t.is(scores.emd.f1, 1)
  t.deepEqual(scores.coref, JSON.parse((await hmtl(['score', gold, found, '--task', 'coref', '--json'])).out))
  t.regex((await hmtl(['score', gold, found])).out, /^emd\n +P +R +F1[\s\S]*\n\nrelation\n[\s\S]*\n\ncoref\n/)
  const bare = await hmtl(['score', 'datasets/example.txt', gold])
  t.is(bare.code, 1)
  t.regex(bare.err, /HMTL_SCORE/)
})

test('score: gold that has nothing of a task is said, not scored', async (t) => {
  const folder = testFolder(t)
  const [gold, found] = [join(folder, 'gold.jsonl'), join(folder, 'found.jsonl')]
  const person = '{"start":0,"end":3,"label":"PER"}'
  await writeFile(gold, `{"id":1,"text":"Ada left.","hmtl":{"entities":[${person}],"clusters":[]}}\n`)
  await writeFile(found, `{"id":1,"text":"Ada left.","hmtl":{"entities":[${person}],"clusters":[[${person}]]}}\n`)
  const asked = await hmtl(['score', gold, found, '--task', 'coref'])
  t.deepEqual([asked.code, asked.out], [1, ''])
  t.regex(asked.err, /HMTL_SCORE_GOLD: no gold for coref/)
  const all = await hmtl(['score', gold, found, '--json'])
  t.deepEqual([all.code, Object.keys(JSON.parse(all.out))], [0, ['ner']])
  t.regex(all.err, /no gold for coref/)
})

test('score: conll2012 against itself, as JSON', async (t) => {
  const sample = 'datasets/conll2012/sample.gold_conll'
  const { code, out } = await hmtl(['score', sample, sample, '--task', 'coref', '--json'])
  t.is(code, 0)
  const score = JSON.parse(out)
  t.deepEqual(Object.keys(score), ['muc', 'b3', 'ceafm', 'ceafe', 'blanc', 'lea', 'mentions', 'conll'])
  t.is(score.b3.f1, 1)
  const ner = JSON.parse(
    (
      await hmtl([
        'score',
        'datasets/conll2003/sample.conll',
        'datasets/conll2003/sample.conll',
        '--task',
        'ner',
        '--json',
      ])
    ).out,
  )
  t.is(ner.f1, 1)
  t.is(ner.byLabel.LOC.gold, 3)
})

test('inspect: counts and a drawing without control characters', async (t) => {
  const { out } = await hmtl(['inspect', 'datasets/conll04/sample.txt'])
  t.regex(out, /documents {2}2/)
  t.regex(out, /\[Maren Holt\]Peop/)
  const hostile = await hmtl(['inspect'], '{"text":"a\\u001b[2Jb"}\n')
  t.false(hostile.out.includes('\u001b'))
})

test('datasets: list, show and prepare', async (t) => {
  t.regex((await hmtl(['datasets'])).out, /litbank/)
  t.regex((await hmtl(['datasets', 'show', 'ace05'])).out, /LDC2006T06/)
  const folder = testFolder(t)
  await writeFile(join(folder, 'train.txt'), await readFile(root('datasets/conll2003/sample.conll')))
  const { code, out } = await hmtl([
    'datasets',
    'prepare',
    'conll2003',
    '--from',
    folder,
    '-o',
    join(folder, 'out'),
    '--json',
  ])
  t.is(code, 0)
  const { train } = JSON.parse(out)
  t.deepEqual([train.documents, train.sentences, train.tokens, train.entities], [2, 3, 18, 6])
  t.is((await hmtl(['inspect', join(folder, 'out', 'train.arrow'), '--json'])).code, 0)
  const nowhere = await hmtl(['datasets', 'prepare', 'litbank', '--from', join(folder, 'no'), '-o', 'y'])
  t.is(nowhere.code, 1)
  t.regex(nowhere.err, /HMTL_INPUT_NOT_FOUND: cannot read .*no/)
  t.is((await hmtl(['datasets', 'prepare', 'nothing', '--from', 'x', '-o', 'y'])).code, 1)
})

test('options come from the environment, and variables of other commands are no fault', async (t) => {
  const { out, code } = await hmtl(['convert'], '{"text":"a"}\n', {
    HMTL_TO: 'conll2003',
    HMTL_DATA: '/somewhere',
    HMTL_MODEL: 'en',
    HMTL_ENGINE: 'wasm',
    HMTL: '/somewhere/hmtl',
    HMTLS: 'more',
  })
  t.is(code, 0)
  t.regex(out, /DOCSTART/)
})

test('options come from a file too', async (t) => {
  const folder = testFolder(t)
  await writeFile(join(folder, 'options.json'), '{"to":"conll2003","quiet":true}')
  const { out } = await hmtl(['convert', '--config', join(folder, 'options.json')], '{"text":"a"}\n')
  t.regex(out, /DOCSTART/)
})

test('doctor: says which engine computes', async (t) => {
  const { out, code } = await hmtl(['doctor', '--json', '--engine', 'wasm'])
  t.is(code, 0)
  t.is(JSON.parse(out).engine.name, 'wasm')
  // A machine where nothing was set up: auto takes wasm, and says how to get a faster one.
  const { out: bare } = await hmtl(['doctor', '--json'], '', { HMTL_CACHE: '/nonexistent', HMTL_ENGINE: 'auto' })
  t.is(JSON.parse(bare).engine.name, 'wasm')
  t.regex(JSON.parse(bare).engines.tensorflow, /not set up; npx hmtl setup tensorflow/)
})

test('models: the bundled one by its name, with where it lies and what it does', async (t) => {
  const { out } = await hmtl(['models', '--json'])
  const en = (JSON.parse(out) as { name: string; kind: string; what: string; folder: string }[]).find(
    ({ name }) => name === 'en',
  )
  t.deepEqual([en?.kind, en?.what, en?.folder], ['model', 'ner emd relation coref', root('models/en')])
})

test('models: the conventions that annotate --convention takes are named', async (t) => {
  const en = (JSON.parse((await hmtl(['models', '--json'])).out) as { name: string; conventions: string[] }[]).find(
    ({ name }) => name === 'en',
  )
  t.true(en?.conventions.includes('redocred'))
  t.regex((await hmtl(['models'])).out, /conventions.*\nen .*redocred/)
})

test('inspect: the longest of documents without tokens is that of the most characters', async (t) => {
  const lines = ['Ida.', 'Ida met Otto.', 'Otto.'].map((text, i) => JSON.stringify({ id: `d${i}`, text }))
  t.regex((await hmtl(['inspect', '--documents', '0'], lines.join('\n'))).out, /longest +d1 \(13 characters\)/)
})

test('models: one whose configuration is damaged is listed as that, and hides no other', async (t) => {
  const cache = testFolder(t)
  await mkdir(join(cache, 'encoders', 'torn'), { recursive: true })
  await writeFile(join(cache, 'encoders', 'torn', 'config.json'), '{"model_type": "be')
  const { code, out } = await hmtl(['models', '--json'], '', { HMTL_CACHE: cache })
  t.is(code, 0)
  const listed = JSON.parse(out) as { name: string; what: string }[]
  t.regex(listed.find(({ name }) => name === 'torn')?.what ?? '', /damaged/)
  t.truthy(listed.find(({ name }) => name === 'en'))
})

test('a model that is not there: what there is, and how to get it', async (t) => {
  const { code, err } = await hmtl(['annotate', '--model', 'no-such'])
  t.is(code, 1)
  t.regex(err, /HMTL_MODEL_NOT_FOUND.*no-such.*hmtl models/s)
})

test('a model without a name is wrong use', async (t) => {
  const { code, err } = await hmtl(['annotate', '--model', ''])
  t.is(code, 2)
  t.regex(err, /HMTL_USAGE: a model without a name/)
})

test('what is only written is not offered for reading', async (t) => {
  const { out } = await hmtl(['convert', '--list'])
  for (const name of ['graphml', 'jsonld', 'spacy']) t.regex(out, new RegExp(`^${name} +no +yes`, 'm'))
  t.regex(out, /^csv +yes +yes/m)
  t.is((await hmtl(['convert', '--from', 'graphml'])).code, 2)
})

test('an empty table is told by its code', async (t) => {
  const folder = testFolder(t)
  await writeFile(join(folder, 'e.parquet'), '')
  const { code, err } = await hmtl(['inspect', join(folder, 'e.parquet')])
  t.is(code, 3)
  t.regex(err, /HMTL_FORMAT_SCHEMA: the file is empty/)
})

test('train: a configuration that leaves out what a model to begin with has is told of --begin', async (t) => {
  const folder = testFolder(t)
  const config = join(folder, 'config.json')
  await writeFile(config, '{"tasks":[{"name":"ner","datasets":[{"train":"a","dev":"b"}]}]}')
  const { code, err } = await hmtl(['train', config, '-o', join(folder, 'run')])
  t.is(code, 1)
  t.regex(err, /HMTL_CONFIG_VALUE: "tasks\[0\]\.kind" is missing.*--begin en/)
})

test('the name of a target tells its format, in every command, or is refused', async (t) => {
  const folder = testFolder(t)
  const line = '{"text":"Maren left Oslo."}\n'
  for (const [command, name] of [
    ['convert', 'x.txt'],
    ['annotate', 'x'],
    ['embed', 'v.csv'],
  ]) {
    const { code, err } = await hmtl([command, '-o', join(folder, name)], line)
    t.is(code, 1, command)
    t.regex(err, /HMTL_FORMAT_UNKNOWN.*--to.*\.jsonl/s, command)
  }
  const magic = async (name: string) => (await readFile(join(folder, name))).toString('latin1', 0, 6)
  t.is((await hmtl(['embed', '-o', join(folder, 'v.arrow')], line)).code, 0)
  t.is(await magic('v.arrow'), 'ARROW1')
  t.is((await hmtl(['embed', '-o', join(folder, 'v.arrows')], line)).code, 0)
  t.is((await magic('v.arrows')).slice(0, 4), '\u00ff\u00ff\u00ff\u00ff')
  const input = join(folder, 'in.jsonl')
  await writeFile(input, line)
  t.is((await hmtl(['annotate', input, '-o', input])).code, 2)
  t.is(await readFile(input, 'utf8'), line)
})

test('- is standard input beside other inputs, and as a value', async (t) => {
  const folder = testFolder(t)
  const file = join(folder, 'a.jsonl')
  await writeFile(file, '{"id":"a","text":"a"}\n')
  const { out } = await hmtl(['convert', '-', file, '-o', '-'], 'text from a pipe')
  t.deepEqual(
    out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).text),
    ['text from a pipe', 'a'],
  )
  t.is((await hmtl(['score', '-', '-', '--task', 'ner'])).code, 2)
})
