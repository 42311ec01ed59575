/**
 * Writes a model's card from its configuration and its scores on the test data of its sources:
 *   node scripts/model-card.mjs models/en ["how it was made, a sentence" [CONFIG ...]]
 * CONFIG are those of the trainings that it began with, whose sources are its own too.
 * `--tasks relation` scores these alone: what the present card says of others stays, which is right where they were left
 * alone (`training.only`).
 * Needs `npm run data:free`. Every number is made here, or by a command that the card names.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { recipes } from '../dist/datasets/index.js'
import { decodeSafetensors } from '../dist/src/model/safetensors.js'
import { startEngine } from '../dist/src/model/engine.js'
import { loadModel } from '../dist/src/model/store.js'
import { evaluateTask, goldSplit } from '../dist/src/train/evaluate.js'
import { loadConfig } from '../dist/src/train/index.js'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const {
  values: { tasks: chosen },
  positionals: [folder = 'models/en', made = '', ...before],
} = parseArgs({ allowPositionals: true, options: { tasks: { type: 'string' } } })
const node = (...args) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (status !== 0) throw new Error(stderr)
  return stdout
}
const stored = JSON.parse(readFileSync(join(root, folder, 'config.json'), 'utf8'))
const { config, labels, notes } = stored
const weights = decodeSafetensors(readFileSync(join(root, folder, 'model.safetensors')), folder, true)
const bytesOfWords = weights.get('words.table').bytes !== undefined
const percent = (x) => (100 * x).toFixed(1)
const number = (x) => x.toLocaleString('en-US')

/** `data/gum-ace/train.arrow` → `gum-ace`. */
const nameOf = (path) => path.split('/').at(-2)
/** What `scripts/teach-data.mjs` made of the texts of a corpus. */
const lessons = {
  taught: 'names by en-accurate, those that it is sure of',
  read: 'as en-accurate reads it, where it is sure',
}
/** Relations that lie beside a corpus's text: `datasets/pud/labels.txt`. */
const besides = new Set(['pud-labels', 'gum-labels'])
const lessonOf = (path) =>
  besides.has(nameOf(path))
    ? 'relations that a large language model read'
    : lessons[/-(taught|read)$/.exec(nameOf(path))?.[1]]
const recipeOf = (path) =>
  recipes
    .filter(({ name }) => {
      const corpus = nameOf(path).replace(/-(taught|read)$/, '')
      return corpus === name || corpus.startsWith(`${name}-`) || (lessonOf(path) && name.startsWith(`${corpus}-`))
    })
    .sort((a, b) => b.name.length - a.name.length)[0]

const isScored = (name) => !chosen || chosen.split(',').includes(name)
const present = chosen ? readFileSync(join(root, folder, 'README.md'), 'utf8') : ''
const [, presentLabels = ''] = present.match(/^By label, with how many there are: (.*)\.$/m) ?? []
/** What the present card says of a task. */
const kept = {
  rows: (task) =>
    present
      .split('\n')
      .filter((line) => line.startsWith(`| ${task} |`))
      .map((line) => line.slice(2, -2).split(' | ')),
  byLabel: (task) =>
    presentLabels
      .split(/; (?=\*\*)/)
      .map((text) => text.match(/^\*\*(.*?):\*\* (.*)$/)?.slice(1) ?? [''])
      .filter(([title]) => title.startsWith(`${task},`)),
  error: (task) => ({
    after: Number(present.match(new RegExp(`([\\d.]+) points of probability for ${task}\\b`))?.[1]) / 100,
  }),
}

await startEngine(process.env.HMTL_ENGINE || 'wasm')
const model = await loadModel(join(root, folder))
const rows = []
const byLabel = []
for (const task of model.config.tasks) {
  if (!isScored(task.name)) {
    rows.push(...kept.rows(task.name))
    byLabel.push(...kept.byLabel(task.name))
    continue
  }
  for (const source of goldSplit(task, 'test')) {
    const { score, main } = await evaluateTask(model, task, [source])
    const of =
      task.kind === 'relation'
        ? score.definitions.lastToken
        : task.kind === 'coref'
          ? {
              precision: (score.muc.precision + score.b3.precision + score.ceafe.precision) / 3,
              recall: (score.muc.recall + score.b3.recall + score.ceafe.recall) / 3,
            }
          : score
    const more =
      task.kind === 'coref'
        ? ` (MUC ${percent(score.muc.f1)}, B³ ${percent(score.b3.f1)}, CEAF-e ${percent(score.ceafe.f1)})`
        : ''
    rows.push([
      task.name,
      nameOf(source.path),
      percent(of.precision),
      percent(of.recall),
      `**${percent(main)}**${more}`,
    ])
    const each = Object.entries((task.kind === 'relation' ? of : score).byLabel ?? {}).filter(
      ([, { gold }]) => gold > 0,
    )
    if (each.length > 0)
      byLabel.push([
        `${task.name}, ${nameOf(source.path)}`,
        each.map(([label, { f1, gold }]) => `${label} ${percent(f1)} (${gold})`).join(', '),
      ])
  }
}

