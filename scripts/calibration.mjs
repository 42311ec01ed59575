/**
 * Are scores probabilities? Predictions on development data by score, and how many of them are right.
 *   node scripts/calibration.mjs [MODEL] [--json]
 */
import { listRelations, listSpans } from '../dist/src/io/document.js'
import { createAnnotator } from '../dist/src/model/annotate.js'
import { startEngine } from '../dist/src/model/engine.js'
import { loadModel } from '../dist/src/model/store.js'
import { datasetDocuments } from '../dist/src/model/training/stream.js'
import { modelFolder } from '../dist/src/load.js'

const [name = 'en'] = process.argv.slice(2)
await startEngine('wasm')
const model = await loadModel(modelFolder(name))
const data = { ner: 'data/redocred/dev.arrow', emd: 'data/litbank/dev.arrow', relation: 'data/redocred/dev.arrow' }

console.log('| task | score | predictions | mean score | right |\n|---|---|---|---|---|')
for (const [task, path] of Object.entries(data)) {
  const config = model.config.tasks.find((each) => each.name === task)
  const tasks = task === 'relation' ? ['ner', 'emd', 'relation'] : [task]
  const annotate = createAnnotator(model, { tasks })
  const bins = Array.from({ length: 5 }, () => ({ count: 0, score: 0, right: 0 }))
  const labels = new Set(model.labels[task])
  for await (const document of datasetDocuments([path])) {
    const [found] = annotate([document])
    const key = ({ start, end, label }) => `${start} ${end} ${label}`
    const pair = ({ label, arg1, arg2 }) => `${label} ${arg1.end} ${arg2.end}`
    const [predicted, gold] =
      task === 'relation'
        ? [
            listRelations(found.relations).map((item) => [pair(item), item.score]),
            new Set((document.relations ? listRelations(document.relations) : []).filter(({ label }) => labels.has(label)).map(pair)),
          ]
        : [listSpans(found[config.layer]).map((item) => [key(item), item.score]), new Set((document[config.layer] ? listSpans(document[config.layer]) : []).map(key))]
    for (const [id, score] of predicted) {
      const bin = bins[Math.min(4, Math.floor(score * 5))]
      bin.count++
      bin.score += score
      bin.right += gold.has(id) ? 1 : 0
    }
  }
  const total = bins.reduce((sum, { count }) => sum + count, 0)
  let error = 0
  bins.forEach(({ count, score, right }, i) => {
    if (count === 0) return
    error += Math.abs(score - right) / total
    console.log(`| ${task} | ${(i / 5).toFixed(1)}–${((i + 1) / 5).toFixed(1)} | ${count} | ${(score / count).toFixed(2)} | ${(right / count).toFixed(2)} |`)
  })
  console.log(`| ${task} | all | ${total} | expected calibration error ${(100 * error).toFixed(1)} points | |`)
}
