/** `hmtl init`: a small corpus, a configuration and what to do next, so that own labels are five minutes away. */
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Argv } from 'yargs'
import { type StarterKind, starterDocuments, starterKinds } from '../datasets/starter/index.ts'
import { HmtlError } from '../src/io/errors.ts'
import { writeDocuments } from '../src/io/write.ts'
import { exitCodes, say } from './support/output.ts'

export const builder = (yargs: Argv) =>
  yargs
    .positional('kind', {
      type: 'string',
      choices: starterKinds,
      demandOption: true,
      describe: 'Names; names and relations; or all four tasks',
    })
    .positional('folder', { type: 'string', demandOption: true, describe: 'A folder that is not there yet, or empty' })
    .example('$0 init ner my-labels', 'then hmtl train my-labels/config.json -o my-labels/run')

type Args = Awaited<ReturnType<typeof builder>['argv']>

const small = { encoder: { hidden: 32, layers: 1, dropout: 0.1 }, dropout: 0.2, batch: 8 }

const datasetsIn = (folder: string) => [{ train: join(folder, 'train.jsonl'), dev: join(folder, 'dev.jsonl') }]

/** Names learned by a model that knows some: all that is not said here is as in that. */
const fromModel = (folder: string) => ({
  name: 'mine',
  tasks: [{ name: 'ner', datasets: datasetsIn(folder) }],
  training: { updates: 300, validateEvery: 100 },
})

/** A configuration of a kind, for files in the folder of the configuration. */
const configOf = (kind: StarterKind, folder: string) => {
  const datasets = datasetsIn(folder)
  const ner = { name: 'ner', kind: 'crf', layer: 'entities', ...small, datasets }
  const emd = { name: 'emd', kind: 'crf', layer: 'mentions', on: 'ner', ...small, datasets }
  const relation = {
    name: 'relation',
    kind: 'relation',
    on: kind === 'all' ? 'emd' : 'ner',
    hidden: 32,
    ...small,
    datasets,
  }
  const coref = { name: 'coref', kind: 'coref', on: 'emd', hidden: 32, ...small, batch: 1, datasets }
  return {
    name: 'mine',
    embeddings: { words: { size: 32 }, characters: { size: 16, filters: 32, width: 3 } },
    tasks: kind === 'ner' ? [ner] : kind === 'relation' ? [ner, relation] : [ner, emd, relation, coref],
    training: {
      updates: kind === 'ner' ? 300 : kind === 'relation' ? 600 : 1200,
      validateEvery: 100,
      // In proportion to their batches, coreference, a document a batch, would take nearly all of so few updates.
      ...(kind === 'all' && { sampling: 'uniform' }),
      learningRate: 0.003,
    },
  }
}

const readme = (kind: StarterKind, folder: string) => `# A model of your own

\`train.jsonl\` and \`dev.jsonl\` hold sentences with ${kind === 'ner' ? 'names' : kind === 'relation' ? 'names and relations' : 'names, mentions, relations and who is who'} (what a line looks like: \`hmtl inspect ${folder}/train.jsonl\`). Try it as it is:

\`\`\`sh
hmtl train ${folder}/config.json -o ${folder}/run
hmtl evaluate ${folder}/run/model --data ${folder}/dev.jsonl
echo '{"text":"Maren Holt works for Okapi Labs in Leeds."}' | hmtl annotate --model ${folder}/run/model
\`\`\`

Then put your own sentences into the two files, a line each:

\`\`\`json
{"text":"Ada wrote to Acme.","hmtl":{"entities":[{"start":0,"end":3,"label":"PERSON"},{"start":13,"end":17,"label":"COMPANY"}]}}
\`\`\`

\`start\` and \`end\` count UTF-16 code units as JavaScript does (\`"offsetUnit":"codepoint"\` under \`hmtl\`: as Python does). Labels are whatever you write. A few hundred sentences teach a label that is
easy to tell; keep every tenth for \`dev.jsonl\`, and train again with \`--overwrite\`. What comes from Label Studio, Prodigy, brat or CoNLL files can stand in the configuration as it is, or goes through \`hmtl convert\`.

What helps most, in this order: more sentences; ${kind === 'ner' ? `a model to begin with, which knows English already (\`hmtl train ${folder}/from-en.json -o ${folder}/begun --begin en\`, or \`en-accurate\`); ` : ''}word vectors (\`"embeddings": {"words": {"file": "glove.txt.gz", "size": 50}}\` in \`config.json\`); an encoder (\`hmtl setup e5\`, then
\`"contextual": {"kind": "transformer", "model": "e5-small-v2"}\` beside \`"words"\`). Every key: \`docs/configuration.md\` of the package.
`

export const handler = async ({ kind, folder }: Args): Promise<number> => {
  const found = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return []
    throw new HmtlError('HMTL_USAGE', `${folder} cannot be made: ${cause.code ?? cause.message}`, { cause })
  })
  if (found.length > 0)
    throw new HmtlError('HMTL_USAGE', `${folder} is not empty`, { remedy: 'Name a folder that is not there yet' })
  await mkdir(folder, { recursive: true })
  const write = (split: 'train' | 'dev', count: number) =>
    writeDocuments(
      (async function* () {
        yield* starterDocuments(kind as StarterKind, split, count)
      })(),
      join(folder, `${split}.jsonl`),
      { format: 'jsonl' },
    )
  await write('train', 200)
  await write('dev', 40)
  await writeFile(join(folder, 'config.json'), `${JSON.stringify(configOf(kind as StarterKind, folder), null, 2)}\n`)
  if (kind === 'ner') await writeFile(join(folder, 'from-en.json'), `${JSON.stringify(fromModel(folder), null, 2)}\n`)
  await writeFile(join(folder, 'README.md'), readme(kind as StarterKind, folder))
  say(
    `${folder}: 200 sentences to train on, 40 to try, a configuration. Next:\n  hmtl train ${folder}/config.json -o ${folder}/run`,
  )
  return exitCodes.ok
}
