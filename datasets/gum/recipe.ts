import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { checkDocument, type Document, listMentions, mentionsOf, type Spans } from '../../src/io/document/document.ts'
import { HmtlError } from '../../src/io/errors.ts'
import type { FormatContext } from '../../src/io/format.ts'
import { readDocuments } from '../../src/io/read.ts'
import { tokenSpan } from '../../src/io/document/tokens.ts'
import { withLabels } from '../labels.ts'
import type { Recipe, Split } from '../recipe.ts'

const first = async (documents: AsyncIterable<Document>): Promise<Document | undefined> => {
  for await (const document of documents) return document
  return undefined
}

/** Spans laid over one tokenization moved to another of the same tokens. */
const move = (spans: Spans, from: Spans, to: Spans): Spans => {
  const at = Array.from(
    spans.begin,
    (begin, i) => tokenSpan(from, begin, spans.end[i]) as { begin: number; end: number },
  )
  return {
    begin: Int32Array.from(at, ({ begin }) => to.begin[begin]),
    end: Int32Array.from(at, ({ end }) => to.end[end - 1]),
  }
}

/**
 * One GUM document: text, tokens and the nested mentions of ten types from
 * CoNLL-U, coreference by OntoNotes guidelines (OntoGUM) and names from the
 * derived CoNLL-2012 file of the same tokens.
 */
const merged = (conllu: Document, conll2012: Document): Document => {
  const [to, from] = [conllu.tokens, conll2012.tokens]
  if (!to || !from || to.begin.length !== from.begin.length)
    throw new HmtlError(
      'HMTL_DOCUMENT_ORDER',
      `CoNLL-U has ${to?.begin.length} tokens and CoNLL-2012 ${from?.begin.length}`,
      { document: conllu.id },
    )
  const { entities, clusters } = conll2012
  return checkDocument({
    ...conllu,
    entities: entities && { ...entities, ...move(entities, from, to) },
    clusters: clusters && { ...clusters, ...move(clusters, from, to) },
    metadata: {},
  })
}

const split = (name: string): Split => ({
  name,
  async *documents(folder: string, context: FormatContext) {
    const all = await readdir(join(folder, 'conll2012', name)).catch((cause) => {
      throw new HmtlError('HMTL_DATASET_SPLIT', `there is no conll2012/${name} in ${folder}`, {
        remedy: 'Give the folder that holds conllu/ and conll2012/ with --from',
        cause,
      })
    })
    for (const file of all.filter((file) => file.endsWith('.gold_conll')).sort()) {
      const ontogum = await first(
        readDocuments(join(folder, 'conll2012', name, file), { ...context, format: 'conll2012' }),
      )
      const gum = await first(
        readDocuments(join(folder, 'conllu', file.replace('.gold_conll', '.conllu')), { ...context, format: 'conllu' }),
      )
      if (ontogum && gum) yield merged(gum, ontogum)
    }
  },
})

/** Pronouns, which LitBank's mentions (and ACE's, as it uses them) leave to coreference. */
const pronouns = new Set(
  (
    'i me my mine myself we us our ours ourselves you your yours yourself yourselves he him his himself she her hers herself ' +
    "it its itself they them their theirs themselves themself who whom whose which that this these those one oneself 's u ur"
  ).split(' '),
)

const aceTypes = new Set(['person', 'organization', 'place'])

/** Mentions of people, organisations and places alone, without single pronouns. */
const likeAce = (document: Document): Document => {
  const mentions = (document.mentions ? listMentions(document.mentions) : []).filter(
    ({ start, end, label }) => aceTypes.has(label) && !pronouns.has(document.text.slice(start, end).toLowerCase()),
  )
  return { ...document, mentions: mentionsOf(mentions) }
}

const aceSplit = (name: string): Split => ({
  name,
  async *documents(folder, context) {
    for await (const document of split(name).documents(folder, context)) yield likeAce(document)
  },
})

export const gum: Recipe = {
  name: 'gum',
  title: 'GUM, the genres that are free: nested mentions and OntoGUM coreference',
  tasks: ['emd', 'relation', 'coref'],
  format: 'conllu',
  source: 'https://github.com/amir-zeldes/gum',
  licence: 'CC BY 4.0 (annotations); texts CC BY or CC BY-SA',
  howToGet: 'Clone the repository; conllu/ is its dep/ folder, conll2012/ is derived from OntoGUM',
  labels: {
    emd: ['abstract', 'animal', 'event', 'object', 'organization', 'person', 'place', 'plant', 'substance', 'time'],
  },
  schemes: [
    {
      name: 'official',
      summary: "GUM's own train, dev and test",
      splits: async () => ['train', 'dev', 'test'].map(split),
    },
    {
      name: 'ace-like',
      summary: 'the same, of the mentions only persons, organisations and places that are no single pronouns',
      splits: async () => ['train', 'dev', 'test'].map(aceSplit),
    },
    {
      name: 'labels',
      summary: 'train with relations that were read into it (datasets/gum/labels.txt)',
      splits: async () => [withLabels(split('train'), 'gum')],
    },
  ],
  sha256: {
    'conllu/': '12e6c2c2060903dea67d5460bfe7e7e2d7653154bc2710c7fb17296522931d66',
    'conll2012/': 'd6ed68a4afa68e116a39ffb40e1ef6b11c2c4140506e8e65773b06d8cff2783d',
  },
}
