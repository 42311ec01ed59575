import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Document, relationsOf } from '../../src/io/document/document.ts'
import type { FormatContext } from '../../src/io/format.ts'
import type { Recipe, Split } from '../recipe.ts'
import { splitsByPath } from '../splits.ts'

const files = { train: ['train_revised.json'], dev: ['dev_revised.json'], test: ['test_revised.json'] }

const withNames = async (folder: string, context: FormatContext): Promise<FormatContext> => {
  const names = await readFile(join(folder, 'rel_info.json'), 'utf8').catch(() => undefined)
  return names === undefined
    ? context
    : { ...context, options: { ...context.options, relationNames: JSON.parse(names) } }
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
  readonly vertexSet?: readonly (readonly { readonly sent_id: number; readonly pos: readonly [number, number] }[])[]
  readonly labels?: readonly {
    readonly r: string
    readonly h: number
    readonly t: number
    readonly evidence?: readonly number[]
  }[]
}

/** Of a fact that stands nowhere in the document's evidence it is not known whether the sentence says it. */
const unsure = 0.5

/**
 * A fact of a document holds in a sentence only where the sentence says so. Where the corpus names a fact's evidence,
 * pairs in other sentences are left out; where it names none (half of the facts), pairs have a score of one half.
 */
const withEvidence = (document: Document, names: Readonly<Record<string, string>>): Document => {
  const { tokens, sentences } = document
  const { vertexSet = [], labels = [] } = (document.metadata.redocred ?? {}) as Labels
  if (!tokens || !sentences) return document
  const spanOf = ({ sent_id, pos: [from, to] }: { sent_id: number; pos: readonly [number, number] }) => {
    const first = sentences.begin[sent_id]
    return { start: tokens.begin[first + from], end: tokens.end[first + to - 1] }
  }
  const relations = labels.flatMap(({ r, h, t, evidence = [] }) =>
    vertexSet[h].flatMap((head) =>
      vertexSet[t]
        .filter(({ sent_id }) => sent_id === head.sent_id && (evidence.length === 0 || evidence.includes(sent_id)))
        .map((tail) => ({
          label: names[r] ?? r,
          arg1: spanOf(head),
          arg2: spanOf(tail),
          score: evidence.length === 0 ? unsure : 1,
        })),
    ),
  )
  return { ...document, relations: relationsOf(relations) }
}

const byEvidence = async (folder: string): Promise<Split[]> =>
  (await byTitle(folder)).map(({ name, documents }) => ({
    name,
    async *documents(at, context) {
      const names = (await withNames(at, context)).options.relationNames ?? {}
      // A document with an empty sentence numbers its sentences otherwise.
      for await (const document of documents(at, context))
        yield (document.metadata.redocred as { sents?: readonly (readonly string[])[] }).sents?.some(
          ({ length }) => length === 0,
        )
          ? document
          : withEvidence(document, names)
    },
  }))

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
      splits: async (folder) =>
        (await splitsByPath('redocred', files)(folder)).map((split) => ({
          name: split.name,
          documents: (at, context) => named(at, context, split),
        })),
    },
    { name: '800-100-100', summary: 'dev and test together, sorted by title, cut 800 / 100 / 100', splits: byTitle },
    {
      name: 'evidence',
      summary: 'the same, relations only in the sentences that say so; half sure where no evidence is named',
      splits: byEvidence,
    },
  ],
  sha256: {
    'dev_revised.json': '051ee1d057204a5d08ef5502beacdadf191245b5eaf0e29ec2c607cf002c016f',
    'test_revised.json': 'ea673b7ef91e16510d7eb88863d3903e47318dc5653ef361266f27ae3b84723c',
    'rel_info.json': '1c6a07925a2cbe73719071325d61bc8a5b946a47638b899e8c5d5ba37ffa1c3e',
  },
  extraCounts(document) {
    const { vertexSet = [], labels = [] } = (document.metadata.redocred ?? {}) as Labels
    const sentences = vertexSet.map((mentions) => new Set(mentions.map(({ sent_id }) => sent_id)))
    return {
      triples: labels.length,
      'triples in one sentence': labels.filter(({ h, t }) => [...sentences[h]].some((s) => sentences[t].has(s))).length,
    }
  },
}
