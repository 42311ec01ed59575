/**
 * `hmtl annotate` beside other systems on the same raw text, processes in turn.
 *   node bench/annotate/run.mjs CORPUS.jsonl [DOCUMENTS] [PASSES]
 * Peers are run where they are named: SPACY=venv/bin/python (spacy 3.8, en_core_web_sm), WINK=folder with
 * wink-nlp and wink-eng-lite-web-model, CORENLP=folder of CoreNLP's jars and models. ONLY=pattern picks cases by name.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const cli = join(here, '..', '..', 'dist', 'cli', 'main.js')
const [corpus, documents = '600', passes = '3'] = process.argv.slice(2)
const { SPACY, WINK, CORENLP } = process.env
const folder = mkdtempSync(join(tmpdir(), 'hmtl-bench-annotate-'))
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]

const lines = readFileSync(corpus, 'utf8').split('\n').filter(Boolean).slice(0, Number(documents))
const wordsIn = (list) => list.reduce((sum, line) => sum + JSON.parse(line).text.split(/\s+/).filter(Boolean).length, 0)
const write = (name, list) => {
  const path = join(folder, name)
  writeFileSync(path, `${list.join('\n')}\n`)
  return path
}
const file = write('all.jsonl', lines)
const one = write('one.jsonl', ['{"text":"Marie Curie was born in Warsaw."}'])
// The slow peers get a tenth.
const fewLines = lines.slice(0, Math.ceil(lines.length / 10))
const [words, fewWords] = [wordsIn(lines), wordsIn(fewLines)]

/** Seconds, and the most memory, of a process. */
const timed = async (program, args, env = {}) => {
  const begun = performance.now()
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  let first
  let text = ''
  child.stdout.on('data', (chunk) => {
    first ??= (performance.now() - begun) / 1000
    text = (text + chunk).slice(-4000)
  })
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors = (errors + chunk).slice(-8000)
  })
  let peak = 0
  const watch = setInterval(() => {
    try {
      peak = Math.max(
        peak,
        Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024,
      )
    } catch {
      // Ended between two looks.
    }
  }, 50)
  const [code] = await once(child, 'close')
  clearInterval(watch)
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${errors}`)
  return { seconds: (performance.now() - begun) / 1000, first, peak, text, errors }
}

const cases = []
const tasks = { NER: ['--tasks', 'ner'], 'NER, EMD, RE': ['--tasks', 'ner,emd,relation'], 'all four': [] }
for (const engine of (process.env.ENGINES ?? 'wasm tensorflow').split(' '))
  for (const [name, args] of Object.entries(tasks))
    for (const workers of ['1', '2'])
      cases.push({
        name: `hmtl ${engine}, ${name}, ${workers} worker${workers === '1' ? '' : 's'}`,
        words,
        run: () =>
          timed(process.execPath, [
            cli,
            'annotate',
            file,
            '--engine',
            engine,
            '--workers',
            workers,
            '--quiet',
            ...args,
          ]),
        start: () =>
          timed(process.execPath, [cli, 'annotate', one, '--engine', engine, '--workers', workers, '--quiet', ...args]),
      })
// The accurate model is the slower one: a tenth of the documents.
const few = write('few.jsonl', fewLines)
for (const engine of (process.env.ENGINES ?? 'wasm tensorflow').split(' '))
  for (const workers of ['1', '2']) {
    const annotate = (input) => () =>
      timed(process.execPath, [
        cli,
        'annotate',
        input,
        '--model',
        'en-accurate',
        '--engine',
        engine,
        '--workers',
        workers,
        '--quiet',
      ])
    cases.push({
      name: `hmtl ${engine}, en-accurate, all four, ${workers} worker${workers === '1' ? '' : 's'}`,
      words: fewWords,
      run: annotate(few),
      start: annotate(one),
    })
  }
if (SPACY)
  for (const [name, mode] of [
    ['spaCy small, tok2vec and ner', 'ner'],
    ['spaCy small, whole pipeline', 'all'],
  ])
    cases.push({
      name: `${name}, 1 process`,
      words,
      run: () => timed(SPACY, [join(here, 'spacy_case.py'), file, mode]),
      start: () => timed(SPACY, [join(here, 'spacy_case.py'), one, mode]),
    })
if (WINK)
  cases.push({
    name: 'winkNLP lite, entities, 1 process',
    words,
    run: () => timed(process.execPath, [join(here, 'wink.cjs'), file], { NODE_PATH: join(WINK, 'node_modules') }),
    start: () => timed(process.execPath, [join(here, 'wink.cjs'), one], { NODE_PATH: join(WINK, 'node_modules') }),
  })
if (CORENLP) {
  const plain = join(folder, 'few.txt')
  writeFileSync(plain, fewLines.map((line) => JSON.parse(line).text).join('\n\n'))
  const java = (annotators, threads) => () =>
    timed('java', [
      '-Xmx8g',
      '-cp',
      `${CORENLP}/*`,
      'edu.stanford.nlp.pipeline.StanfordCoreNLP',
      '-annotators',
      annotators,
      '-threads',
      threads,
      '-file',
      plain,
      '-outputFormat',
      'json',
      '-outputDirectory',
      folder,
      '-coref.algorithm',
      'statistical',
    ])
  cases.push({
    name: 'CoreNLP ner as it comes, 2 threads',
    words: fewWords,
    run: java('tokenize,ssplit,pos,lemma,ner', '2'),
    few: true,
  })
  cases.push({
    name: 'CoreNLP ner and statistical coref, 2 threads',
    words: fewWords,
    run: java('tokenize,ssplit,pos,lemma,ner,depparse,coref', '2'),
    few: true,
  })
}

const only = new RegExp(process.env.ONLY ?? '')
const results = new Map(cases.filter(({ name }) => only.test(name)).map((each) => [each, []]))
for (let pass = 0; pass < Number(passes); pass++)
  for (const each of results.keys()) {
    if (each.few && pass > 0) continue
    const { seconds, peak, text, errors } = await each.run()
    const start = each.start ? await each.start() : undefined
    // CoreNLP says how long its annotators took; loading its models is not counted, as it is not for spaCy and winkNLP.
    const own = /"seconds": ([\d.]+)/.exec(text)?.[1] ?? /TOTAL: ([\d.]+) sec/.exec(errors + text)?.[1]
    results.get(each).push({
      seconds,
      peak,
      working: own ? Number(own) : seconds - (start?.seconds ?? 0),
      first: start?.first ?? start?.seconds,
    })
    console.error(`${each.name}: ${seconds.toFixed(1)} s`)
  }
console.log(
  `${lines.length} documents, ${words} words (en-accurate and CoreNLP: ${fewLines.length} and ${fewWords}); ${passes} passes in turn, medians\n`,
)
console.log(
  '| system | words/s, whole process | words/s without start | first document, s | peak MB |\n|---|---|---|---|---|',
)
for (const [{ name, words: count }, list] of results) {
  const of = (key) => median(list.map((run) => run[key]))
  console.log(
    `| ${name} | ${Math.round(count / of('seconds')).toLocaleString('en-US')} | ${Math.round(count / of('working')).toLocaleString('en-US')} | ${of('first')?.toFixed(2) ?? ''} | ${Math.round(of('peak'))} |`,
  )
}
rmSync(folder, { recursive: true })
