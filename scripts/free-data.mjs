/** Prepares the free corpora that the bundled model is trained on: `node scripts/free-data.mjs FOLDER`, FOLDER as `HMTL_DATA`. */
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const from = process.argv[2] ?? process.env.HMTL_DATA ?? join(root, '..', 'shared', 'data')
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
