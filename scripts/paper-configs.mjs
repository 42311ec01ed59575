/**
 * The rows of the paper's tables as configurations, made from one list so that
 * they differ in nothing but what the row says: `node scripts/paper-configs.mjs`.
 * Sizes, batches and metrics are the original's (Sanh, Wolf and Ruder 2019, tables
 * 1 to 7). configs/paper has them on the paper's data, configs/paper-free on free data.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'configs')
const corpus = (name, train = 'train') => [
  { train: `data/${name}/${train}.arrow`, dev: `data/${name}/dev.arrow`, test: `data/${name}/test.arrow` },
]
const ontonotes = corpus('conll2012')
const ace = corpus('ace05')

const tasks = {
  ner: { name: 'ner', kind: 'crf', layer: 'entities', datasets: ontonotes },
  emd: { name: 'emd', kind: 'crf', layer: 'mentions', datasets: ace },
  relation: { name: 'relation', kind: 'relation', bearingOnly: true, candidates: 'tokens', datasets: ace },
  coref: { name: 'coref', kind: 'coref', keepGold: 0, datasets: ace },
}
const elmo = { kind: 'elmo', options: 'data/elmo_options.json', weights: 'data/elmo_weights.hdf5' }
const embeddings = { words: { file: 'data/glove.6B.100d.txt', size: 100, maxWords: 400000 }, contextual: elmo }

/**
 * Free data for the same tasks (`scripts/paper-data.mjs`), and a free encoder where the paper has ELMo. Heads have the
 * original's sizes but for coreference, which is about half as large: documents have 200 words, and it takes more than
 * half of the time.
 * `batches` is what an epoch has of each, as a training's survey counts them: rows are validated once an epoch. Batches
 * are so large that an epoch has about as many of each task: sampled in proportion, all learn at one pace.
 */
const names = corpus('paper/names')
const documents = corpus('paper/documents')
const smallCoref = {
  maxSpanWidth: 6,
  spansPerWord: 0.3,
  maxAntecedents: 40,
  hidden: 100,
  encoder: { hidden: 100, layers: 1, dropout: 0 },
}
const free = {
  tasks: {
    ner: { name: 'ner', kind: 'crf', layer: 'entities', batch: 16, datasets: names },
    emd: { name: 'emd', kind: 'crf', layer: 'mentions', batch: 8, datasets: documents },
    relation: {
      name: 'relation',
      kind: 'relation',
      batch: 2,
      bearingOnly: true,
      candidates: 'tokens',
      maxLabels: 25,
      datasets: documents.map((data) => ({ ...data, minScore: 0.6 })),
    },
    coref: { name: 'coref', kind: 'coref', keepGold: 0, ...smallCoref, datasets: documents },
  },
  embeddings: { words: { file: 'data/glove.txt.gz', size: 50, maxWords: 100000 } },
  e5: { kind: 'transformer', model: 'e5-small-v2', cache: 'data/paper/e5.arrows' },
  batches: { ner: 398, emd: 404, relation: 402, coref: 400 },
  epochs: 10,
  patience: 3,
}

/** Names from the lowest up; where one stands on another says the pair. */
const hierarchy = (kinds, stack, { on = {}, over = {} } = {}) => {
  let below = 'base'
  return stack.map((task) => {
    const stands = on[task] ?? below
    if (task === 'ner' || task === 'emd') below = task
    return { ...kinds[task], on: stands, ...over[task] }
  })
}

const row = (name, comment, stack, options = {}) => ({
  file: join('paper', `${name}.json`),
  config: {
    comment,
    name: `paper-${name}`,
    embeddings: { ...embeddings, ...options.changes },
    tasks: hierarchy(tasks, stack, options),
    training: { updates: 60000, validateEvery: 1000, patience: 10, finalRate: 1, scoreTest: true },
  },
})

const freeRow = (name, comment, stack, options = {}) => {
  const epoch = stack.reduce((sum, task) => sum + (options.batches?.[task] ?? free.batches[task]), 0)
  return {
    file: join('paper-free', `${name}.json`),
    config: {
      comment: `${comment} On free data.`,
      name: `free-${name}`,
      embeddings: { ...free.embeddings, ...options.changes },
      tasks: hierarchy(free.tasks, stack, options),
      training: {
        updates: free.epochs * epoch,
        validateEvery: epoch,
        patience: free.patience,
        finalRate: 1,
        ...options.training,
      },
    },
  }
}

