/**
 * Names for a smaller model to learn from: what a better one finds in texts, voted with the names that they have
 * already.
 * A name that both find is certain; one that the teacher alone is sure of counts with its score; of all others neither
 * is known to be right, so they get a score of 0, and a data set's `minScore` leaves them open.
 *   node scripts/teach.mjs MODEL DATA -o OUT.arrow [--sure 0.8] [--labels PER,LOC,ORG]
 */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { labelledSpansOf, listSpans } from '../dist/src/io/document/document.js'
import { writeDocuments } from '../dist/src/io/write.js'
import { startEngine } from '../dist/src/model/engine.js'
import { loadModel } from '../dist/src/model/store.js'
import { modelFolder } from '../dist/src/models.js'
import { createAnnotator } from '../dist/src/pipeline/annotate.js'
import { datasetDocuments } from '../dist/src/train/pieces.js'

const {
  values: { output, sure, labels },
  positionals: [teacher, data],
} = parseArgs({
  allowPositionals: true,
  options: {
    output: { type: 'string', short: 'o' },
    sure: { type: 'string', default: '0.8' },
    labels: { type: 'string', default: 'PER,LOC,ORG' },
  },
})
if (!teacher || !data || !output) throw new Error('usage: node scripts/teach.mjs MODEL DATA -o OUT.arrow')

const known = new Set(labels.split(','))
const keyOf = ({ start, end, label }) => `${start} ${end} ${label}`
const overlaps = (one, other) => one.start < other.end && other.start < one.end
const counts = { both: 0, teacher: 0, open: 0 }

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

await startEngine(process.env.HMTL_ENGINE || 'wasm')
const annotate = createAnnotator(await loadModel(modelFolder(teacher), { cached: true }), { tasks: ['ner'] })
const documents = async function* () {
  for await (const { source, document } of annotate(datasetDocuments([{ path: data }]))) {
    const of = (spans) => (spans ? listSpans(spans) : []).filter(({ label }) => known.has(label))
    yield { ...source, entities: labelledSpansOf(vote(of(source.entities), of(document.entities))) }
  }
}
mkdirSync(dirname(output), { recursive: true })
await writeDocuments(documents(), output, { format: 'arrow' })
console.log(`${counts.both} by both, ${counts.teacher} by the teacher alone, ${counts.open} left open: ${output}`)
