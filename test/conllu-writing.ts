/** What is written as CoNLL-U: a file that was read keeps its lines, and only what was annotated is new in them. */
import test from 'ava'
import { createDocument, type Document, listClusters, listMentions, spansOf } from '../src/io/document/document.ts'
import { joinTokens } from '../src/io/document/tokens.ts'
import { kinds, plain, read, write } from './helpers/documents.ts'
import { clustersOf, conlluLines, mentionsOf } from './helpers/columns.ts'

const row = (...fields: readonly string[]) => fields.join('\t')
const treebank = [
  '# newdoc id = news 1',
  '# sent_id = a-1',
  '# text = Mia visits do Rio.',
  row('1', 'Mia', 'Mia', 'PROPN', 'NNP', 'Number=Sing', '2', 'nsubj', '_', 'Gloss=Mia|Translit=M'),
  row('2', 'visits', 'visit', 'VERB', 'VBZ', '_', '0', 'root', '_', '_'),
  row('2.1', '_', '_', '_', '_', '_', '_', '_', '2:x', '_'),
  row('3-4', 'do', '_', '_', '_', '_', '_', '_', '_', '_'),
  row('3', 'de', 'de', 'ADP', '_', '_', '5', 'case', '_', '_'),
  row('4', 'o', 'o', 'DET', '_', '_', '5', 'det', '_', '_'),
  row('5', 'Rio', 'Rio', 'PROPN', '_', '_', '2', 'obj', '_', 'SpaceAfter=No'),
  row('6', '.', '.', 'PUNCT', '_', '_', '2', 'punct', '_', '_'),
  '',
  '# sent_id = a-2',
  row('1', 'She', 'she', 'PRON', '_', '_', '0', 'root', '_', '_'),
  '',
  '',
].join('\n')

const spanOf = ({ text }: Document, words: string) => ({
  start: text.indexOf(words),
  end: text.indexOf(words) + words.length,
})
const withLayers = (document: Document, layers: object): Document =>
  createDocument({
    ...document,
    mentions: undefined,
    entities: undefined,
    relations: undefined,
    clusters: undefined,
    ...layers,
  })
