import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HmtlError } from '../../src/io/errors.ts'
import { fromJson } from '../../src/io/document/json.ts'
import { heldOut } from '../labels.ts'
import type { Recipe, Split } from '../recipe.ts'
import { parseGold } from './gold.ts'

/** Each file of gold is a kind of text. */
const goldFiles = async (folder: string): Promise<string[]> => {
  const files = await readdir(folder).catch(() => [])
  const found = files.filter((file) => file.endsWith('.txt')).sort()
  if (found.length === 0)
    throw new HmtlError('HMTL_DATASET_SPLIT', `there are no .txt files of gold in ${folder}`, {
      remedy: 'Give the project’s folder datasets/everyday/texts with --from',
    })
  return found
}

const all = (name: string, files: readonly string[]): Split => ({
  name,
  async *documents(folder) {
    for (const file of files)
      for (const record of parseGold(await readFile(join(folder, file), 'utf8'), file.slice(0, -'.txt'.length)))
        yield fromJson(record, record.id)
  },
})

const joined = (name: string, splits: readonly Split[]): Split => ({
  name,
  async *documents(folder, context) {
    for (const split of splits) yield* split.documents(folder, context)
  },
})

export const everyday: Recipe = {
  name: 'everyday',
  title:
    'Short news, web texts and messages with all four layers, written and annotated for this project by a large language model',
  tasks: ['ner', 'emd', 'relation', 'coref'],
  format: 'jsonl',
  source: 'datasets/everyday/texts of this repository',
  licence: 'MIT',
  howToGet: 'It is in the repository; give datasets/everyday/texts',
  labels: {
    ner: ['LOC', 'MISC', 'NUM', 'ORG', 'PER', 'TIME'],
    emd: ['FAC', 'GPE', 'LOC', 'ORG', 'PER', 'VEH'],
  },
  schemes: [
    {
      name: '90-10',
      summary: 'every tenth text of a file is development data; reports.txt and regions.txt are test data alone',
      splits: async (folder) => {
        const files = await goldFiles(folder)
        const isTest = (file: string) => file === 'reports.txt' || file === 'regions.txt'
        // By file, so that a new one moves no text from one split to the other.
        const learned = files.filter((file) => !isTest(file)).map((file) => heldOut(all(file, [file]), 10))
        return [
          joined(
            'train',
            learned.map(([train]) => train),
          ),
          joined(
            'dev',
            learned.map(([, dev]) => dev),
          ),
          all('test', files.filter(isTest)),
        ]
      },
    },
  ],
}