const gold = { over: { coref: { goldMentions: true } } }
/** Pieces of GUM's training documents. */
const gumBatches = 173
const full = ['ner', 'emd', 'relation', 'coref']
const rows = [
  row('a', 'Table 1, A: the full model.', full),
  row('a-gm', 'Table 1, A-GM: the full model, coreference of gold mentions.', full, gold),
  row('b', 'Table 1, B: NER.', ['ner']),
  row('c', 'Table 1, C: EMD.', ['emd']),
  row('d', 'Table 1, D: RE.', ['relation']),
  row('e', 'Table 1, E: CR.', ['coref']),
  row('e-gm', 'Table 1, E-GM: CR of gold mentions.', ['coref'], gold),
  row('f', 'Table 1, F: NER and EMD.', ['ner', 'emd']),
  row('g', 'Table 1, G: EMD and RE.', ['emd', 'relation']),
  row('h', 'Table 1, H: EMD and CR.', ['emd', 'coref']),
  row('i', 'Table 1, I: NER, EMD and RE.', ['ner', 'emd', 'relation']),
  row('j', 'Table 1, J: NER, EMD and CR.', ['ner', 'emd', 'coref']),
  row('k', 'Hierarchy, K: NER above EMD.', ['emd', 'ner']),
  row('l', 'Hierarchy, L: EMD, NER, RE, CR.', ['emd', 'ner', 'relation', 'coref']),
  row('a-conll2003', 'A with NER of CoNLL-2003.', full, { over: { ner: { datasets: corpus('conll2003') } } }),
  row('a-conll2012', 'A with CR of CoNLL-2012.', full, { over: { coref: { datasets: ontonotes } } }),
  row('coref-conll2012', 'CR of CoNLL-2012 alone.', ['coref'], { over: { coref: { datasets: ontonotes } } }),
  row('ablation-glove-char', 'Embeddings: without ELMo (from A-GM).', full, { ...gold, changes: { contextual: null } }),
  row('ablation-glove', 'Embeddings: words alone (from A-GM).', full, {
    ...gold,
    changes: { contextual: null, characters: null },
  }),
]

const freeRows = [
  freeRow('a', 'Table 1, A: the full model.', full),
  freeRow('a-gm', 'Table 1, A-GM: the full model, coreference of gold mentions.', full, gold),
  freeRow('b', 'Table 1, B: NER.', ['ner']),
  freeRow('c', 'Table 1, C: EMD.', ['emd']),
  freeRow('d', 'Table 1, D: RE.', ['relation']),
  freeRow('e', 'Table 1, E: CR.', ['coref']),
  freeRow('e-gm', 'Table 1, E-GM: CR of gold mentions.', ['coref'], gold),
  freeRow('f', 'Table 1, F: NER and EMD.', ['ner', 'emd']),
  freeRow('g', 'Table 1, G: EMD and RE.', ['emd', 'relation']),
  freeRow('h', 'Table 1, H: EMD and CR.', ['emd', 'coref']),
  freeRow('i', 'Table 1, I: NER, EMD and RE.', ['ner', 'emd', 'relation']),
  freeRow('j', 'Table 1, J: NER, EMD and CR.', ['ner', 'emd', 'coref']),
  freeRow('k', 'Hierarchy, K: NER above EMD.', ['emd', 'ner']),
  freeRow('l', 'Hierarchy, L: EMD, NER, RE, CR.', ['emd', 'ner', 'relation', 'coref']),
  freeRow('ablation-contextual', 'Embeddings: with a transformer where the paper has ELMo.', full, {
    changes: { contextual: free.e5 },
  }),
  freeRow('ablation-glove', 'Embeddings: words alone.', full, { changes: { characters: null } }),
  freeRow('a-wnut17', 'A with NER of WNUT-17, as the paper has it of CoNLL-2003.', full, {
    over: { ner: { datasets: corpus('wnut17') } },
    batches: { ner: 212 },
  }),
  freeRow('a-gum', 'A with CR of GUM, as the paper has it of CoNLL-2012.', full, {
    over: { coref: { datasets: corpus('gum') } },
    batches: { coref: gumBatches },
  }),
  freeRow('coref-gum', 'CR of GUM alone.', ['coref'], {
    over: { coref: { datasets: corpus('gum') } },
    batches: { coref: gumBatches },
  }),
  freeRow('sampling-uniform', 'A, each task drawn alike.', full, { training: { sampling: 'uniform' } }),
  freeRow('sampling-successive', 'A, an epoch of each task after the other.', full, {
    training: { sampling: 'successive' },
  }),
  freeRow('flat', 'The four heads on one encoder of as many weights.', full, {
    on: { emd: 'ner', relation: 'ner', coref: 'ner' },
    over: {
      ner: { encoder: { hidden: 128, layers: 3, dropout: 0.2 } },
      emd: { encoder: null },
      relation: { encoder: null },
      coref: { encoder: null },
    },
  }),
  freeRow('no-shortcut', 'A, no encoder but the lowest sees the embeddings.', full, {
    over: { emd: { shortcut: false }, relation: { shortcut: false }, coref: { shortcut: false } },
  }),
  freeRow('all-on-base', 'Each task on an encoder of its own over the embeddings alone.', full, {
    on: { ner: 'base', emd: 'base', relation: 'base', coref: 'base' },
  }),
  freeRow('all-on-ner', 'EMD, RE and CR each on NER.', full, { on: { emd: 'ner', relation: 'ner', coref: 'ner' } }),
]

for (const part of ['paper', 'paper-free']) {
  mkdirSync(join(folder, part), { recursive: true })
  for (const file of readdirSync(join(folder, part))) if (file.endsWith('.json')) rmSync(join(folder, part, file))
}
for (const { file, config } of [...rows, ...freeRows])
  writeFileSync(join(folder, file), `${JSON.stringify(config, null, 1)}\n`)
console.log(`${rows.length + freeRows.length} configurations`)
