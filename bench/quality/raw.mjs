/**
 * What the text alone costs: names found with the corpus's own tokens and sentences, and with ours, which is what users
 * have. By exact offsets, over the labels that the gold has; and how many sentences end where the corpus's do (F1).
 *   node bench/quality/raw.mjs MODEL GOLD [GOLD …]      files that hold their text as it was, such as Universal NER's
 *                                                       and CoNLL-U; MODEL - for the sentences alone
 * HMTL_ENGINE chooses the engine.
 */
import { createDocument, listSpans } from '../../dist/src/io/document/document.js'
import { readDocuments } from '../../dist/src/io/read.js'
import { startEngine } from '../../dist/src/model/engine.js'
import { metricOf } from '../../dist/src/model/metrics/score.js'
import { loadModel } from '../../dist/src/model/store.js'
import { modelFolder } from '../../dist/src/models.js'
import { createAnnotator } from '../../dist/src/pipeline/annotate.js'
import { splitSentences } from '../../dist/src/pipeline/sentences.js'
import { tokenize } from '../../dist/src/pipeline/tokenize.js'

const [name, ...files] = process.argv.slice(2)
if (files.length === 0) throw new Error('usage: node bench/quality/raw.mjs MODEL GOLD [GOLD …]')
const annotate =
  name !== '-' &&
  (await startEngine(process.env.HMTL_ENGINE || 'wasm')) &&
  createAnnotator(await loadModel(modelFolder(name), { compact: true }), { tasks: ['ner'] })

/** Of whose names only those of some labels count; the layer alone, so that tokens may differ. */
const namesOf = ({ id, text, entities }, labels) =>
  createDocument({ id, text, entities: listSpans(entities).filter(({ label }) => labels.has(label)) })

const endsOf = ({ tokens, sentences }) => Array.from(sentences.end, (after) => tokens.end[after - 1])

/** F1 of the places where sentences end. */
const sentenceScore = (documents) => {
  let [both, all] = [0, 0]
  for (const document of documents) {
    const tokens = tokenize(document.text)
    const own = endsOf({ tokens, sentences: splitSentences(document.text, tokens) })
    const ends = new Set(endsOf(document))
    both += own.filter((end) => ends.has(end)).length
    all += own.length + ends.size
  }
  return (2 * both) / all
}

const percent = (value) => (100 * value).toFixed(1)
console.log('| | sentences | corpus’s tokens: F1 | P / R | text alone: F1 | P / R |\n|---|---|---|---|---|---|')
for (const path of files) {
  const gold = []
  for await (const document of readDocuments(path)) if (document.text !== '') gold.push(document)
  const file = path.split('/').pop()
  const sentences = percent(sentenceScore(gold))
  if (!annotate) {
    console.log(`| ${file} | ${sentences} | | | | |`)
    continue
  }
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
  console.log(`| ${file} | ${sentences} | ${cells.join(' | ')} |`)
}
process.exit(0)
