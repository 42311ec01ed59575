/**
 * Are scores probabilities? Fits each task's calibration on development data,
 * and prints predictions on test data by score, and how many of them are right.
 *   node scripts/calibration.mjs [MODEL] [--write] [--json]     --write keeps the fit in the model's config.json
 */
import { listClusters, listRelations, listSpans } from '../dist/src/io/document/document.js'
import { modelFolder } from '../dist/src/load.js'
import { createAnnotator } from '../dist/src/pipeline/annotate.js'
import { calibrated, fitCalibration } from '../dist/src/model/calibration.js'
import { startEngine } from '../dist/src/model/engine.js'
import { loadModel, updateStored } from '../dist/src/model/store.js'
import { datasetDocuments } from '../dist/src/train/pieces.js'

const args = process.argv.slice(2)
const folder = modelFolder(args.find((arg) => !arg.startsWith('--')) ?? 'en')
await startEngine(process.env.HMTL_ENGINE || 'wasm')
const loaded = await loadModel(folder)
// Scores as the model has them, whatever was fitted before.
const model = {
  ...loaded,
  config: { ...loaded.config, tasks: loaded.config.tasks.map((task) => ({ ...task, calibration: [1, 0] })) },
}
const corpora = { ner: 'redocred', emd: 'litbank', relation: 'redocred', coref: 'litbank' }

/** Links of mentions to their antecedents: right where gold has both in one cluster. */
const linksOf = async (split) => {
  const out = []
  let clusterOf = new Map()
  const key = ({ start, end }) => `${start} ${end}`
  const onLink = ({ mention, antecedent, score }) => {
    const cluster = clusterOf.get(key(mention))
    out.push({ score, right: cluster !== undefined && cluster === clusterOf.get(key(antecedent)) })
  }
  const annotate = createAnnotator(model, { tasks: ['coref'], onLink })
  for await (const document of datasetDocuments([`data/${corpora.coref}/${split}.arrow`])) {
    clusterOf = new Map(listClusters(document.clusters).flatMap((cluster, i) => cluster.map((span) => [key(span), i])))
    for await (const _ of annotate([document]));
  }
  return out
}

const predictionsOf = async (task, split) => {
  if (task === 'coref') return linksOf(split)
  const config = model.config.tasks.find((each) => each.name === task)
  const annotate = createAnnotator(model, { tasks: task === 'relation' ? ['ner', 'emd', 'relation'] : [task] })
  const labels = new Set(model.labels[task])
  const span = ({ start, end, label }) => `${start} ${end} ${label}`
  const pair = ({ label, arg1, arg2 }) => `${label} ${arg1.end} ${arg2.end}`
  const out = []
  for await (const { source: document, document: found } of annotate(
    datasetDocuments([`data/${corpora[task]}/${split}.arrow`]),
  )) {
    const [predicted, gold] =
      task === 'relation'
        ? [
            listRelations(found.relations).map((item) => [pair(item), item.score]),
            (document.relations ? listRelations(document.relations) : [])
              .filter(({ label }) => labels.has(label))
              .map(pair),
          ]
        : [
            listSpans(found[config.layer]).map((item) => [span(item), item.score]),
            (document[config.layer] ? listSpans(document[config.layer]) : []).map(span),
          ]
    const right = new Set(gold)
    for (const [id, score] of predicted) out.push({ score, right: right.has(id) })
  }
  return out
}

const errorOf = (predictions) => {
  const bins = Array.from({ length: 10 }, () => ({ count: 0, score: 0, right: 0 }))
  for (const { score, right } of predictions) {
    const bin = bins[Math.min(9, Math.floor(score * 10))]
    bin.count++
    bin.score += score
    bin.right += right ? 1 : 0
  }
  return { bins, error: bins.reduce((sum, { score, right }) => sum + Math.abs(score - right), 0) / predictions.length }
}

const fits = {}
const tables = {}
const errors = {}
for (const task of Object.keys(corpora)) {
  if (!model.config.tasks.some(({ name }) => name === task)) continue
  fits[task] = fitCalibration(await predictionsOf(task, 'dev'))
  const raw = await predictionsOf(task, 'test')
  const fitted = errorOf(raw.map(({ score, right }) => ({ score: calibrated(score, fits[task]), right })))
  tables[task] = fitted.bins
  errors[task] = { predictions: raw.length, before: errorOf(raw).error, after: fitted.error }
}
if (args.includes('--json')) console.log(JSON.stringify({ fits, errors }))
else {
  console.log('| task | score | predictions | mean score | right |\n|---|---|---|---|---|')
  for (const [task, bins] of Object.entries(tables))
    bins.forEach(({ count, score, right }, i) => {
      if (count > 0)
        console.log(
          `| ${task} | ${(i / 10).toFixed(1)}–${((i + 1) / 10).toFixed(1)} | ${count} | ${(score / count).toFixed(2)} | ${(right / count).toFixed(2)} |`,
        )
    })
  console.log(
    '\n| task | test predictions | calibration error before, points | after | slope, intercept |\n|---|---|---|---|---|',
  )
  for (const [task, { predictions, before, after }] of Object.entries(errors))
    console.log(
      `| ${task} | ${predictions} | ${(100 * before).toFixed(1)} | ${(100 * after).toFixed(1)} | ${fits[task].join(', ')} |`,
    )
}
if (args.includes('--write'))
  await updateStored(
    folder,
    Object.fromEntries(Object.entries(fits).map(([task, calibration]) => [task, { calibration }])),
  )
