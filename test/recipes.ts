/**
 * What the recipes make of their corpora: splits, and the documents that they change on the way. Samples are our own.
 */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'ava'
import { recipeNamed, recipes } from '../datasets/index.ts'
import { type Document, listClusters, listMentions, listRelations, listSpans } from '../src/io/document/document.ts'
import { formatContext } from '../src/io/format.ts'
import type { LossReport } from '../src/io/report.ts'

import { prepareDocument } from '../src/pipeline/prepare.ts'
import { collect, fileText } from './helpers/documents.ts'
import { fileFolder } from './helpers/folder.ts'

const scratch = fileFolder(test)

/** A folder with these files. */
const folderOf = (files: Readonly<Record<string, string>>): string => {
  const folder = mkdtempSync(join(scratch, 'files-'))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return folder
}

/** The splits that a recipe makes of a folder's files. */
const splitsOf = async (name: string, scheme: string, files: Readonly<Record<string, string>>) => {
  const recipe = recipeNamed(name)
  const folder = folderOf(files)
  const found = recipe.schemes.find((candidate) => candidate.name === scheme)
  if (!found) throw new Error(`${name} has no scheme ${scheme}`)
  const splits: Record<string, Document[]> = {}
  const reports: Record<string, LossReport> = {}
  for (const { name: split, documents } of await found.splits(folder, {})) {
    const context = formatContext({ options: recipe.options ?? {} })
    splits[split] = (await collect(documents(folder, context))).map(prepareDocument)
    reports[split] = context.report
  }
  return { splits, reports, recipe }
}
const idsOf = (splits: Readonly<Record<string, Document[]>>) =>
  Object.fromEntries(Object.entries(splits).map(([name, documents]) => [name, documents.map(({ id }) => id)]))
const tokensOf = ({ text, tokens }: Document) =>
  Array.from(tokens?.begin ?? [], (begin, i) => text.slice(begin, tokens?.end[i]))
const named = ({ text }: Document, spans: readonly { start: number; end: number; label?: string | undefined }[]) =>
  spans.map(({ start, end, label }) => `${text.slice(start, end)}${label === undefined ? '' : ` ${label}`}`)
const entitiesOf = (document: Document) => named(document, document.entities ? listSpans(document.entities) : [])
const columns = (...sentences: string[][]) =>
  sentences.map((rows) => `${rows.map((row) => row.replace(' ', '\t')).join('\n')}\n\n`).join('')
const lines = (...records: object[]) => records.map((record) => `${JSON.stringify(record)}\n`).join('')

test('every recipe is listed once, under its folder’s name, and the README counts them', async (t) => {
  const names = recipes.map(({ name }) => name)
  t.is(new Set(names).size, names.length)
  const words: Record<number, string> = { 18: 'eighteen', 19: 'nineteen', 20: 'twenty', 21: 'twenty-one' }
  t.true((await fileText('README.md')).includes(`knows ${words[names.length]} corpora`))
  for (const name of names) t.true((await fileText(`datasets/${name}/recipe.ts`)).includes(`name: '${name}'`))
})

test('a folder without a recipe’s files is an error that names them', async (t) => {
  const empty = folderOf({})
  for (const { name, schemes } of recipes)
    for (const scheme of schemes) {
      const context = formatContext({})
      const thrown = await t.throwsAsync(
        async () => {
          for (const { documents } of await scheme.splits(empty, {})) await collect(documents(empty, context))
        },
        undefined,
        `${name} ${scheme.name}`,
      )
      t.regex(String((thrown as { code?: string }).code), /^HMTL_/, `${name} ${scheme.name}: ${thrown?.message}`)
    }
})

