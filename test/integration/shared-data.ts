/** The readers on whole corpora: counts as each corpus documents them, and files written as they were read. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import test from 'ava'
import { recipeNamed } from '../../datasets/index.ts'
import { type CorpusCounts, countDocument, emptyCounts } from '../../src/io/document/counts.ts'
import { formatContext } from '../../src/io/format.ts'
import { LossReport } from '../../src/io/report.ts'
import { prepareDocument } from '../../src/pipeline/prepare.ts'
import { read, root, write } from '../helpers/documents.ts'

const data = process.env.HMTL_DATA ?? root('../shared/data')
// Without the data each test is listed as skipped, by name.
const present = existsSync(join(data, 'litbank'))
const dataTest = present ? test : test.skip

const countsOf = async (
  name: string,
  folder: string,
  split: string,
): Promise<CorpusCounts & { extra: Record<string, number> }> => {
  const recipe = recipeNamed(name)
  const counts = { ...emptyCounts(), extra: {} as Record<string, number> }
  const splits = await recipe.schemes[0].splits(join(data, folder), {})
  const found = splits.find((each) => each.name === split)
  if (!found) throw new Error(`no split ${split}`)
  for await (const document of found.documents(join(data, folder), formatContext({ report: new LossReport() }))) {
    const ready = prepareDocument(document)
    countDocument(counts, ready)
    for (const [key, n] of Object.entries(recipe.extraCounts?.(ready) ?? {}))
      counts.extra[key] = (counts.extra[key] ?? 0) + n
  }
  return counts
}

const expected: [
  name: string,
  folder: string,
  split: string,
  counts: Partial<CorpusCounts> & { extra?: Record<string, number> },
][] = [
  ['litbank', 'litbank', 'train', { documents: 80, sentences: 6892, tokens: 168787, mentions: 11164 }],
  ['litbank', 'litbank', 'dev', { documents: 10, sentences: 852, tokens: 20802, mentions: 1422 }],
  ['litbank', 'litbank', 'test', { documents: 10, sentences: 818, tokens: 20943, mentions: 1326 }],
  [
    'gum',
    'gum',
    'train',
    {
      documents: 84,
      sentences: 3707,
      tokens: 76760,
      mentions: 22330,
      clusterMembers: 9119,
      clusters: 2281,
      entities: 4608,
    },
  ],
  [
    'gum',
    'gum',
    'dev',
    {
      documents: 12,
      sentences: 438,
      tokens: 10631,
      mentions: 2993,
      clusterMembers: 1233,
      clusters: 296,
      entities: 478,
    },
  ],
  [
    'gum',
    'gum',
    'test',
    {
      documents: 12,
      sentences: 491,
      tokens: 10972,
      mentions: 3142,
      clusterMembers: 1307,
      clusters: 352,
      entities: 712,
    },
  ],
  ['wnut17', 'wnut17', 'train', { sentences: 3394, tokens: 62730, entities: 1975 }],
  ['wnut17', 'wnut17', 'dev', { sentences: 1009, tokens: 15733, entities: 836 }],
  ['wnut17', 'wnut17', 'test', { sentences: 1287, tokens: 23394, entities: 1079 }],
  ['uner', 'uner_en_ewt', 'dev', { sentences: 2001, tokens: 25149, entities: 966 }],
  ['uner', 'uner_en_ewt', 'test', { sentences: 2077, tokens: 25097, entities: 1088 }],
  // 36 and 69 mentions of another entity cover a span already in a cluster, which costs one cluster a split.
  [
    'redocred',
    'redocred',
    'dev',
    {
      documents: 500,
      sentences: 4110,
      tokens: 101970,
      entities: 13189,
      clusters: 9683,
      extra: { triples: 17284, 'triples in one sentence': 7982 },
    },
  ],
  [
    'redocred',
    'redocred',
    'test',
    {
      documents: 500,
      sentences: 3966,
      tokens: 98734,
      entities: 13018,
      clusters: 9778,
      extra: { triples: 17448, 'triples in one sentence': 8156 },
    },
  ],
]

for (const [name, folder, split, wanted] of expected)
  dataTest(`${name} ${split}: the counts are those of its documentation`, async (t) => {
    const counts = await countsOf(name, folder, split)
    for (const [key, value] of Object.entries(wanted)) t.deepEqual(counts[key as keyof CorpusCounts], value, key)
  })

const filesIn = (folder: string, end: string) =>
  present
    ? readdirSync(join(data, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith(end))
        .sort()
    : []

const roundTrip = (format: string, folder: string, end: string) =>
  dataTest(`${format}: every file of ${folder} is written byte for byte as it was read, through Arrow`, async (t) => {
    const files = filesIn(folder, end)
    t.true(files.length > 0)
    for (const file of files) {
      const text = readFileSync(join(data, folder, file))
      const { documents, errors } = await read(format, text)
      t.deepEqual(errors, [], file)
      const table = await read('arrow', (await write('arrow', documents)).bytes)
      t.true((await write(format, table.documents)).bytes.equals(text), file)
    }
  })

roundTrip('conll2012', 'gum/conll2012', '.gold_conll')
roundTrip('conll2012', 'litbank/coref/conll', '.conll')
roundTrip('conllu', 'gum/conllu', '.conllu')
roundTrip('conll2003', 'uner_en_ewt', '.iob2')

dataTest('redocred: every record comes back as it was', async (t) => {
  const text = readFileSync(join(data, 'redocred/dev_revised.json'), 'utf8')
  const { documents } = await read('redocred', text)
  t.deepEqual(JSON.parse((await write('redocred', documents)).bytes.toString()), JSON.parse(text))
})

dataTest('jsonl: the text stream keeps every field, and tokens and sentences are slices of its texts', async (t) => {
  const text = readFileSync(join(data, 'stream/corpus.jsonl'), 'utf8')
  const { documents, errors } = await read('jsonl', text)
  t.is(errors.length, 0)
  const lines = text.trimEnd().split('\n')
  t.is(documents.length, lines.length)
  const { bytes } = await write('jsonl', documents)
  const written = bytes.toString().trimEnd().split('\n')
  lines.forEach((line, i) => {
    if (!isDeepStrictEqual(JSON.parse(written[i]), JSON.parse(line))) t.fail(`line ${i + 1} changed`)
  })
  for (const document of documents.slice(0, 1000)) {
    const { tokens, sentences } = prepareDocument(document)
    if (!tokens || !sentences) return t.fail(`${document.id} has no tokens`)
    for (let i = 0; i < tokens.begin.length; i++)
      if (/^\s|\s$|^$/.test(document.text.slice(tokens.begin[i], tokens.end[i]))) t.fail(`${document.id} token ${i}`)
  }
})
