/**
 * What a smaller model learns from texts that a better one has read.
 *   node scripts/teach.mjs MODEL DATA -o OUT.arrow [--tasks ner] [--sure 0.8] [--labels PER,LOC,ORG] [--draws N]
 * - `ner`: names, voted with those that the texts have already. One that both find is certain; one that the teacher alone
 *   is sure of counts with its score; of all others neither is known to be right, so they get a score of 0, and a data
 *   set's `minScore` leaves them open.
 *   With `--draws N` each document comes N times, each time with a tagging of names drawn by its probability: what learns
 *   from all of them learns how sure the teacher is of each. Names that both find stay; those that the texts alone have are
 *   open where nothing was drawn.
 * - `emd`: mentions with their scores; what is learned and what is left open is the data set's `minScore` again.
 * - `relation`: with their scores, from 0.2 on: what is less probable than `minScore` is neither true nor false, and what is
 *   not here at all is false.
 * - `coref`: entities by the teacher's own convention.
 */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { labelledSpansOf, listSpans } from '../dist/src/io/document/document.js'
import { writeDocuments } from '../dist/src/io/write.js'
import { startEngine } from '../dist/src/model/engine.js'
import { loadModel } from '../dist/src/model/store.js'
import { modelFolder } from '../dist/src/models.js'
import { randomOf } from '../dist/src/model/random.js'
import { createAnnotator } from '../dist/src/pipeline/annotate.js'
import { datasetDocuments } from '../dist/src/train/pieces.js'

const {
  values: { output, sure, labels, tasks, draws },
  positionals: [teacher, data],
} = parseArgs({
  allowPositionals: true,
  options: {
    output: { type: 'string', short: 'o' },
    sure: { type: 'string', default: '0.8' },
    labels: { type: 'string', default: 'PER,LOC,ORG' },
    tasks: { type: 'string', default: 'ner' },
    draws: { type: 'string', default: '0' },
  },
})
if (!teacher || !data || !output) throw new Error('usage: node scripts/teach.mjs MODEL DATA -o OUT.arrow')
if (!/^\d+$/.test(draws)) throw new Error('--draws is a whole number')
if (Number(draws) > 0 && tasks !== 'ner') throw new Error('only names are drawn: --tasks ner')

const known = new Set(labels.split(','))
const keyOf = ({ start, end, label }) => `${start} ${end} ${label}`
const overlaps = (one, other) => one.start < other.end && other.start < one.end
const counts = { both: 0, teacher: 0, open: 0, mentions: 0, relations: 0 }

/** Names in the order of the text, none within another; the surer one of two that overlap decides. */
const vote = (given, found) => {
  const givenKeys = new Set(given.map(keyOf))
  const foundKeys = new Set(found.map(keyOf))
  const taught = found.map((span) => {
    const agreed = givenKeys.has(keyOf(span))
    const score = agreed ? 1 : span.score >= Number(sure) ? span.score : 0
    counts[agreed ? 'both' : score > 0 ? 'teacher' : 'open']++
    return { ...span, score }
  })
  const missed = given
    .filter((span) => !foundKeys.has(keyOf(span)))
    .filter((span) => !taught.some((other) => other.score > 0 && overlaps(span, other)))
    .map((span) => ({ ...span, score: 0 }))
  counts.open += missed.length
  const kept = taught.filter(({ score, ...span }) => score > 0 || !missed.some((other) => overlaps(span, other)))
  return [...kept, ...missed].sort((a, b) => a.start - b.start || a.end - b.end)
}

/** A drawn tagging beside what both find, and what the texts alone have. */
const drawnBeside = (given, found, drawn) => {
  const foundKeys = new Set(found.map(keyOf))
  const both = given.filter((span) => foundKeys.has(keyOf(span)))
  const others = drawn.filter((span) => !both.some((one) => overlaps(span, one)))
  const sure = [...both, ...others].map((span) => ({ ...span, score: 1 }))
  const open = given.filter((span) => !sure.some((one) => overlaps(span, one))).map((span) => ({ ...span, score: 0 }))
  counts.both += both.length
  counts.teacher += others.length
  counts.open += open.length
  return [...sure, ...open].sort((a, b) => a.start - b.start || a.end - b.end)
}

/** Relations of a lower probability are as good as false. */
const leastRelation = 0.2

/** The teacher, which says also what it is not sure enough of, by the labels that a learner knows. */
const openly = (model) => ({
  ...model,
  config: {
    ...model.config,
    tasks: model.config.tasks.map((task) => ({
      ...task,
      ...(task.kind === 'relation'
        ? { threshold: leastRelation }
        : task.kind === 'crf'
          ? { threshold: 0, written: {} }
          : {}),
    })),
  },
})

const wanted = tasks.split(',')
await startEngine(process.env.HMTL_ENGINE || 'wasm')
const model = openly(await loadModel(modelFolder(teacher), { compact: true }))
const read = (documents, options) => createAnnotator(model, { tasks: wanted, ...options })(documents)
const namesOf = (spans) => (spans ? listSpans(spans) : []).filter(({ label }) => known.has(label))
const once = async function* () {
  for await (const { source, document } of read(datasetDocuments([{ path: data }]))) {
    const { mentions, relations, clusters } = document
    const taught = { ...source }
    if (wanted.includes('ner'))
      taught.entities = labelledSpansOf(vote(namesOf(source.entities), namesOf(document.entities)))
    if (wanted.includes('emd')) taught.mentions = mentions
    if (wanted.includes('relation')) taught.relations = relations
    if (wanted.includes('coref')) taught.clusters = clusters
    counts.mentions += taught.mentions?.begin.length ?? 0
    counts.relations += taught.relations?.label.length ?? 0
    yield taught
  }
}
const drawn = async function* () {
  const best = []
  for await (const each of read(datasetDocuments([{ path: data }]))) best.push(each)
  const random = randomOf(1, 'draws')
  for (let draw = 0; draw < Number(draws); draw++) {
    let i = 0
    const documents = best.map(({ source }) => source)
    for await (const { source, document } of read(documents, { draw: random.next })) {
      const spans = [source, best[i++].document, document].map(({ entities }) => namesOf(entities))
      yield { ...source, id: `${source.id}~${draw}`, entities: labelledSpansOf(drawnBeside(...spans)) }
    }
  }
}
mkdirSync(dirname(output), { recursive: true })
await writeDocuments(Number(draws) > 0 ? drawn() : once(), output, { format: 'arrow' })
const { both, teacher: alone, open, ...others } = counts
const names = wanted.includes('ner')
  ? `${Number(draws) > 0 ? `of ${draws} drawn taggings ` : ''}${both} names by both, ${alone} by the teacher alone, ${open} left open; `
  : ''
console.log(`${names}${others.mentions} mentions, ${others.relations} relations: ${output}`)
