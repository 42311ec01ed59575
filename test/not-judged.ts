/** Gold that an evaluation leaves out is counted by reason, by every head, and told beside the scores. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { createDocument, type DocumentLike, listSpans } from '../src/io/document/document.ts'
import { toJson } from '../src/io/document/json.ts'
import { LossReport } from '../src/io/report.ts'
import { corefHead } from '../src/model/heads/coref/index.ts'
import type { CorefTaskConfig } from '../src/model/heads/coref/keys.ts'
import { crfHead } from '../src/model/heads/crf/index.ts'
import type { CrfTaskConfig } from '../src/model/heads/crf/keys.ts'
import { relationHead } from '../src/model/heads/relation/index.ts'
import type { RelationTaskConfig } from '../src/model/heads/relation/keys.ts'
import { parseConfig } from '../src/model/config/parse.ts'
import { scoreDocuments } from '../src/model/metrics/score.ts'
import { prepareDocument } from '../src/pipeline/prepare.ts'
import { parseEvents, trainingReport } from '../src/report/training-page.ts'
import { hmtl } from './helpers/command.ts'
import { fileFolder } from './helpers/folder.ts'

const text = 'The University of Oslo hired Maren Holt in Bergen. She left Oslo for it.'
const at = (words: string, from = 0) => {
  const start = text.indexOf(words, from)
  return { start, end: start + words.length }
}
const document = (layers: Omit<DocumentLike, 'id' | 'text'>) =>
  prepareDocument(createDocument({ id: 'd', text, ...layers }))

const tasks = parseConfig({
  tasks: [
    { name: 'ner', kind: 'crf' },
    { name: 'relation', kind: 'relation', on: 'ner' },
    { name: 'coref', kind: 'coref', on: 'ner' },
  ],
}).tasks
const [ner, relation, coref] = tasks as unknown as [CrfTaskConfig, RelationTaskConfig, CorefTaskConfig]

const counts = (report: LossReport) => Object.fromEntries(report.entries().map(({ kind, count }) => [kind, count]))

test('a tagger is judged on outermost spans of labels that it has; what is left out is counted', (t) => {
  const report = new LossReport()
  const [organization, oslo] = [at('University of Oslo'), at('Oslo')]
  const gold = document({
    entities: [
      { ...organization, label: 'ORG' },
      { ...oslo, label: 'LOC' },
      { ...at('Oslo hired'), label: 'LOC' },
      { ...at('Bergen'), label: 'CITY' },
      { ...at('Maren Holt'), label: 'PER' },
    ],
  })
  const dataset = { train: 'x' }
  const [wanted] = crfHead.comparable(gold, document({ entities: [] }), ner, ['LOC', 'ORG', 'PER'], dataset, report)
  t.deepEqual(
    listSpans(wanted.entities!).map(({ label }) => label),
    ['ORG', 'PER'],
  )
  t.deepEqual(counts(report), {
    'nested in another span': 1,
    'crossing another span': 1,
    'label the model does not have': 1,
  })
  t.deepEqual(report.entries().find(({ kind }) => kind.startsWith('nested'))?.examples, ['d: "Oslo" LOC'])
  const narrow = new LossReport()
  crfHead.comparable(gold, gold, ner, ['LOC', 'ORG', 'PER'], { ...dataset, labels: ['ORG', 'PER'] }, narrow)
  t.deepEqual(counts(narrow), { 'label the data set leaves out': 3 })
})

test('of two spans of one extent it is not the order of the file that says which is judged', (t) => {
  const both = ['ORG', 'LOC', 'CITY'].map((label) => ({ ...at('Bergen'), label }))
  for (const entities of [both, [...both].reverse()]) {
    const report = new LossReport()
    const gold = document({ entities })
    const [wanted] = crfHead.comparable(gold, gold, ner, ['LOC', 'ORG'], { train: 'x' }, report)
    t.deepEqual(
      listSpans(wanted.entities!).map(({ label }) => label),
      ['LOC'],
    )
    t.is(report.count('same extent as another span'), 1)
    t.is(report.count('label the model does not have'), 1)
  }
})

const related = (label: string, arg1: { start: number; end: number }, arg2: { start: number; end: number }) => ({
  label,
  arg1,
  arg2,
})

const relations = [
  related('employer', at('Maren Holt'), at('University of Oslo')),
  related('employer', at('Maren Holt'), at('The University of Oslo')),
  related('employer', at('She'), at('University of Oslo')),
  related('spouse', at('Maren Holt'), at('She')),
]

test('relations and clusters: what is left out is counted', (t) => {
  const report = new LossReport()
  const gold = document({ relations, clusters: [[at('Maren Holt'), at('She')], [at('Bergen')]] })
  relationHead.comparable(gold, gold, relation, ['employer'], { train: 'x' }, report)
  t.deepEqual(counts(report), {
    'same as another relation': 1,
    'across sentences': 1,
    'label the model does not have': 1,
  })
  const single = new LossReport()
  corefHead.comparable(gold, gold, coref, [], { train: 'x' }, single)
  t.deepEqual(counts(single), { 'cluster of one': 1 })
  t.deepEqual(single.entries()[0].examples, ['d: "Bergen"'])
})

test('score: relations across sentences, which last tokens do not see, are counted on both sides', async (t) => {
  async function* one(list: typeof relations) {
    yield document({ relations: list })
  }
  const score = await scoreDocuments(one(relations), one(relations.slice(0, 3)), 'relation')
  t.is(score.gold, 1)
  t.deepEqual(score.notPlaced, {
    gold: { acrossSentences: 2, offTokens: 0 },
    predicted: { acrossSentences: 1, offTokens: 0 },
  })
})

const folder = fileFolder(test)

const goldFile = (): string => {
  const path = join(folder, 'gold.jsonl')
  const entities = [
    { ...at('University of Oslo'), label: 'ORG' },
    { ...at('Oslo'), label: 'LOC' },
    { ...at('Maren Holt'), label: 'PER' },
    { ...at('Bergen'), label: 'CITY' },
  ]
  writeFileSync(path, `${JSON.stringify(toJson(document({ entities, relations })))}\n`)
  return path
}

test('evaluate names the definition of its number, has the strict one beside it, and says what is not judged', async (t) => {
  const gold = goldFile()
  const { code, out, err } = await hmtl(['evaluate', 'en', '--engine', 'wasm', '--data', gold])
  t.is(code, 0, err)
  t.regex(out, /^relation +\d+\.\d\d +last tokens of the arguments\n +\d+\.\d\d +whole spans .*\n +\d+\.\d\d +strict/m)
  t.regex(out, /^not judged: ner: 1 × nested in another span \(such as d: "Oslo" LOC\)$/m)
  t.regex(out, /^not judged: ner: 1 × label the model does not have \(such as d: "Bergen" CITY\)$/m)
  t.regex(out, /^not judged: relation: \d × across sentences/m)
  const json = JSON.parse((await hmtl(['evaluate', 'en', '--engine', 'wasm', '--data', gold, '--json'])).out)
  t.is(json.relation.definition, 'last tokens of the arguments')
  t.is(json.ner.notJudged[0].kind, 'nested in another span')
})

test('score says which definition all relations are scored by, and what that does not see', async (t) => {
  const gold = goldFile()
  const { code, out, err } = await hmtl(['score', gold, gold, '--task', 'relation'])
  t.is(code, 0, err)
  t.regex(out, /^all, by last tokens .* 1 +1 +1$/m)
  t.regex(out, /^strict: whole spans and types .* 4 +4 +4$/m)
  t.regex(out, /^not seen by last tokens: 2 gold and 2 predicted relations across sentences$/m)
})

test('the page of a training names definitions, and what of gold is not judged', (t) => {
  const config = parseConfig({ name: 'run', tasks: [{ name: 'relation', kind: 'relation' }] })
  const dev = {
    event: 'dev',
    main: { relation: 0.8 },
    definitions: {
      relation: [
        ['last tokens', 0.8],
        ['strict', 0.61],
      ],
    },
    notJudged: { relation: [{ kind: 'across sentences', count: 12, examples: ['d: <b>'] }] },
  }
  const page = trainingReport(config, parseEvents(`${JSON.stringify(dev)}\n`))
  t.regex(page, /<td>relation<\/td><td>last tokens<\/td><td>80\.0<\/td>.*<td>strict<\/td><td>61\.0<\/td>/)
  t.regex(page, /<td>across sentences<\/td><td>12<\/td><td>d: &#60;b&#62;<\/td>/)
})