test('btc: a handle is one token and no name, a name beside it stays', async (t) => {
  const tweet = columns(
    ['@ B-PER', 'ida_berg I-PER', 'met O', '@ B-ORG', 'acme O', 'at O', '@ O'],
    ['Dr B-PER', '@ I-PER', 'olav I-PER', 'Oslo B-LOC'],
  )
  const { splits } = await splitsOf('btc', 'official', {
    ...Object.fromEntries(['a', 'b', 'e', 'g', 'f'].map((section) => [`${section}.conll`, tweet])),
    'h.conll': ['One', 'Two', 'Three'].map((word) => `-DOCSTART- O\n\n${columns([`${word} B-PER`])}`).join(''),
  })
  t.deepEqual(splits['test'].map(tokensOf), [
    ['@ida_berg', 'met', '@acme', 'at', '@'],
    ['Dr', '@olav', 'Oslo'],
  ])
  t.deepEqual(splits['test'].map(entitiesOf), [[], ['Dr PER', 'Oslo LOC']])
  t.deepEqual(splits['dev'].flatMap(entitiesOf), ['Two PER', 'Three PER'], 'the second half of section h')
  t.is(splits['train'].flatMap(entitiesOf).length, 4 * 2 + 1)
})

/** Three sentences, the second of them empty where that is asked for: Ida founded Acme; she lives in Oslo with Acme. */
const redocredFile = (more: object = {}, empty = false) => {
  const last = empty ? 2 : 1
  return JSON.stringify([
    {
      title: 'Ida Berg',
      sents: [['Ida', 'Berg', 'founded', 'Acme', '.'], ...(empty ? [[]] : []), ['Berg', 'left', 'Acme', 'in', 'Oslo']],
      vertexSet: [
        [
          { name: 'Ida Berg', type: 'PER', sent_id: 0, pos: [0, 2] },
          { name: 'Berg', type: 'PER', sent_id: last, pos: [0, 1] },
        ],
        [
          { name: 'Acme', type: 'ORG', sent_id: 0, pos: [3, 4] },
          { name: 'Acme', type: 'ORG', sent_id: last, pos: [2, 3] },
        ],
        [{ name: 'Oslo', type: 'LOC', sent_id: last, pos: [4, 5] }],
      ],
      labels: [
        { r: 'P112', h: 1, t: 0, evidence: [0] },
        { r: 'P159', h: 1, t: 2, evidence: [] },
      ],
      ...more,
    },
  ])
}
const relationsIn = (document: Document) =>
  (document.relations ? listRelations(document.relations) : []).map(({ label, arg1, arg2, score }) => [
    label,
    ...named(document, [arg1, arg2]),
    score,
  ])
const evidenceOf = async (file: string) => {
  const { splits, reports, recipe } = await splitsOf('redocred', 'evidence', {
    'dev_revised.json': file,
    'test_revised.json': '[]',
    'rel_info.json': JSON.stringify({ P112: 'founded by' }),
  })
  return { document: splits['train'][0], report: reports['train'], recipe }
}

test('redocred by evidence: a fact holds in the sentences that say so, half where none is named', async (t) => {
  for (const empty of [false, true]) {
    const { document, recipe } = await evidenceOf(redocredFile({}, empty))
    t.deepEqual(
      relationsIn(document),
      [
        ['founded by', 'Acme', 'Ida Berg', 1],
        ['P159', 'Acme', 'Oslo', 0.5],
      ],
      empty ? 'sentences are numbered as the corpus does it' : 'the pair of the last sentence is left out',
    )
    t.deepEqual(recipe.extraCounts?.(document), { triples: 2, 'triples in one sentence': 2 })
  }
})

test('redocred by evidence: what the format could not read is left out here too, and stays counted', async (t) => {
  const labels = [
    { r: 'P112', h: 1, t: 0, evidence: 7 },
    { r: 'P112', h: 9, t: 0, evidence: [0] },
    { r: 5, h: 1, t: 0, evidence: [0] },
    null,
  ]
  const { document, report, recipe } = await evidenceOf(redocredFile({ labels }))
  t.deepEqual(
    relationsIn(document).map(([label, , , score]) => [label, score]),
    [
      ['founded by', 0.5],
      ['founded by', 0.5],
    ],
  )
  t.is(report.entries().find(({ kind }) => kind === 'unreadable-relation')?.count, 3)
  t.is(recipe.extraCounts?.(document)['triples'], 1)
})

