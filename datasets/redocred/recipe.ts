import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Document } from '../../src/io/document.ts'
import type { FormatContext } from '../../src/io/format.ts'
import type { Recipe, Split } from '../recipe.ts'
import { splitsByPath } from '../splits.ts'

const files = { train: ['train_revised.json'], dev: ['dev_revised.json'], test: ['test_revised.json'] }

const withNames = async (folder: string, context: FormatContext): Promise<FormatContext> => {
  const names = await readFile(join(folder, 'rel_info.json'), 'utf8').catch(() => undefined)
  return names === undefined ? context : { ...context, options: { ...context.options, relationNames: JSON.parse(names) } }
}

async function* named(folder: string, context: FormatContext, split: Split): AsyncGenerator<Document> {
  yield* split.documents(folder, await withNames(folder, context))
}

/** Dev and test together, sorted by title, cut in order: the train file is over the size that free hosts give away. */
const byTitle = async (folder: string): Promise<Split[]> => {
  const official = await splitsByPath('redocred', { dev: files.dev, test: files.test })(folder)
  const slice = (from: number, to: number) =>
    async function* documents(at: string, context: FormatContext): AsyncGenerator<Document> {
      const all: Document[] = []
      for (const split of official) for await (const document of named(at, context, split)) all.push(document)
      all.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
      yield* all.slice(from, to)
    }
  return [
    { name: 'train', documents: slice(0, 800) },
    { name: 'dev', documents: slice(800, 900) },
    { name: 'test', documents: slice(900, 1000) },
  ]
}

interface Labels {
  readonly vertexSet?: readonly (readonly { readonly sent_id: number }[])[]
  readonly labels?: readonly { readonly h: number; readonly t: number }[]
}

export const redocred: Recipe = {
  name: 'redocred',
  title: 'Re-DocRED: entities and relations on Wikipedia documents',
  tasks: ['ner', 'relation', 'coref'],
  format: 'redocred',
  source: 'https://github.com/tonytan48/Re-DocRED',
  licence: 'MIT (text CC BY-SA 3.0)',
  howToGet: 'Clone the repository; give its data folder, with rel_info.json beside the splits for relation names',
  labels: { ner: ['LOC', 'MISC', 'NUM', 'ORG', 'PER', 'TIME'] },
  schemes: [
    {
      name: 'official',
      summary: 'the published files that are there',
      splits: async (folder) => (await splitsByPath('redocred', files)(folder)).map((split) => ({ name: split.name, documents: (at, context) => named(at, context, split) })),
    },
    { name: '800-100-100', summary: 'dev and test together, sorted by title, cut 800 / 100 / 100', splits: byTitle },
  ],
  sha256: {
    'dev_revised.json': '051ee1d057204a5d08ef5502beacdadf191245b5eaf0e29ec2c607cf002c016f',
    'test_revised.json': 'ea673b7ef91e16510d7eb88863d3903e47318dc5653ef361266f27ae3b84723c',
    'rel_info.json': '1c6a07925a2cbe73719071325d61bc8a5b946a47638b899e8c5d5ba37ffa1c3e',
  },
  extraCounts(document) {
    const { vertexSet = [], labels = [] } = (document.metadata.redocred ?? {}) as Labels
    const sentences = vertexSet.map((mentions) => new Set(mentions.map(({ sent_id }) => sent_id)))
    return { triples: labels.length, 'triples in one sentence': labels.filter(({ h, t }) => [...sentences[h]].some((s) => sentences[t].has(s))).length }
  },
}
