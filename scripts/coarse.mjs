/**
 * Gives a model a coarse score of antecedents, so that of each span only the best are scored in full:
 *   node scripts/coarse.mjs MODEL DATA... [--most 50] [--documents 20] [--write]
 * The mean pair score by distance and likeness of texts, over the first documents of each file, and how many of the
 * links that the model makes remain. With --write it goes into the model's config.json.
 */
import { parseArgs } from 'node:util'
import { startEngine } from '../dist/src/model/engine.js'
import { loadModel, updateStored } from '../dist/src/model/store.js'
import { modelFolder } from '../dist/src/models.js'
import { createAnnotator } from '../dist/src/pipeline/annotate.js'
import { datasetDocuments } from '../dist/src/train/pieces.js'

const {
  values,
  positionals: [name, ...files],
} = parseArgs({
  allowPositionals: true,
  options: {
    most: { type: 'string', default: '50' },
    documents: { type: 'string', default: '20' },
    write: { type: 'boolean', default: false },
  },
})
if (!name || files.length === 0) throw new Error('usage: node scripts/coarse.mjs MODEL DATA... [--most 50] [--write]')

async function* some() {
  for (const path of files) {
    let left = Number(values.documents)
    for await (const document of datasetDocuments([{ path }])) {
      if (left-- === 0) break
      yield document
    }
  }
}

await startEngine(process.env.HMTL_ENGINE || 'auto')
const folder = modelFolder(name)
const model = await loadModel(folder, { cached: true })
const task = model.config.tasks.find(({ kind }) => kind === 'coref')
const linksOf = async (own, onPairs) => {
  const links = new Set()
  const tasks = model.config.tasks.map((each) => (each === task ? own : each))
  const onLink = ({ document, mention, antecedent }) =>
    links.add(`${document} ${mention.start} ${mention.end} ${antecedent.start} ${antecedent.end}`)
  const annotate = createAnnotator(
    { ...model, config: { ...model.config, tasks } },
    { tasks: [task.name], onLink, onPairs },
  )
  const begun = performance.now()
  for await (const _ of annotate(some()));
  return { links, seconds: (performance.now() - begun) / 1000 }
}

const buckets = task.textFeatures ? 70 : 10
const [sums, counts] = [new Float64Array(buckets), new Float64Array(buckets)]
const whole = await linksOf({ ...task, coarse: undefined }, (bucket, scores) => {
  // One that is far below none says no more than one that is below it.
  bucket.forEach((at, p) => {
    sums[at] += Math.max(-8, scores[p])
    counts[at]++
  })
})
const prior = Array.from(sums, (sum, i) => (counts[i] === 0 ? -8 : Math.round((1000 * sum) / counts[i]) / 1000))
const coarse = { most: Number(values.most), prior }
let pairs = 0
const few = await linksOf({ ...task, coarse }, (bucket) => {
  pairs += bucket.length
})
const all = counts.reduce((a, b) => a + b, 0)
const same = [...few.links].filter((link) => whole.links.has(link)).length
console.log(
  `${whole.links.size} links of all ${all} pairs in ${whole.seconds.toFixed(1)} s; ${few.links.size} of ${pairs} (${((100 * pairs) / all).toFixed(0)} %) in ${few.seconds.toFixed(1)} s, ${same} the same`,
)
if (values.write) {
  await updateStored(folder, { [task.name]: { coarse } })
  console.log(`written to ${folder}/config.json`)
}
process.exit(0)