test('redocred: development and test file together, by title', async (t) => {
  const titled = (...titles: string[]) =>
    JSON.stringify(titles.map((title) => ({ title, sents: [['a']], vertexSet: [], labels: [] })))
  const { splits } = await splitsOf('redocred', '800-100-100', {
    'dev_revised.json': titled(...Array.from({ length: 500 }, (_, i) => `t${String(999 - 2 * i).padStart(3, '0')}`)),
    'test_revised.json': titled(...Array.from({ length: 500 }, (_, i) => `t${String(2 * i).padStart(3, '0')}`)),
  })
  const { train, dev, test: last } = idsOf(splits)
  t.deepEqual([train.length, dev.length, last.length], [800, 100, 100])
  t.deepEqual([train[0], dev[0], last[0], last[99]], ['t000', 't800', 't900', 't999'])
})

test('docred: names and which are the same, no relations', async (t) => {
  const { labels: _, ...bare } = JSON.parse(redocredFile())[0]
  const { splits } = await splitsOf('docred', 'train', { 'test.json': JSON.stringify([bare]) })
  const [document] = splits['train']
  t.deepEqual(entitiesOf(document), ['Ida Berg PER', 'Berg PER', 'Acme ORG', 'Acme ORG', 'Oslo LOC'])
  t.is(document.relations, undefined, 'of which it says nothing, not that there are none')
  t.is(document.clusters && listClusters(document.clusters).length, 3)
})

/** Mentions of GUM's types with a pronoun among them, and OntoGUM's coreference of the same tokens. */
const gumFiles = (split: string) => ({
  [`conllu/GUM_${split}.conllu`]: `# newdoc id = GUM_${split}
# global.Entity = GRP-etype-infstat-minspan-link-identity
# sent_id = 1
# text = Ida saw her dog in Oslo
1	Ida	Ida	PROPN	NNP	_	2	nsubj	_	Entity=(1-person-new-1-coref)
2	saw	see	VERB	VBD	_	0	root	_	_
3	her	her	PRON	PRP$	_	4	nmod:poss	_	Entity=(2-animal-new-2-sgl(1-person-giv:act-1-ana)
4	dog	dog	NOUN	NN	_	2	obj	_	Entity=2)
5	in	in	ADP	IN	_	6	case	_	_
6	Oslo	Oslo	PROPN	NNP	_	2	obl	_	Entity=(3-place-new-1-sgl)

`,
  [`conll2012/${split}/GUM_${split}.gold_conll`]: `#begin document (GUM_${split}); part 000
${['Ida', 'saw', 'her', 'dog', 'in', 'Oslo']
  .map((word, i) => `GUM_${split}	0	${i}	${word}	-	-	-	-	-	-	*	${i === 0 || i === 2 ? '(1)' : '-'}`)
  .join('\n')}

#end document
`,
})

test('gum, ace-like: people, organisations and places that are no single pronouns; clusters stay', async (t) => {
  const files = { ...gumFiles('train'), ...gumFiles('dev'), ...gumFiles('test') }
  const all = (await splitsOf('gum', 'official', files)).splits
  const ace = (await splitsOf('gum', 'ace-like', files)).splits
  const mentions = (document: Document) => named(document, document.mentions ? listMentions(document.mentions) : [])
  t.deepEqual(mentions(all['dev'][0]).toSorted(), ['Ida person', 'Oslo place', 'her dog animal', 'her person'])
  t.deepEqual(mentions(ace['dev'][0]), ['Ida person', 'Oslo place'])
  for (const { splits } of [{ splits: all }, { splits: ace }])
    t.deepEqual(
      splits['test'].flatMap((document) =>
        (document.clusters ? listClusters(document.clusters) : []).map((cluster) => named(document, cluster)),
      ),
      [['Ida', 'her']],
    )
})

test('knowledgenet: fold 4 tests, passages of one document stay together', async (t) => {
  const passage = (id: string, fold: number) => ({ id, fold, annotated: ['employer'], text: 'Ida works.', hmtl: {} })
  const { splits } = await splitsOf('knowledgenet', 'folds', {
    'train.jsonl': lines(passage('10/1/1', 1), passage('10/1/2', 2), passage('11/1/3', 3), passage('20/1/4', 4)),
  })
  t.deepEqual(idsOf(splits), { train: ['11/1/3'], dev: ['10/1/1', '10/1/2'], test: ['20/1/4'] })
  t.deepEqual(splits['train'][0].metadata['annotated'], ['employer'], 'a passage says what was looked for in it')
})

