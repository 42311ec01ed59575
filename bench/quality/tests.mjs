/**
 * Test sets of text that people have, each by its own rules, and how a model is scored on them.
 */
import { evaluateTask } from '../../dist/src/train/evaluate.js'

const three = ['PER', 'LOC', 'ORG']
const wnut = { person: 'PER', location: 'LOC', corporation: 'ORG', group: 'ORG' }
export const rows = [
  { name: 'entities, web (UNER EWT)', task: 'ner', path: 'data/uner/test.arrow', labels: three },
  { name: 'entities, WNUT-17', task: 'ner', path: 'data/wnut17/test.arrow', labels: wnut },
  { name: 'entities, tweets (BTC f)', task: 'ner', path: 'data/btc/test.arrow', labels: three },
  { name: 'entities, encyclopedia (Re-DocRED), six types', task: 'ner', path: 'data/redocred/test.arrow' },
  { name: 'entities, encyclopedia, three types', task: 'ner', path: 'data/redocred/test.arrow', labels: three },
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
  {
    name: 'relations, the same by its own rules',
    task: 'relation',
    path: 'data/redocred-evidence/test.arrow',
    minScore: 0,
    convention: 'redocred',
  },
  // Written for this project, by the same hands as texts that models learn from.
  ...['ner', 'emd', 'coref', 'relation'].map((task) => ({
    name: `${{ ner: 'entities', emd: 'mentions', coref: 'coreference', relation: 'relations' }[task]}, news articles of our own`,
    task,
    path: 'data/everyday/test.arrow',
    ...(task === 'coref' ? { convention: 'ontogum' } : {}),
    ...(task === 'relation' ? { pronouns: true } : {}),
  })),
]

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

/**
 * A model on one of the rows.
 * @param rules whose configuration says what a test set's labels mean; the model's own
 * @returns undefined where the model has not the task
 */
export const scoreOf = async (model, { name: _, task: which, path, convention, ...given }, rules = model.config) => {
  const task = model.config.tasks.find((candidate) => candidate.name === which)
  if (!task) return undefined
  const { labels, annotated, pairs, pronouns } = rulesOf(rules.tasks.find(({ name }) => name === which) ?? task, path)
  const dataset = {
    train: path,
    ...(labels ? { labels: withoutScores(labels) } : {}),
    ...(annotated ? { annotated } : {}),
    ...(pairs ? { pairs } : {}),
    ...(pronouns ? { pronouns } : {}),
    ...given,
    // A model that has not learned these rules keeps its own.
    ...(convention && task.datasets.some((data) => data.convention === convention) ? { convention } : {}),
  }
  return evaluateTask(model, task, [{ path, dataset }])
}
