/**
 * Thirty texts of the kinds that people have, annotated as `hmtl annotate` does it
 * and scored by the project's metrics; what is found beside what is right.
 *   npm run news [-- --model NAME] [--scores]
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { table } from '../../dist/cli/support/output.js'
import { createDocument, listRelations } from '../../dist/src/io/document/document.js'
import { readDocuments } from '../../dist/src/io/read.js'
import { metricOf, scoredTasks } from '../../dist/src/model/metrics/score.js'
import { comparisonText } from './compare.mjs'
import { kinds, otherNames, symmetric } from './schema.mjs'
import { readTexts } from './texts.mjs'

const { values } = parseArgs({
  options: { model: { type: 'string', default: 'en' }, scores: { type: 'boolean', default: false } },
})
const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

const readLines = async (lines) => {
  const documents = []
  for await (const document of readDocuments(Buffer.from(lines), { format: 'jsonl' })) documents.push(document)
  return documents
}

/** The bare texts through the program, so that what is scored is what users get. */
const annotate = async (records) => {
  const input = records.map(({ id, text }) => `${JSON.stringify({ id, text })}\n`).join('')
  const options = ['--model', values.model, '--from', 'jsonl', '--to', 'jsonl', '--workers', '1', '--quiet']
  const { status, stdout } = spawnSync(process.execPath, [main, 'annotate', ...options], {
    input,
    stdio: ['pipe', 'pipe', 'inherit'],
    maxBuffer: 1 << 28,
  })
  if (status !== 0) process.exit(status ?? 1)
  return readLines(stdout)
}

const pronoun = /^(?:i|me|my|we|our|he|him|his|she|hers?|it|its|they|them|their|who|whom|whose|which|where)$/i

/**
 * Relations under the gold's names and direction; those that hold both ways once, first name first. The gold is of
 * names alone: what is said of a pronoun is neither right nor wrong by it.
 */
const sameRelations = (document) => {
  const isName = ({ start, end }) => !pronoun.test(document.text.slice(start, end))
  const said = (document.relations ? listRelations(document.relations) : []).filter(
    ({ arg1, arg2 }) => isName(arg1) && isName(arg2),
  )
  const named = said.map(({ label, arg1, arg2 }) => {
    const { label: name = label, inverse = false } = otherNames[label] ?? {}
    const turn = inverse || (symmetric.has(name) && arg1.start > arg2.start)
    return turn ? { label: name, arg1: arg2, arg2: arg1 } : { label: name, arg1, arg2 }
  })
  const { relations } = createDocument({ id: document.id, text: document.text, relations: named })
  return { ...document, relations }
}

const records = readTexts()
const found = (await annotate(records)).map(sameRelations)
const gold = (await readLines(records.map((record) => `${JSON.stringify(record)}\n`).join(''))).map((document, i) =>
  // The metrics of relations count sentences by tokens; both sides have the same ones.
  sameRelations({ ...document, tokens: found[i].tokens, sentences: found[i].sentences }),
)

const scoresOf = (chosen) =>
  Object.fromEntries(
    scoredTasks.map((task) => {
      const metric = metricOf(task)
      for (const i of chosen) metric.add(gold[i], found[i])
      return [task, metric.score()]
    }),
  )

const percent = (x) => (100 * x).toFixed(1)
const cells = ({ precision, recall, f1 }) => [percent(precision), percent(recall), percent(f1)]
/** Arguments of relations are whole names, so whole spans are compared; by last tokens beside it. */
const row = (name, { ner, emd, relation, coref }) => [
  name,
  ...cells(ner),
  ...cells(emd),
  ...cells(relation.definitions.boundaries),
  percent(relation.f1),
  ...cells(coref.mentions),
  percent(coref.conll),
]
const indexes = (kind) => records.flatMap((record, i) => (kind === undefined || record.kind === kind ? [i] : []))
const all = scoresOf(indexes())
const labelRows = (task) =>
  Object.entries(all[task].byLabel).map(([label, score]) => [
    label,
    ...cells(score),
    score.gold,
    score.predicted,
    score.correct,
  ])

if (!values.scores) for (const i of indexes()) console.log(`${comparisonText(gold[i], found[i])}\n`)
const titles = { ner: 'ner', emd: 'emd', relation: 'relation, last tokens' }
for (const [task, title] of Object.entries(titles))
  console.log(`${table([[title, 'P', 'R', 'F1', 'gold', 'found', 'right'], ...labelRows(task)])}\n`)
console.log(`model ${values.model}`)
console.log(
  table([
    [
      '',
      'ner P',
      'R',
      'F1',
      'emd P',
      'R',
      'F1',
      'relation P',
      'R',
      'F1',
      'last token F1',
      'coref P',
      'R',
      'F1',
      'CoNLL',
    ],
    ...kinds.map((kind) => row(`${kind} (${indexes(kind).length})`, scoresOf(indexes(kind)))),
    row(`all (${records.length})`, all),
  ]),
)
