/**
 * Hashes of what must not change when the code is rebuilt: annotated documents of each
 * bundled model, and weights and decisions after a short training of every kind of head.
 * Run it at two commits and compare:
 *   node scripts/fingerprint.mjs ENTITIES.arrow CLUSTERS.arrow [MODEL...]
 * Both hold documents with tokens and sentences: the one entities and relations, the other mentions and clusters.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const [entities, clusters, ...models] = process.argv.slice(2)
if (!clusters) throw new Error('name two files of documents')
const folder = mkdtempSync(join(tmpdir(), 'hmtl-fingerprint-'))
const digest = (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 16)

const hmtl = (...args) => {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['dist/cli/main.js', ...args], {
    maxBuffer: 2 ** 30,
    env: { ...process.env, HMTL_ENGINE: 'wasm' },
  })
  if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`)
  return stdout
}

const encoder = { hidden: 12, layers: 1, dropout: 0.1 }
const tagged = [{ train: entities, dev: entities }]
const linked = [{ train: clusters, dev: clusters }]
const trainings = {
  paper: [
    { name: 'ner', kind: 'crf', encoder, datasets: tagged },
    { name: 'emd', kind: 'crf', layer: 'mentions', on: 'ner', encoder, datasets: linked },
    { name: 'relation', kind: 'relation', on: 'emd', encoder, datasets: tagged },
    { name: 'coref', kind: 'coref', on: 'emd', encoder, hidden: 16, feature: 4, maxTokens: 200, datasets: linked },
  ],
  past: [
    {
      name: 'ner',
      kind: 'crf',
      scheme: 'bio',
      encoder,
      batchTokens: 200,
      datasets: [...tagged, { train: entities, labels: ['PER', 'LOC'] }],
    },
    {
      name: 'relation',
      kind: 'relation',
      on: 'ner',
      tagsOf: 'ner',
      pairFeatures: true,
      maxLabels: 4,
      bearingOnly: true,
      encoder,
      datasets: tagged,
    },
    {
      ...{
        name: 'coref',
        kind: 'coref',
        on: 'ner',
        encoder,
        hidden: 16,
        feature: 4,
        project: 8,
        maxTokens: 200,
        linking: 'entity',
      },
      ...{ textFeatures: true, mentionLoss: true, singletons: true, maxAntecedents: 20, datasets: linked },
    },
    {
      name: 'gold',
      kind: 'coref',
      on: 'ner',
      goldMentions: true,
      encoder,
      hidden: 16,
      feature: 4,
      maxTokens: 200,
      datasets: linked,
    },
  ],
}

const print = (name, bytes) => console.log(`${name.padEnd(28)} ${digest(bytes)}`)
try {
  for (const model of models.length > 0 ? models : ['en'])
    for (const data of [entities, clusters])
      for (const options of [[], ['--min-score', '0.6'], ['--tasks', 'relation']]) {
        if (options.length === 0 || model === 'en')
          print(
            `${model} ${data.split('/').pop()} ${options.join(' ')}`,
            hmtl('annotate', data, '--model', model, ...options),
          )
      }
  for (const [name, tasks] of Object.entries(trainings)) {
    const config = join(folder, `${name}.json`)
    const run = join(folder, name)
    const training = { updates: 60, validateEvery: 30, sampling: 'uniform', fitDecisions: true, learningRate: 0.01 }
    writeFileSync(
      config,
      JSON.stringify({
        embeddings: { words: { size: 16 }, characters: { size: 8, filters: 16, width: 3 } },
        tasks,
        training,
      }),
    )
    hmtl('train', config, '-o', run, '--quiet')
    print(`${name} weights`, readFileSync(join(run, 'model', 'model.safetensors')))
    const { config: stored, labels } = JSON.parse(readFileSync(join(run, 'model', 'config.json'), 'utf8'))
    print(`${name} configuration`, JSON.stringify([stored.tasks.map((task) => Object.entries(task).sort()), labels]))
    const events = readFileSync(join(run, 'metrics.jsonl'), 'utf8').trim().split('\n').map(JSON.parse)
    print(
      `${name} scores`,
      JSON.stringify(
        events.filter(({ event }) => event === 'validation').map(({ scores, main, mean }) => [scores, main, mean]),
      ),
    )
    print(`${name} documents`, hmtl('annotate', clusters, '--model', join(run, 'model')))
  }
} finally {
  rmSync(folder, { recursive: true })
}
