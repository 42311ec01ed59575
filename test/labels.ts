/** Labels that lie beside a corpus: they stand on its words, or are refused. */
import test from 'ava'
import { heldOut, parseStanding, withStanding } from '../datasets/labels.ts'
import { everyday } from '../datasets/everyday/recipe.ts'
import { parseGold } from '../datasets/everyday/gold.ts'
import { recipeNamed } from '../datasets/index.ts'
import { createDocument, listRelations, listSpans } from '../src/io/document/document.ts'
import { fromJson } from '../src/io/document/json.ts'
import { formatContext } from '../src/io/format.ts'
import { prepareDocument } from '../src/pipeline/prepare.ts'
import { collect, fileText, root } from './helpers/documents.ts'
import { readdirSync } from 'node:fs'

const document = prepareDocument(
  createDocument({
    id: 'd',
    text: 'Ada left. Ada Byron lives in Paris.',
    clusters: [
      [
        { start: 0, end: 3 },
        { start: 10, end: 13 },
      ],
    ],
  }),
)
const standing = (lines: string) => parseStanding(`# what it is\nd\t9\n${lines}\n`, 'labels.txt').get('d')!

test('names and relations stand on words, counted from 0 in their sentence', (t) => {
  const made = withStanding(document, standing('0 PER 0 0\n1 PER 0 1\n1 LOC 4 4\n1 place of birth 0 1 -> 4 4'))
  const words = ({ start, end }: { start: number; end: number }) => made.text.slice(start, end)
  t.deepEqual(
    listSpans(made.entities!).map((span) => [span.label, words(span)]),
    [
      ['PER', 'Ada'],
      ['PER', 'Ada Byron'],
      ['LOC', 'Paris'],
    ],
  )
  t.deepEqual(
    listRelations(made.relations!).map(({ label, arg1, arg2 }) => [label, words(arg1), words(arg2)]),
    [['place of birth', 'Ada Byron', 'Paris']],
  )
  t.is(made.clusters, undefined)
  t.is(withStanding(document, standing('1 employer 0 1 -> 4 4')).entities, undefined)
})

test('what does not stand on the document is refused, and what is no label is too, by its line', (t) => {
  const code = 'HMTL_DATASET_SPLIT'
  const others = parseStanding('d\t8\n0 PER 0 0\n', 'labels.txt').get('d')!
  t.throws(() => withStanding(document, others), { code, message: /has 9 words, not 8/ })
  for (const line of ['2 PER 0 0', '0 PER 0 3', '1 PER 2 1', '0 employer 0 0 -> 1 9'])
    t.throws(() => withStanding(document, standing(line)), { code, message: /has no words/ }, line)
  for (const line of ['PER 0 1', '0 PER 0', '0 PER 0 1 2', '0 PER 0 1 -> 2', '0  0 1'])
    t.throws(() => standing(line), { code, message: /labels\.txt, line 3/ }, line)
  for (const source of ['0 PER 0 1\n', 'd\tx\n', 'd\t9\nd\t9\n', 'd\t9\n0 PER 0\t1\n', '\t9\n'])
    t.throws(() => parseStanding(source, 'labels.txt'), { code, message: /labels\.txt, line \d/ }, source)
})

test('every so-manieth document is held out, and no other', async (t) => {
  const all = {
    name: 'all',
    documents: async function* () {
      for (let i = 0; i < 25; i++) yield { ...document, id: `${i}` }
    },
  }
  const [train, dev] = await Promise.all(
    heldOut(all, 10).map(({ documents }) => collect(documents('', formatContext({})))),
  )
  t.deepEqual(
    dev.map(({ id }) => id),
    ['9', '19'],
  )
  t.is(train.length, 23)
})

test('the labels of the repository can all be read', async (t) => {
  for (const folder of ['ewt-labels', 'pud', 'gum']) {
    const texts = parseStanding(await fileText(`datasets/${folder}/labels.txt`), folder)
    let labels = 0
    for (const { names, relations } of texts.values()) labels += names.length + relations.length
    t.true(texts.size > 50 && labels > 150, `${folder}: ${labels} labels of ${texts.size} documents`)
  }
})

test('the texts of our own: each span is whole tokens, each relation lies within a sentence', async (t) => {
  const [scheme] = recipeNamed('everyday').schemes
  const folder = root('datasets/everyday/texts')
  const splits = await scheme.splits(folder, {})
  t.deepEqual(
    splits.map(({ name }) => name),
    ['train', 'dev', 'test'],
  )
  let count = 0
  for (const { documents } of splits)
    for await (const gold of documents(folder, formatContext({}))) {
      count++
      const { tokens, sentences } = prepareDocument(createDocument({ id: gold.id, text: gold.text }))
      const [begins, ends] = [new Set(tokens!.begin), new Set(tokens!.end)]
      const spans = [...listSpans(gold.entities!), ...listSpans(gold.mentions!)]
      t.deepEqual(
        spans
          .filter(({ start, end }) => !begins.has(start) || !ends.has(end))
          .map(({ start, end }) => gold.text.slice(start, end)),
        [],
        gold.id,
      )
      const sentenceOf = (at: number) =>
        Array.from(sentences!.begin).findLastIndex((first) => tokens!.begin[first] <= at)
      for (const { arg1, arg2, label } of listRelations(gold.relations!))
        t.is(sentenceOf(arg1.start), sentenceOf(arg2.start), `${gold.id}: ${label}`)
    }
  t.true(count > 900)
})

test('no text of the thirty that models are scored on is among those that they learn from', async (t) => {
  const texts = async (folder: string) =>
    (
      await Promise.all(
        readdirSync(root(folder)).map((file) =>
          fileText(`${folder}/${file}`).then((source) => parseGold(source, file)),
        ),
      )
    ).flat()
  const [learned, scored] = [await texts('datasets/everyday/texts'), await texts('bench/news/texts')]
  const sentences = (records: readonly { text: string }[]) =>
    new Set(
      records.flatMap(({ text }) => {
        const { tokens, sentences: spans } = prepareDocument(fromJson({ text }, 'd'))
        return Array.from(spans!.begin, (first, s) => text.slice(tokens!.begin[first], tokens!.end[spans!.end[s] - 1]))
      }),
    )
  const known = sentences(learned)
  t.deepEqual(
    [...sentences(scored)].filter((sentence) => sentence.length > 30 && known.has(sentence)),
    [],
  )
  t.is(everyday.name, 'everyday')
})