const written = async (documents: readonly Document[]) => {
  const { bytes, report } = await write('conllu', documents)
  return { text: bytes.toString(), report }
}
/** The lines without `Entity=` and what declares it. */
const withoutEntities = (text: string) =>
  text
    .split('\n')
    .filter((line) => !/^# (global|hmtl)\./.test(line))
    .map((line) => line.replace(/\|Entity=[^|]*$|(?<=[\t|])Entity=[^|]*\|/, '').replace(/\tEntity=[^|]*$/, '\t_'))
    .join('\n')

test('conllu: entities of a file without Entity= are written into it', async (t) => {
  const [document] = (await read('conllu', treebank)).documents
  const entities = [
    { ...spanOf(document, 'Mia'), label: 'PER' },
    { ...spanOf(document, 'do Rio'), label: 'LOC' },
  ]
  const { text, report } = await written([withLayers(document, { entities })])
  t.deepEqual(kinds(report), { 'entity-as-mention': 2 })
  const [again] = (await read('conllu', text)).documents
  t.deepEqual(mentionsOf(again), ['Mia PER', 'do Rio LOC'])
  t.is(again.clusters, undefined)
  t.is((await written([document])).text, treebank)
})

test('conllu: annotation changes nothing of the lines but Entity=', async (t) => {
  const [document] = (await read('conllu', treebank)).documents
  const [mia, rio, she] = ['Mia', 'do Rio', 'She'].map((words) => spanOf(document, words))
  const head = spanOf(document, 'Rio')
  const mentions = [
    { ...mia, label: 'PER' },
    { ...rio, label: 'LOC', head },
    { ...she, label: 'PER' },
  ]
  for (const layers of [{ mentions }, { mentions, clusters: [[mia, she]] }]) {
    const now = withLayers(document, layers)
    const { text, report } = await written([now])
    t.is(report.size, 0)
    t.is(withoutEntities(text), treebank)
    t.true(text.includes('Entity=(1-PER-)|Gloss=Mia|Translit=M') || text.includes('Entity=(PER-)|Gloss=Mia|Translit=M'))
    const [again] = (await read('conllu', text)).documents
    t.deepEqual(listMentions(again.mentions!), listMentions(now.mentions!))
    t.deepEqual(again.clusters && listClusters(again.clusters), now.clusters && listClusters(now.clusters))
    // What was annotated is taken out again by no more than that.
    t.is(withoutEntities((await written([withLayers(again, {})])).text), treebank)
  }
})

test('conllu: heads count the empty nodes of a mention', async (t) => {
  const [document] = (await read('conllu', treebank)).documents
  const mentions = [{ ...spanOf(document, 'visits do Rio'), label: 'X', head: spanOf(document, 'Rio') }]
  const now = withLayers(document, { mentions })
  const { text } = await written([now])
  t.true(text.includes('Entity=(X-5'))
  t.deepEqual(listMentions((await read('conllu', text)).documents[0].mentions!), listMentions(now.mentions!))
})

test('conllu: a cluster keeps its name, which Bridge= refers to, and other fields of brackets are counted', async (t) => {
  const text = `# newdoc id = d\n# global.Entity = GRP-etype-infstat\n${conlluLines(['1', 'Mia', '(7-person-new)'], ['2', 'Rex', '(8-animal-new)|Bridge=7<8'], ['3', 'she', '(7-person-giv)'])}`
  const [document] = (await read('conllu', text)).documents
  const [mia, rex, she] = ['Mia', 'Rex', 'she'].map((words) => spanOf(document, words))
  const mentions = [
    { ...rex, label: 'dog' },
    { ...mia, label: 'person' },
    { ...she, label: 'person' },
  ]
  const { text: now, report } = await written([withLayers(document, { mentions, clusters: [[rex], [mia, she]] })])
  t.true(now.includes('Entity=(7-person-)'))
  t.true(now.includes('Entity=(8-dog-)|Bridge=7<8'))
  t.is(report.count('entity-field'), 3)
})

test('conllu: who is in no cluster comes back in none', async (t) => {
  const { text, tokens } = joinTokens(['Mia', 'met', 'Rex', 'and', 'she', 'left'])
  const document = createDocument({ id: 'd', text, tokens })
  const [mia, rex, she] = ['Mia', 'Rex', 'she'].map((words) => spanOf(document, words))
  const mentions = [mia, rex, she].map((span) => ({ ...span, label: 'X' }))
  for (const clusters of [undefined, [], [[mia, she]], [[mia], [rex, she]]]) {
    const now = withLayers(document, { mentions, clusters })
    const first = await written([now])
    t.is(first.report.size, 0)
    const [again] = (await read('conllu', first.text)).documents
    t.deepEqual(again.clusters && listClusters(again.clusters), clusters)
    t.deepEqual(listMentions(again.mentions!), mentions)
    t.is((await written([again])).text, first.text)
  }
  const single = await written([withLayers(document, { mentions, clusters: [[mia], [rex, she]] })])
  t.deepEqual(clustersOf((await read('conllu', single.text, { singletons: false })).documents[0]), [['Rex', 'she']])
})

test('conllu: documents whose brackets are declared differently come back together', async (t) => {
  const [document] = (await read('conllu', treebank)).documents
  const mia = spanOf(document, 'Mia')
  const mentions = [{ ...mia, label: 'PER' }]
  const other = (
    await read('conllu', `# newdoc id = o\n# global.Entity = etype-GRP\n${conlluLines(['1', 'Bo', '(p-1)'])}`)
  ).documents
  const list = [
    withLayers(document, { mentions }),
    ...other,
    withLayers(document, { mentions, clusters: [[mia]] }),
    withLayers(document, { mentions }),
    document,
  ]
  const again = (await read('conllu', (await written(list)).text)).documents
  t.deepEqual(
    again.map((each) => [listMentions(each.mentions!).length, each.clusters && listClusters(each.clusters).length]),
    [
      [1, undefined],
      [1, 1],
      [1, 1],
      [1, undefined],
      [0, undefined],
    ],
  )
})

test('conllu: labels that brackets cannot hold, and labels of cluster members that had none, are counted', async (t) => {
  const { text, tokens } = joinTokens(['Mia', 'met', 'Rex'])
  const document = createDocument({ id: 'd', text, tokens, sentences: spansOf([[0, 3]]) })
  const [mia, rex] = ['Mia', 'Rex'].map((words) => spanOf(document, words))
  const { report } = await written([
    withLayers(document, { mentions: [{ ...mia, label: '' }], clusters: [[mia, rex]] }),
  ])
  t.is(report.count('label-changed'), 1)
  t.is(report.count('label-added'), 1)
  const odd = await written([withLayers(document, { mentions: [{ ...mia, label: 'A[1/2]' }] })])
  t.is(odd.report.count('label-changed'), 1)
  t.deepEqual(mentionsOf((await read('conllu', odd.text)).documents[0]), ['Mia A_1/2]'])
})

test('conllu: lines of another text are written anew, and counted', async (t) => {
  const [document] = (await read('conllu', treebank)).documents
  const { text, tokens } = joinTokens(['Mia', 'left'])
  const { report, text: now } = await written([createDocument({ id: 'n', text, tokens, metadata: document.metadata })])
  t.is(report.count('field'), 1)
  t.deepEqual(
    (await read('conllu', now)).documents.map(({ id, text: each }) => [id, each]),
    [['n', 'Mia left']],
  )
  t.notDeepEqual(plain((await read('conllu', now)).documents[0]), plain(document))
})
