/**
 * A model on text that people have: web, tweets, encyclopedia, fiction, each test set by its own rules.
 *   node bench/quality/people.mjs MODEL [ROW …]      rows whose names contain one of the words; all by default
 * Needs `npm run data:free`. Prints a table; HMTL_ENGINE chooses the engine.
 */
import { modelFolder } from '../../dist/src/models.js'
import { startEngine } from '../../dist/src/model/engine.js'
import { loadModel } from '../../dist/src/model/store.js'
import { evaluateTask } from '../../dist/src/train/evaluate.js'

const three = ['PER', 'LOC', 'ORG']
const wnut = { person: 'PER', location: 'LOC', corporation: 'ORG', group: 'ORG' }
const rows = [
  { name: 'entities, web (UNER EWT)', task: 'ner', path: 'data/uner/test.arrow', labels: three },
  { name: 'entities, WNUT-17', task: 'ner', path: 'data/wnut17/test.arrow', labels: wnut },
  { name: 'entities, tweets (BTC f)', task: 'ner', path: 'data/btc/test.arrow', labels: three },
  { name: 'entities, encyclopedia (Re-DocRED), six types', task: 'ner', path: 'data/redocred/test.arrow' },
  { name: 'mentions, fiction (LitBank)', task: 'emd', path: 'data/litbank/test.arrow' },
  { name: 'mentions, ORG, GUM', task: 'emd', path: 'data/gum-ace/test.arrow', labels: { organization: 'ORG' } },
  { name: 'mentions, ORG, re3d', task: 'emd', path: 'data/re3d/test.arrow', labels: ['ORG'] },
  { name: 'coreference, fiction (LitBank)', task: 'coref', path: 'data/litbank/test.arrow', convention: 'litbank' },
  { name: 'coreference, GUM', task: 'coref', path: 'data/gum/test.arrow', convention: 'ontogum' },
  { name: 'relations, web and biographies (KnowledgeNet 4)', task: 'relation', path: 'data/knowledgenet/test.arrow' },
  {
    name: 'relations, encyclopedia (Re-DocRED), all pairs',
    task: 'relation',
    path: 'data/redocred-evidence/test.arrow',
    minScore: 0,
  },
]

const [name = 'en', ...words] = process.argv.slice(2)
await startEngine(process.env.HMTL_ENGINE || 'wasm')
const model = await loadModel(modelFolder(name), { compact: true })
const percent = (value) => (100 * value).toFixed(1)
/** The rules of the model's own data set of that corpus, if it has one: names of labels, which were looked for. */
const rulesOf = (task, path) =>
  task.datasets.find(({ train }) => train.split('/').at(-2) === path.split('/').at(-2)) ?? {}
const withoutScores = (labels) =>
  Array.isArray(labels) || !labels
    ? labels
    : Object.fromEntries(
        Object.entries(labels).map(([from, to]) => [
          from,
          to?.minScore === undefined ? to : { ...to, minScore: undefined },
        ]),
      )
for (const { name: title, task: which, path, ...given } of rows) {
  const task = model.config.tasks.find((candidate) => candidate.name === which)
  if (!task || (words.length > 0 && !words.some((word) => title.includes(word)))) continue
  const { labels, annotated, pairs, pronouns } = rulesOf(task, path)
  const dataset = {
    train: path,
    ...(labels ? { labels: withoutScores(labels) } : {}),
    ...(annotated ? { annotated } : {}),
    ...(pairs ? { pairs } : {}),
    ...(pronouns ? { pronouns } : {}),
    ...given,
  }
  const { score, main } = await evaluateTask(model, task, [{ path, dataset }])
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
