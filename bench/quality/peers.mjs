/**
 * CoreNLP and spaCy on the test sets of `people.mjs` that they have the labels for, by the same rules and the same scorer:
 * names of people, places and organizations, and coreference.
 *   SPACY=venv/bin/python CORENLP=folder-of-jars node bench/quality/peers.mjs [ROW …]
 * SPACY has spacy 3.8 and its small and medium English models; CORENLP holds stanford-corenlp 4.5 with its models. What is
 * not named is left out, and said. Tokens and sentences are the corpus's own. Needs `npm run data:free`.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createDocument } from '../../dist/src/io/document/document.js'
import { words } from '../../dist/src/io/document/tokens.js'
import { loadConfig } from '../../dist/src/model/config/files.js'
import { headOf } from '../../dist/src/model/heads/index.js'
import { datasetDocuments } from '../../dist/src/train/pieces.js'
import { rows } from './tests.mjs'

const { SPACY, CORENLP } = process.env
const wanted = process.argv.slice(2)
const work = mkdtempSync(join(tmpdir(), 'hmtl-peers-'))
process.on('exit', () => rmSync(work, { recursive: true }))

const run = (command, args, input) => {
  const { status, stdout, stderr } = spawnSync(command, args, { input, encoding: 'utf8', maxBuffer: 1 << 30 })
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr.slice(-2000)}`)
  return stdout
}
const sentencesOf = ({ sentences }) => Array.from(sentences.begin, (begin, s) => [begin, sentences.end[s]])

/** What each calls people, places and organizations. */
const labels = {
  spacy: { PERSON: 'PER', ORG: 'ORG', GPE: 'LOC', LOC: 'LOC', FAC: 'LOC' },
  corenlp: {
    PERSON: 'PER',
    ORGANIZATION: 'ORG',
    LOCATION: 'LOC',
    CITY: 'LOC',
    COUNTRY: 'LOC',
    STATE_OR_PROVINCE: 'LOC',
  },
}

const spacyNames = (size) => (documents) => {
  const input = documents.map((d) => JSON.stringify({ tokens: words(d), sentences: sentencesOf(d) })).join('\n')
  const found = run(SPACY, [fileURLToPath(new URL('spacy_names.py', import.meta.url)), size], input)
  return found
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).map(([begin, end, label]) => ({ begin, end, label: labels.spacy[label] })))
}

/** CoreNLP on documents of a sentence a line: what it says of each, as JSON. */
const corenlp = (documents, args) => {
  const files = documents.map((document, i) => {
    const list = words(document)
    const path = join(work, `${i}.txt`)
    // A space inside of a token would make two of it.
    const lines = sentencesOf(document).map(([begin, end]) =>
      list
        .slice(begin, end)
        .map((word) => word.replace(/\s/gu, '_'))
        .join(' '),
    )
    writeFileSync(path, `${lines.join('\n')}\n`)
    return path
  })
  const list = join(work, 'files')
  writeFileSync(list, files.join('\n'))
  run('java', [
    ...['-Xmx7g', '-cp', join(CORENLP, '*'), 'edu.stanford.nlp.pipeline.StanfordCoreNLP'],
    ...['-tokenize.whitespace', 'true', '-ssplit.eolonly', 'true', '-outputFormat', 'json', '-threads', '2'],
    ...['-outputDirectory', work, '-filelist', list, ...args],
  ])
  return files.map((path) => JSON.parse(readFileSync(`${path}.json`, 'utf8')))
}

/** Names by its three models together, without its rules for finer types, numbers and times. */
const corenlpNames = (documents) => {
  // One file for all: sentences are read by themselves.
  const joined = documents.flatMap((document) => {
    const list = words(document)
    return sentencesOf(document).map(([begin, end]) => list.slice(begin, end))
  })
  const begins = []
  let at = 0
  for (const sentence of joined) {
    begins.push(at)
    at += sentence.length
  }
  const one = {
    ...tokensOf(joined.flat()),
    sentences: { begin: Int32Array.from(begins), end: Int32Array.from(joined, (s, i) => begins[i] + s.length) },
  }
  const [{ sentences }] = corenlp(
    [one],
    [
      ...[
        '-annotators',
        'tokenize,pos,lemma,ner',
        '-ner.applyFineGrained',
        'false',
        '-ner.applyNumericClassifiers',
        'false',
      ],
      ...['-ner.useSUTime', 'false'],
    ],
  )
  let s = 0
  return documents.map((document) =>
    sentencesOf(document).flatMap(([begin]) => runsOf(sentences[s++]?.tokens ?? [], begin)),
  )
}