test('fewrel: of each relation the first, the next, the last; the common ones alone', async (t) => {
  const numbers = [0, 199, 200, 549, 550, 599, 600, 699]
  const file = lines(
    ...['P26', 'P177'].flatMap((relation) => numbers.map((n) => ({ id: `${relation}-${n}`, text: 'a b', hmtl: {} }))),
  )
  const whole = idsOf((await splitsOf('fewrel', '550-50-100', { 'val_wiki.jsonl': file })).splits)
  t.deepEqual(whole, {
    train: ['P26', 'P177'].flatMap((relation) => [0, 199, 200, 549].map((n) => `${relation}-${n}`)),
    dev: ['P26', 'P177'].flatMap((relation) => [550, 599].map((n) => `${relation}-${n}`)),
    test: ['P26', 'P177'].flatMap((relation) => [600, 699].map((n) => `${relation}-${n}`)),
  })
  const common = idsOf((await splitsOf('fewrel', 'common-200-50-100', { 'val_wiki.jsonl': file })).splits)
  t.deepEqual(common, { train: ['P26-0', 'P26-199'], dev: ['P26-550', 'P26-599'], test: ['P26-600', 'P26-699'] })
})

test('re3d: every fifth document tests, offsets of whole characters', async (t) => {
  const record = (n: number) => ({
    id: String(n),
    text: '🚁 Acme left.',
    hmtl: { mentions: [{ start: 2, end: 6, label: 'ORG' }] },
  })
  const { splits } = await splitsOf('re3d', 'fifths', { 'mentions.jsonl': lines(...[0, 1, 2, 3, 4, 5].map(record)) })
  t.deepEqual(idsOf(splits), { train: ['0', '1', '2', '3', '5'], test: ['4'] })
  const [document] = splits['test']
  t.deepEqual(named(document, document.mentions ? listMentions(document.mentions) : []), ['Acme ORG'])
})

test('pud, tweebank, ewt-silver and crossner: their files as their authors name and lay them out', async (t) => {
  const only = async (name: string, scheme: string, files: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries((await splitsOf(name, scheme, files)).splits).map(([split, documents]) => [
        split,
        documents.flatMap(entitiesOf),
      ]),
    )
  const iob2 = '# sent_id = 1\n# text = Ida left Oslo\n1\tIda\tB-PER\t-\t-\n2\tleft\tO\t-\t-\n3\tOslo\tB-LOC\t-\t-\n\n'
  t.deepEqual(await only('pud', 'train', { 'en_pud-ud-test.iob2': iob2 }), { train: ['Ida PER', 'Oslo LOC'] })
  const bio = '-DOCSTART- -X- -X- O\n\nRT\t-\t-\tO\n@ida\t-\t-\tO\nin\t-\t-\tO\nOslo\t-\t-\tB-LOC\n\n'
  t.deepEqual(await only('tweebank', 'official', { 'train.bio': bio, 'dev.bio': bio, 'test.bio': bio }), {
    train: ['Oslo LOC'],
    dev: ['Oslo LOC'],
    test: ['Oslo LOC'],
  })
  const vote = (name: string) => `-DOCSTART- O\n\n${name} B-PER\nleft O\n\n`
  const silver = { 'train-vote.txt': vote('Ida'), 'train-vote-agreed.txt': vote('Olav') }
  t.deepEqual(await only('ewt-silver', 'vote', silver), { train: ['Ida PER'] })
  t.deepEqual(await only('ewt-silver', 'agreed', silver), { train: ['Olav PER'] })
  const domains = ['ai', 'literature', 'music', 'politics', 'science']
  const crossner = Object.fromEntries(
    domains.flatMap((domain) =>
      ['train', 'dev', 'test'].map((split) => [`${domain}/${split}.txt`, columns([`${domain}-${split} B-writer`])]),
    ),
  )
  const official = await only('crossner', 'official', crossner)
  t.deepEqual(
    official['dev'],
    domains.map((domain) => `${domain}-dev writer`),
  )
  t.is((await only('crossner', 'train', crossner))['train'].length, 15)
  t.is(recipeNamed('crossner').labels.ner?.length, 39)
  const { splits } = await splitsOf('crossner', 'official', crossner)
  t.is(new Set(idsOf(splits)['test']).size, 5, 'ids tell the files apart')
})