const sources = new Map()
const sourceOf = (train) => {
  const recipe = recipeOf(train)
  if (!recipe) throw new Error(`no recipe for ${train}`)
  const known = sources.get(recipe.name) ?? { recipe, uses: [] }
  sources.set(recipe.name, known)
  return known
}
for (const task of config.tasks)
  for (const { train, weight = 1, convention, labels: mapped } of task.datasets) {
    const rules = [
      ...(weight === 1 ? [] : [`weight ${weight}`]),
      ...(mapped ? ['partial labels'] : []),
      ...(convention ? [`convention ${convention}`] : []),
      ...(lessonOf(train) ? [lessonOf(train)] : []),
    ]
    sourceOf(train).uses.push(`${task.name}${rules.length > 0 ? ` (${rules.join(', ')})` : ''}`)
  }
for (const path of before)
  for (const { name, datasets } of (await loadConfig(join(root, path))).tasks) {
    const now = new Set(config.tasks.find((task) => task.name === name)?.datasets.map(({ train }) => train))
    for (const { train } of datasets) if (!now.has(train)) sourceOf(train).uses.push(`${name} (before)`)
  }

const fitted = chosen ? ['--tasks', chosen] : []
const measured = JSON.parse(node('scripts/calibration.mjs', folder, '--json', ...fitted)).errors
const errors = Object.fromEntries(config.tasks.map(({ name }) => [name, measured[name] ?? kept.error(name)]))
const size = [...Object.keys(stored.files), 'config.json'].reduce(
  (sum, file) => sum + statSync(join(root, folder, file)).size,
  0,
)
const words = readFileSync(join(root, folder, 'words.txt'), 'utf8').split('\n').length - 1
const { contextual } = config.embeddings
const encoderName = contextual
  ? JSON.parse(readFileSync(join(root, folder, contextual.model, 'config.json'), 'utf8'))
  : undefined
/** Rows of people.mjs, by the task that they are of. */
const titles = { ner: 'entities', emd: 'mentions', relation: 'relations', coref: 'coreference' }
const asked = config.tasks.map(({ name }) => name)
const rowsOfPeople = (names) => names.map((name) => `| ${titles[name]},`)
const people = [
  ...(chosen ? present.split('\n') : []).filter((line) =>
    rowsOfPeople(asked.filter((name) => !isScored(name))).some((begin) => line.startsWith(begin)),
  ),
  node(
    'bench/quality/people.mjs',
    folder,
    ...(chosen ? asked.filter(isScored).map((name) => titles[name]) : []),
  ).trim(),
].join('\n')
const relation = config.tasks.find(({ kind }) => kind === 'relation')
const types = relation?.argumentTypes ?? {}
const conventions = new Set(
  config.tasks.flatMap(({ datasets }) => datasets.flatMap(({ convention }) => convention ?? [])),
)
const conventionOf = (name) => config.tasks.find((task) => task.name === name)?.convention || 'its data'
const card = `# ${config.name}

${
  contextual
    ? `The more accurate English model, an npm package of its own (\`hmtl-${config.name}\`): the four tasks of \`en\` on a transformer of ${encoderName.num_hidden_layers} layers of ${encoderName.hidden_size}, ${notes.encoder?.tuned ? `of which the upper ${notes.encoder.tuned} were trained with them` : 'frozen'}, mixed by trained weights. ${(size / 1e6).toFixed(1)} MB on disk (the encoder${bytesOfWords ? ' and the word vectors' : ''} as 8-bit integers, the rest float16)`
    : `The bundled English model: four tasks in one hierarchy, ${(size / 1e6).toFixed(1)} MB on disk (float16 weights${bytesOfWords ? ', word vectors of 8 bits' : ''})`
}, ${config.embeddings.words.size}-dimensional word vectors for
${number(words)} words, characters for all others. ${made || `Best of its validations at update ${number(notes.update)}`}; thresholds and biases chosen on development data.

