/**
 * Are scores probabilities? Fits each task's calibration on the development data of its sources,
 * and prints predictions on their test data by score, and how many of them are right.
 *   node scripts/calibration.mjs [MODEL] [--tasks ner,…] [--write] [--json]     --write keeps the fit in the model's config.json
 */
import { parseArgs } from 'node:util'
import { listClusters, listRelations, listSpans } from '../dist/src/io/document/document.js'
import { modelFolder } from '../dist/src/models.js'
import { calibrated, fitCalibration } from '../dist/src/model/calibration.js'
import { startEngine } from '../dist/src/model/engine.js'
import { headOf } from '../dist/src/model/heads/index.js'
import { loadModel, updateStored } from '../dist/src/model/store.js'
import { createAnnotator } from '../dist/src/pipeline/annotate.js'
import { goldSplit } from '../dist/src/train/evaluate.js'
import { datasetDocuments } from '../dist/src/train/pieces.js'

const { values: args, positionals } = parseArgs({
  allowPositionals: true,
  options: { tasks: { type: 'string' }, write: { type: 'boolean' }, json: { type: 'boolean' } },
})
const folder = modelFolder(positionals[0] ?? 'en')
const wanted = args.tasks?.split(',')
await startEngine(process.env.HMTL_ENGINE || 'wasm')
const loaded = await loadModel(folder)
// Scores as the model has them, whatever was fitted before.
const model = {
  ...loaded,
  config: { ...loaded.config, tasks: loaded.config.tasks.map((task) => ({ ...task, calibration: [1, 0] })) },
}

/** Links of mentions to their antecedents: right where gold has both in one cluster. */
const linksOf = async ({ path, from, dataset: { convention } }) => {
  const out = []
  let clusterOf = new Map()
  const key = ({ start, end }) => `${start} ${end}`
  const onLink = ({ mention, antecedent, score }) => {
    const cluster = clusterOf.get(key(mention))
    out.push({ score, right: cluster !== undefined && cluster === clusterOf.get(key(antecedent)) })
  }
  const annotate = createAnnotator(model, { tasks: ['coref'], onLink, convention })
  for await (const document of datasetDocuments([{ path, from }])) {
    clusterOf = new Map(listClusters(document.clusters).flatMap((cluster, i) => cluster.map((span) => [key(span), i])))
    for await (const _ of annotate([document]));
  }
  return out
}

/** Predictions that a source can say right or wrong of. */
const predictionsOf = async (task, split) => {
  const out = []
  const head = headOf(task.kind)
  const below = head.readsSpans ? model.config.tasks.filter(({ kind }) => headOf(kind).findsSpans) : []
  const span = ({ start, end, label }) => `${start} ${end} ${label}`
  const pair = ({ label, arg1, arg2 }) => `${label} ${arg1.end} ${arg2.end}`
  for (const source of goldSplit(task, split)) {
    if (task.kind === 'coref') {
      out.push(...(await linksOf(source)))
      continue
    }
    const { convention } = source.dataset
    const annotate = createAnnotator(model, { tasks: [...below.map(({ name }) => name), task.name], convention })
    for await (const { source: gold, document } of annotate(datasetDocuments([source]))) {
      const sides = head.comparable(gold, document, task, model.labels[task.name], source.dataset)
      const [right, found] = sides.map((side) => {
        const layer = side[head.layer(task)]
        if (!layer) return []
        return task.kind === 'relation'
          ? listRelations(layer).map((each) => [pair(each), each.score])
          : listSpans(layer).map((each) => [span(each), each.score])
      })
      const rights = new Set(right.map(([id]) => id))
      for (const [id, score] of found) out.push({ score, right: rights.has(id) })
    }
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
for (const task of model.config.tasks) {
  const { name } = task
  if (wanted && !wanted.includes(name)) continue
  fits[name] = fitCalibration(await predictionsOf(task, 'dev'))
  const raw = await predictionsOf(task, 'test')
  const fitted = errorOf(raw.map(({ score, right }) => ({ score: calibrated(score, fits[name]), right })))
  tables[name] = fitted.bins
  errors[name] = { predictions: raw.length, before: errorOf(raw).error, after: fitted.error }
}
if (args.json) console.log(JSON.stringify({ fits, errors }))
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
if (args.write)
  await updateStored(
    folder,
    Object.fromEntries(Object.entries(fits).map(([task, calibration]) => [task, { calibration }])),
  )
