import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Document, listSpans, relationsOf } from '../../src/io/document/document.ts'
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

interface Vertex {
  readonly sent_id: number
  readonly pos: readonly [number, number]
}
interface Fact {
  readonly r: string
  readonly h: number
  readonly t: number
  readonly evidence?: readonly number[] | null
}

/**
 * The document's own fields, as the format keeps them: entities as mentions, and facts between them. A fact or a
 * mention that the format could not read has been counted and left out by it; here it is none either.
 */
const contentOf = (document: Document) => {
  const { vertexSet, labels, sents } = (document.metadata.redocred ?? {}) as {
    readonly vertexSet?: readonly (readonly Vertex[])[]
    readonly labels?: readonly Fact[] | null
    readonly sents?: readonly (readonly string[])[]
  }
  const entities = (vertexSet ?? []).map((mentions) => mentions.filter((mention) => Array.isArray(mention?.pos)))
  const facts = (labels ?? []).filter((fact) => typeof fact?.r === 'string' && entities[fact.h] && entities[fact.t])
  return { entities, facts, sents }
}

/** Of a fact that stands nowhere in the document's evidence it is not known whether the sentence says it. */
const unsure = 0.5

/** The first token of each sentence as the corpus numbers them, the empty ones too. */
const sentenceStarts = (begins: Int32Array, sents: readonly (readonly string[])[] | undefined): ArrayLike<number> => {
  let token = 0
  return sents ? sents.map(({ length }) => (token += length) - length) : begins
}

/**
 * A fact of a document holds in a sentence only where the sentence says so. Where the corpus names a fact's evidence,
 * pairs in other sentences are left out; where it names none (half of the facts), pairs have a score of one half.
 */
const withEvidence = (document: Document, names: Readonly<Record<string, string>>): Document => {
  const { tokens, sentences } = document
  if (!tokens || !sentences) return document
  const { entities, facts, sents } = contentOf(document)
  const starts = sentenceStarts(sentences.begin, sents)
  const spanOf = ({ sent_id, pos: [from, to] }: Vertex) => ({
    start: tokens.begin[starts[sent_id] + from],
    end: tokens.end[starts[sent_id] + to - 1],
    sentence: sent_id,
  })
  const known = new Set(
    document.entities ? listSpans(document.entities).map(({ start, end }) => `${start} ${end}`) : [],
  )
  const spans = entities.map((mentions) =>
    mentions.map(spanOf).filter(({ start, end }) => known.has(`${start} ${end}`)),
  )
  const relations = facts.flatMap(({ r, h, t, evidence }) => {
    const named = Array.isArray(evidence) && evidence.length > 0 ? new Set(evidence) : undefined
    return spans[h].flatMap((arg1) =>
      spans[t]
        .filter(({ sentence }) => sentence === arg1.sentence && (!named || named.has(sentence)))
        .map((arg2) => ({ label: names[r] ?? r, arg1, arg2, score: named ? 1 : unsure })),
    )
  })
  return { ...document, relations: relationsOf(relations) }
}

const byEvidence = async (folder: string): Promise<Split[]> =>
  (await byTitle(folder)).map(({ name, documents }) => ({
    name,
    async *documents(at, context) {
      const names = (await withNames(at, context)).options.relationNames ?? {}
      for await (const document of documents(at, context)) yield withEvidence(document, names)
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
    const { entities, facts } = contentOf(document)
    const sentences = entities.map((mentions) => new Set(mentions.map(({ sent_id }) => sent_id)))
    return {
      triples: facts.length,
      'triples in one sentence': facts.filter(({ h, t }) => [...sentences[h]].some((s) => sentences[t].has(s))).length,
    }
  },
}