## Scores

On the test data of each of its sources, by that source's own rules: what a source does not annotate is neither gold nor wrong.

| task | test data | P | R | F1 |
|---|---|---|---|---|
${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}

By label, with how many there are: ${byLabel.map(([task, text]) => `**${task}:** ${text}`).join('; ')}.

One seed of the training. Taggers are scored on outermost spans; relations on pairs within a sentence, last tokens, all sentences; coreference as the reference scorer, singletons left out on both sides.
Made, after \`npm run data:free\`, by \`node scripts/model-card.mjs ${folder}\`${
  chosen
    ? `; of ${config.tasks
        .map(({ name }) => name)
        .filter((name) => !isScored(name))
        .join(
          ', ',
        )} before ${chosen} was learned alone (\`--tasks ${chosen}\`): their weights have not changed since, but more words are known`
    : ''
}.

On text that people have (\`node bench/quality/people.mjs ${folder}\`; WNUT-17's test data, as all of these, was never trained or tuned on):

| | F1 | P / R | by label |
|---|---|---|---|
${people
  .split('\n')
  .filter((line) => line.startsWith('|') && !/^\|[\s|-]*\|$/.test(line) && !/\| *F1 *\|/.test(line))
  .join('\n')}

## Labels

${config.tasks
  .filter((task) => task.kind !== 'coref')
  .map(
    (task) =>
      `- \`${task.name}\`: ${labels[task.name]
        .map((label) => (types[label] ? `${label} (${types[label].map((list) => list.join('/')).join(' → ')})` : label))
        .join(', ')}`,
  )
  .join('\n')}

## Data and licences

| corpus | used for | licence | where |
|---|---|---|---|
${[...sources.values()]
  .map(
    ({ recipe, uses }) =>
      `| ${recipe.title} | ${[...new Set(uses)].join('; ')} | ${recipe.licence} | ${recipe.source} |`,
  )
  .join('\n')}
| GloVe 6B, ${made.includes('longer-words') ? '50 and 100' : config.embeddings.words.size} dimensions | word vectors | PDDL 1.0 | https://nlp.stanford.edu/projects/glove/ |${
  contextual
    ? `\n| ${notes.encoder?.name ?? contextual.model} | encoder${notes.encoder?.tuned ? `, its upper ${notes.encoder.tuned} layers trained further` : ', frozen'}, its matrices rounded to 8 bits | ${notes.encoder?.licence ?? ''} | ${notes.encoder?.source ?? ''} |`
    : ''
}

The weights are distributed under CC BY-SA 4.0, because part of the texts they were trained on is.

## Limits

- Weakest where its sources are: read the scores by label above. Names that are organisations and places by turns (countries, clubs, companies in place of their products) are confused most.
- Mentions follow the rules of ${conventionOf('emd')}, coreference those of ${conventionOf('coref')}, relations those of ${relation?.convention || 'most of its data'}; \`hmtl annotate --convention\` chooses others that were learned (${[...conventions].join(', ')}). They are flat (outermost); singletons are not output as clusters.
${
  Object.keys(config.tasks.find(({ name }) => name === 'ner')?.written ?? {}).length > 0
    ? '- "French", "Kurds" and "Sunni" are MISC, as in CoNLL-2003, not places, as in Re-DocRED, whose gold is scored so, too, where MISC counts; `--convention redocred` leaves them as they were learned.\n'
    : ''
}- Relations hold within a sentence, between predicted names and pronouns; whom a pronoun stands for is coreference's to say. A relation is what a sentence says by the lights of its sources, not what is true.
- Scores are calibrated on the development sets (\`node scripts/calibration.mjs ${basename(folder)}\`): on the test sets predictions are off by ${Object.entries(
  errors,
)
  .map(([task, { after }]) => `${(100 * after).toFixed(1)} points of probability for ${task}`)
  .join(', ')}. Clusters have no scores; links below \`--min-score\` are not made.
- Gender, nationality and occupation are unevenly represented in all sources; coreference of pronouns inherits that. English only. Not for decisions about people.
`
writeFileSync(join(root, folder, 'README.md'), card)
console.log(rows.map((row) => row.join('  ')).join('\n'))
