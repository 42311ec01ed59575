/**
 * Prepares the free corpora that the models are trained on:
 *   node scripts/free-data.mjs [FOLDER] [--vectors]     FOLDER as HMTL_DATA
 * With --vectors also what the transformers make of them, 2.9 GB by MiniLM for configs/accurate.json and a row of
 * configs/paper-free and 15 GB by e5 for configs/many-sources/en-accurate.json; broken off, or with more data, it goes on with what is missing.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const args = process.argv.slice(2)
const from = args.find((arg) => !arg.startsWith('--')) ?? process.env.HMTL_DATA ?? join(root, '..', 'shared', 'data')
const hmtl = (...args) => {
  const { status } = spawnSync(process.execPath, [join(root, 'dist', 'cli', 'main.js'), ...args], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  // 3: some documents were refused, each by name on stderr; the rest is there.
  if (status !== 0 && status !== 3) process.exit(status ?? 1)
}
// Name of the recipe, folder of the corpus, options, and the folder to make where it is not named for the recipe.
const corpora = [
  ['litbank', 'litbank'],
  ['gum', 'gum'],
  ['gum', 'gum', ['--scheme', 'ace-like'], 'gum-ace'],
  ['wnut17', 'wnut17'],
  ['uner', 'uner_en_ewt'],
  ['pud', 'uner_en_pud'],
  ['btc', 'btc'],
  ['tweebank', join('tweebank_ner', 'Tweebank-NER-v1.0')],
  ['crossner', join('crossner', 'ner_data')],
  ['ewt-silver', 'ewt_train_silver'],
  ['ewt-labels', 'ewt_train_text'],
  ['pud', 'uner_en_pud', ['--scheme', 'labels'], 'pud-labels'],
  ['gum', 'gum', ['--scheme', 'labels'], 'gum-labels'],
  ['everyday', join(root, 'datasets', 'everyday', 'texts')],
  ['docred', 'docred_test'],
  ['redocred', 'redocred', ['--scheme', '800-100-100']],
  ['redocred', 'redocred', ['--scheme', 'evidence'], 'redocred-evidence'],
  ['knowledgenet', 'knowledgenet'],
  ['fewrel', 'fewrel_val'],
  ['fewrel', 'fewrel_val', ['--scheme', 'common-200-50-100'], 'fewrel-common'],
  ['re3d', 're3d'],
]
for (const [name, folder, options = [], to = name] of corpora)
  hmtl('datasets', 'prepare', name, '--from', resolve(from, folder), '-o', join('data', to), ...options, '--quiet')
// EWT's texts whole, which the silver names have by sentences.
hmtl('convert', join(from, 'ewt_train_text', 'train.conllu'), '-o', join('data', 'ewt-text', 'train.arrow'), '--quiet')
mkdirSync(join(root, 'data'), { recursive: true })
copyFileSync(join(from, 'glove', 'glove.6B.50d.subset.txt.gz'), join(root, 'data', 'glove.txt.gz'))
copyFileSync(join(from, 'glove100', 'glove.6B.100d.subset.txt.gz'), join(root, 'data', 'glove100.txt.gz'))
if (args.includes('--vectors')) {
  const splits = {
    minilm: [
      ...['litbank', 'redocred'].flatMap((name) => ['train', 'dev', 'test'].map((split) => `${name}/${split}`)),
      ...['gum/train', 'uner/dev', 'uner/test', 'gum/dev'],
    ],
    e5: (
      'redocred/train redocred/dev redocred/test uner/dev pud/train docred/train crossner/train btc/train btc/dev tweebank/train tweebank/dev ' +
      'ewt-silver/train wnut17/train wnut17/dev gum/train gum/dev knowledgenet/train knowledgenet/dev litbank/train litbank/dev ' +
      'fewrel-common/train fewrel-common/dev re3d/train ewt-labels/train ewt-labels/dev everyday/train everyday/dev'
    ).split(' '),
  }
  const encoders = { minilm: 'all-MiniLM-L6-v2', e5: 'e5-small-v2' }
  for (const [name, encoder] of Object.entries(encoders)) {
    const files = splits[name].map((split) => join('data', `${split}.arrow`))
    hmtl('setup', name)
    hmtl('embed', '--encoder', encoder, ...files, '-o', join('data', `${name}.arrows`), '--half', '--add')
  }
}
