/**
 * Entities on text of another kind: a model's PER, LOC and ORG against a corpus
 * that has these, other labels left out on both sides.
 *   node bench/quality/transfer.mjs MODEL data/uner/test.arrow [data/…]
 */
import { listSpans } from '../../dist/src/io/document/document.js'
import { modelFolder } from '../../dist/src/models.js'
import { createAnnotator } from '../../dist/src/pipeline/annotate.js'
import { startEngine } from '../../dist/src/model/engine.js'
import { LabelCounts } from '../../dist/src/model/metrics/counts.js'
import { loadModel } from '../../dist/src/model/store.js'
import { datasetDocuments } from '../../dist/src/train/pieces.js'

const [name = 'en', ...paths] = process.argv.slice(2)
await startEngine(process.env.HMTL_ENGINE || 'wasm')
const model = await loadModel(modelFolder(name), { compact: true })
const annotate = createAnnotator(model, { tasks: ['ner'] })
// WNUT-17's names for the same three.
const same = { person: 'PER', location: 'LOC', corporation: 'ORG', group: 'ORG' }
const wanted = new Set(['PER', 'LOC', 'ORG'])
for (const path of paths) {
  const counts = new LabelCounts()
  const untyped = new LabelCounts()
  let n = 0
  for await (const { source: document, document: found } of annotate(datasetDocuments([path]))) {
    n++
    const spans = ({ entities }) =>
      (entities ? listSpans(entities) : [])
        .map((span) => ({ ...span, label: same[span.label] ?? span.label }))
        .filter(({ label }) => wanted.has(label))
    const keyed = (list, typed) => list.map(({ start, end, label }) => [`${n} ${start} ${end}`, typed ? label : ''])
    counts.add(keyed(spans(document), true), keyed(spans(found), true))
    untyped.add(keyed(spans(document), false), keyed(spans(found), false))
  }
  const percent = (value) => (100 * value).toFixed(1)
  const { f1, precision, recall, byLabel } = counts.score()
  console.log(
    `| ${path} | ${percent(f1)} | ${percent(precision)} / ${percent(recall)} | ${percent(untyped.score().f1)} | ${[...wanted].map((label) => `${label} ${percent(byLabel[label]?.f1 ?? 0)}`).join(', ')} |`,
  )
}
