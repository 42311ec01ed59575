/**
 * What the text alone costs: names found with the corpus's own tokens and sentences, and with ours, which is what users
 * have. By exact offsets, over the labels that the gold has.
 *   node bench/quality/raw.mjs MODEL GOLD [GOLD …]      files that hold their text as it was, such as Universal NER's
 * HMTL_ENGINE chooses the engine.
 */
import { createDocument, listSpans } from '../../dist/src/io/document/document.js'
import { readDocuments } from '../../dist/src/io/read.js'
import { startEngine } from '../../dist/src/model/engine.js'
import { metricOf } from '../../dist/src/model/metrics/score.js'
import { loadModel } from '../../dist/src/model/store.js'
import { modelFolder } from '../../dist/src/models.js'
import { createAnnotator } from '../../dist/src/pipeline/annotate.js'

const [name, ...files] = process.argv.slice(2)
if (files.length === 0) throw new Error('usage: node bench/quality/raw.mjs MODEL GOLD [GOLD …]')
await startEngine(process.env.HMTL_ENGINE || 'wasm')
const annotate = createAnnotator(await loadModel(modelFolder(name), { compact: true }), { tasks: ['ner'] })

/** Of whose names only those of some labels count; the layer alone, so that tokens may differ. */
const namesOf = ({ id, text, entities }, labels) =>
  createDocument({ id, text, entities: listSpans(entities).filter(({ label }) => labels.has(label)) })

const percent = (value) => (100 * value).toFixed(1)
console.log('| | corpus’s tokens: F1 | P / R | text alone: F1 | P / R |\n|---|---|---|---|---|')
for (const file of files) {
  const gold = []
  for await (const document of readDocuments(file)) if (document.text !== '') gold.push(document)
  const labels = new Set(gold.flatMap(({ entities }) => listSpans(entities).map(({ label }) => label)))
  for (const label of labels) if (!['PER', 'LOC', 'ORG'].includes(label)) labels.delete(label)
  const scores = []
  for (const bare of [
    ({ id, text, tokens, sentences }) => createDocument({ id, text, tokens, sentences }),
    ({ id, text }) => createDocument({ id, text }),
  ]) {
    const metric = metricOf('ner')
    let i = 0
    for await (const { document } of annotate(gold.map(bare)))
      metric.add(namesOf(gold[i++], labels), namesOf(document, labels))
    scores.push(metric.score())
  }
  const cells = scores.flatMap(({ f1, precision, recall }) => [
    percent(f1),
    `${percent(precision)} / ${percent(recall)}`,
  ])
  console.log(`| ${file.split('/').pop()} | ${cells.join(' | ')} |`)
}
process.exit(0)
