/**
 * A model on text that people have: web, tweets, encyclopedia, fiction, each test set by its own rules.
 *   node bench/quality/people.mjs MODEL [ROW …]      rows whose names contain one of the words; all by default
 * Needs `npm run data:free`. Prints a table; HMTL_ENGINE chooses the engine.
 */
import { modelFolder } from '../../dist/src/models.js'
import { startEngine } from '../../dist/src/model/engine.js'
import { loadModel } from '../../dist/src/model/store.js'
import { rows, scoreOf } from './tests.mjs'

const [name = 'en', ...words] = process.argv.slice(2)
await startEngine(process.env.HMTL_ENGINE || 'wasm')
const model = await loadModel(modelFolder(name), { compact: true })
const percent = (value) => (100 * value).toFixed(1)
for (const row of rows) {
  const { name: title, task: which } = row
  if (words.length > 0 && !words.some((word) => title.includes(word))) continue
  const found = await scoreOf(model, row)
  if (!found) continue
  const { score, main } = found
  const of = which === 'relation' ? score.definitions.lastToken : which === 'coref' ? score.mentions : score
  const labelled =
    which === 'coref'
      ? ''
      : Object.entries(score.byLabel ?? {})
          .map(([label, { f1 }]) => `${label} ${percent(f1)}`)
          .join(', ')
  console.log(
    `| ${title} | ${percent(main)} | ${percent(of?.precision ?? 0)} / ${percent(of?.recall ?? 0)} | ${labelled} |`,
  )
}
