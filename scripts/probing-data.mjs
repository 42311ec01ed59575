/**
 * Makes the ten probing sets of SentEval's definitions from free trees, data/probing:
 *   node scripts/probing-data.mjs [FOLDER] [--most 12000]     FOLDER as HMTL_DATA
 * UD EWT's training text and GUM, dependencies by people; constituents are GUM's. Documents are in one split: GUM's
 * development and test documents in `va` and `te`, of EWT's every tenth and the one after it. Prints how many there are.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { probingSets, splitNames } from '../dist/src/probing/sets.js'
import { readBrackets, readTrees } from '../dist/src/probing/trees.js'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { most: { type: 'string', default: '12000' } },
})
const from = positionals[0] ?? process.env.HMTL_DATA ?? join(root, '..', 'shared', 'data')

/** GUM's own splits, by the folders of its CoNLL-2012 files. */
const gumSplit = new Map(
  [
    ['train', 'tr'],
    ['dev', 'va'],
    ['test', 'te'],
  ].flatMap(([folder, split]) =>
    readdirSync(join(from, 'gum', 'conll2012', folder)).map((file) => [file.split('.')[0], split]),
  ),
)
const ewt = [...readTrees(readFileSync(join(from, 'ewt_train_text', 'train.conllu'), 'utf8'), 'ewt')]
const ewtDocuments = [...new Set(ewt.map(({ document }) => document))].sort()
const ewtSplit = new Map(ewtDocuments.map((name, i) => [name, i % 10 === 8 ? 'va' : i % 10 === 9 ? 'te' : 'tr']))
const sentences = ewt.map((sentence) => ({ ...sentence, split: ewtSplit.get(sentence.document) }))
const constituents = new Map()
for (const file of readdirSync(join(from, 'gum', 'conllu')).sort()) {
  const document = file.replace('.conllu', '')
  const split = gumSplit.get(document)
  if (!split) throw new Error(`${document} is in none of GUM's splits`)
  const own = [...readTrees(readFileSync(join(from, 'gum', 'conllu', file), 'utf8'), document)].map((sentence) => ({
    ...sentence,
    split,
  }))
  const trees = [...readBrackets(readFileSync(join(from, 'gum', 'const', `${document}.ptb`), 'utf8'))]
  if (trees.length !== own.length) throw new Error(`${document}: ${own.length} sentences, ${trees.length} trees`)
  for (const [i, sentence] of own.entries()) constituents.set(sentence, trees[i])
  sentences.push(...own)
}
mkdirSync(join('data', 'probing'), { recursive: true })
for (const [file, lines] of Object.entries(
  probingSets({ sentences, constituents, seed: 1, most: Number(values.most) }),
)) {
  writeFileSync(
    join('data', 'probing', `${file}.txt`),
    lines.map(({ split, label, words }) => `${split}\t${label}\t${words.join(' ')}\n`).join(''),
  )
  const counts = splitNames.map((name) => lines.filter(({ split }) => split === name).length)
  console.log(`${file}: ${counts.join(' / ')}, ${new Set(lines.map(({ label }) => label)).size} classes`)
}