/** Names of a sentence: tokens of one label beside each other. (Its own list of mentions has pronouns too.) */
const runsOf = (tokens, first) => {
  const names = []
  tokens.forEach(({ ner }, i) => {
    const last = names.at(-1)
    const label = labels.corenlp[ner]
    if (!label) return
    if (last?.ner === ner && last.end === first + i) last.end++
    else names.push({ ner, label, begin: first + i, end: first + i + 1 })
  })
  return names
}

const tokensOf = (list) => {
  let at = 0
  const begin = Int32Array.from(list, (word) => {
    const from = at
    at += word.length + 1
    return from
  })
  return { text: list.join(' '), tokens: { begin, end: begin.map((from, i) => from + list[i].length) } }
}

const corenlpClusters = (documents) =>
  corenlp(documents, [
    ...['-annotators', 'tokenize,pos,lemma,ner,depparse,coref', '-coref.algorithm', 'statistical'],
  ]).map(({ corefs }, d) => {
    const begins = sentencesOf(documents[d])
    return Object.values(corefs)
      .filter((mentions) => mentions.length > 1)
      .map((mentions) =>
        mentions.map(({ sentNum, startIndex, endIndex }) => ({
          begin: begins[sentNum - 1][0] + startIndex - 1,
          end: begins[sentNum - 1][0] + endIndex - 1,
        })),
      )
  })

const onText = ({ tokens }, { begin, end }) => ({ start: tokens.begin[begin], end: tokens.end[end - 1] })

const peers = {
  ner: {
    'spaCy small': SPACY && spacyNames('small'),
    'spaCy medium': SPACY && spacyNames('medium'),
    CoreNLP: CORENLP && corenlpNames,
  },
  coref: { CoreNLP: CORENLP && corenlpClusters },
}
if (!SPACY) console.error('SPACY is not set: spaCy is left out')
if (!CORENLP) console.error('CORENLP is not set: CoreNLP is left out')

const percent = (value) => (100 * value).toFixed(1)
const { tasks } = await loadConfig(fileURLToPath(new URL('../../configs/many-sources/en.json', import.meta.url)))
const three = ['PER', 'LOC', 'ORG']

/** What a peer found, as a document of our own. */
const predicted = (document, task, found) => {
  const { id, text, tokens, sentences } = document
  if (task === 'ner') {
    const known = found.filter(({ label }) => label)
    const entities = known.map((span) => ({ ...onText(document, span), label: span.label }))
    return createDocument({ id, text, tokens, sentences, entities })
  }
  const seen = new Set()
  const isNew = ({ start, end }) => !seen.has(`${start} ${end}`) && seen.add(`${start} ${end}`)
  const clusters = found.map((cluster) => cluster.map((span) => onText(document, span)).filter(isNew))
  return createDocument({ id, text, tokens, sentences, clusters: clusters.filter(({ length }) => length > 1) })
}

for (const { name: title, task: name, path, ...rules } of rows) {
  // Of entities those that all of them have labels for.
  if (
    !(name in peers) ||
    (name === 'ner' && !rules.labels) ||
    (wanted.length > 0 && !wanted.some((word) => title.includes(word)))
  )
    continue
  const documents = []
  for await (const document of datasetDocuments([{ path }])) documents.push(document)
  const task = tasks.find((each) => each.name === name)
  const head = headOf(task.kind)
  for (const [peer, find] of Object.entries(peers[name])) {
    if (!find) continue
    const found = find(documents)
    const metric = head.metric(task)
    const dataset = { train: path, ...rules }
    documents.forEach((document, i) => {
      metric.add(...head.comparable(document, predicted(document, name, found[i]), task, three, dataset))
    })
    const score = metric.score()
    const of = name === 'coref' ? score.mentions : score
    const byLabel = Object.entries(score.byLabel ?? {}).map(([label, { f1 }]) => `${label} ${percent(f1)}`)
    console.log(
      `| ${title} | ${peer} | ${percent(head.main(task, score))} | ${percent(of.precision)} / ${percent(of.recall)} | ${byLabel.join(', ')} |`,
    )
  }
}
