/**
 * Prepares the free corpora that the models are trained on:
 *   node scripts/free-data.mjs [FOLDER] [--vectors]     FOLDER as HMTL_DATA
 * With --vectors also what the transformer makes of them, 2.9 GB, which configs/accurate.json
 * and a row of configs/paper-free read; broken off, it goes on where it was.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const args = process.argv.slice(2)
const from = args.find((arg) => !arg.startsWith('--')) ?? process.env.HMTL_DATA ?? join(root, '..', 'shared', 'data')
const hmtl = (...args) => {
  const { status } = spawnSync(process.execPath, [join(root, 'dist', 'cli', 'main.js'), ...args], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) process.exit(status ?? 1)
}
const corpora = [
  ['litbank', 'litbank', []],
  ['gum', 'gum', []],
  ['wnut17', 'wnut17', []],
  ['uner', 'uner_en_ewt', []],
  ['redocred', 'redocred', ['--scheme', '800-100-100']],
]
for (const [name, folder, options] of corpora) hmtl('datasets', 'prepare', name, '--from', join(from, folder), '-o', join('data', name), ...options, '--quiet')
mkdirSync(join(root, 'data'), { recursive: true })
copyFileSync(join(from, 'glove', 'glove.6B.50d.subset.txt.gz'), join(root, 'data', 'glove.txt.gz'))
if (args.includes('--vectors')) {
  hmtl('setup', 'minilm')
  const splits = [...['litbank', 'redocred'].flatMap((name) => ['train', 'dev', 'test'].map((split) => `${name}/${split}`)), 'gum/train', 'uner/dev', 'uner/test', 'gum/dev']
  const files = splits.map((split) => join('data', `${split}.arrow`))
  hmtl('embed', '--encoder', 'all-MiniLM-L6-v2', ...files, '-o', join('data', 'minilm.arrows'), '--half', '--resume')
}
