/** Spans come in any order (brat's in that of its annotators): what is written, and counted, is the same. */
import test from 'ava'
import fc from 'fast-check'
import { createDocument, listClusters, listMentions, listRelations, listSpans } from '../src/io/document/document.ts'
import { formatNamed, writableNames } from '../src/io/formats/index.ts'
import type { Document } from '../src/io/index.ts'
import { prepareDocument } from '../src/pipeline/prepare.ts'
import { kinds, write } from './helpers/documents.ts'
import { through } from './helpers/written.ts'

const text = 'Ida met Otto Berg in Oslo. The man from New York City knew her.'
const words = ['Ida', 'Otto', 'Otto Berg', 'Oslo', 'The man', 'York', 'New York City', 'her']
const spans = words.map((each) => ({ start: text.indexOf(each), end: text.indexOf(each) + each.length }))
const labelled = spans.map((span, i) => ({ ...span, label: i % 2 ? 'LOC' : 'PER' }))
const relations = [
  { label: 'knows', arg1: spans[0], arg2: spans[2] },
  { label: 'lives in', arg1: spans[4], arg2: spans[6] },
]
const clusters = [
  [spans[0], spans[2]],
  [spans[4], spans[6]],
]

type Order = readonly number[]
const made = (order: Order, turned: boolean): Document => {
  const ordered = order.map((i) => labelled[i])
  const maybeTurned = <T>(items: readonly T[]): T[] => (turned ? items.toReversed() : [...items])
  return prepareDocument(
    createDocument({
      id: 'd',
      text,
      entities: ordered,
      mentions: ordered,
      relations: maybeTurned(relations),
      clusters: maybeTurned(clusters).map(maybeTurned),
    }),
  )
}

const sorted = (items: readonly unknown[]) => items.map((item) => JSON.stringify(item)).sort()
const said = ({ entities, mentions, relations: pairs, clusters: groups }: Document) => ({
  entities: sorted(entities ? listSpans(entities) : []),
  mentions: sorted(mentions ? listMentions(mentions) : []),
  relations: sorted(pairs ? listRelations(pairs) : []),
  clusters: sorted((groups ? listClusters(groups) : []).map((group) => sorted(group))),
})

const inOrder = made([...words.keys()], false)
const anyOrder = fc.tuple(
  fc.shuffledSubarray([...words.keys()], { minLength: words.length, maxLength: words.length }),
  fc.boolean(),
)

for (const format of writableNames) {
  const { writtenOnly, oneWay, writeFiles } = formatNamed(format)
  test(`${format}: property: spans in another order lose nothing more`, async (t) => {
    const once = async (document: Document) => {
      if (writtenOnly || oneWay) {
        const { report } = await write(format, [document])
        return { counted: kinds(report) }
      }
      const { again, report } = await through(format, [document])
      return { counted: kinds(report), again: again.map(said) }
    }
    const expected = await once(inOrder)
    await fc.assert(
      fc.asyncProperty(anyOrder, async ([order, turned]) => {
        t.deepEqual(await once(made(order, turned)), expected)
      }),
      { numRuns: writeFiles ? 10 : 20 },
    )
  })
}

test('spacy: entities of brat that are not in the order of the text are all in the DocBin, the same bytes', async (t) => {
  const document = (turned: boolean) => {
    const list = [labelled[0], labelled[2], labelled[3]]
    return prepareDocument(createDocument({ id: 'd', text, entities: turned ? list.toReversed() : list }))
  }
  const [one, two] = [await write('spacy', [document(false)]), await write('spacy', [document(true)])]
  t.deepEqual(two.bytes, one.bytes)
  t.deepEqual(kinds(two.report), {})
})
