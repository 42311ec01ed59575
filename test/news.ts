/** The gold of bench/news: what people wrote becomes spans that are what they say, under rules that it keeps. */
import { readFileSync } from 'node:fs'
import test from 'ava'
import fc from 'fast-check'
import { type GoldRecord, parseGold } from '../datasets/everyday/gold.ts'
import { relationTypes } from '../datasets/everyday/schema.ts'
import type { SpanLike } from '../src/io/document/document.ts'
import { fromJson } from '../src/io/document/json.ts'
import { prepareDocument } from '../src/pipeline/prepare.ts'
import { root } from './helpers/documents.ts'

const load = (name: string) => import(`file://${root(`bench/news/${name}`)}`)
const { readTexts } = (await load('texts.mjs')) as { readTexts(): GoldRecord[] }

const records = readTexts()
const inside = (a: SpanLike, b: SpanLike) => a.start >= b.start && a.end <= b.end
const words = ({ text }: { text: string }, { start, end }: SpanLike) => text.slice(start, end)

const gold = (layers: {
  text?: string
  entities?: string
  mentions?: string
  relations?: string
  clusters?: string
}) => {
  const { text = 'Ann met Bo. Ann left Oslo.', entities = '', mentions = '', relations = '', clusters = '' } = layers
  return `# a\n${text}\n\nentities\n${entities}\n\nmentions\n${mentions}\n\nrelations\n${relations}\n\nclusters\n${clusters}\n`
}

test('words become the spans where they stand, numbers say which', (t) => {
  const [record] = parseGold(
    gold({
      entities: 'PER: Ann[1,2] | Bo\nLOC: Oslo',
      mentions: 'PER: Ann[1,2]',
      relations: 'residence: Ann[2] -> Oslo',
      clusters: 'Ann[1] | Ann[2]',
    }),
    'news',
  )
  const [ann, bo, again, oslo] = [0, 8, 12, 21].map((start, i) => ({ start, end: start + [3, 2, 3, 4][i] }))
  t.deepEqual(record, {
    id: 'a',
    kind: 'news',
    text: 'Ann met Bo. Ann left Oslo.',
    hmtl: {
      entities: [
        { ...ann, label: 'PER' },
        { ...bo, label: 'PER' },
        { ...again, label: 'PER' },
        { ...oslo, label: 'LOC' },
      ],
      mentions: [
        { ...ann, label: 'PER' },
        { ...again, label: 'PER' },
      ],
      relations: [{ label: 'residence', arg1: again, arg2: oslo }],
      clusters: [[ann, again]],
    },
  })
})

const refused: [what: string, layers: Parameters<typeof gold>[0], message: RegExp][] = [
  ['words that are not there', { entities: 'PER: Bob' }, /^news:5: "Bob" is not in the text/],
  ['part of a word', { entities: 'PER: An' }, /not in the text/],
  ['words that could be two spans', { entities: 'PER: Ann' }, /^news:5: "Ann" occurs 2 times/],
  ['an occurrence past the last', { entities: 'PER: Ann[3]' }, /occurs 2 times, not 3/],
  ['the occurrence before the first', { entities: 'PER: Ann[0]' }, /occurs 2 times, not 0/],
  ['a number that nothing needs', { entities: 'PER: Bo[1]' }, /occurs once/],
  ['no words', { entities: 'PER: ' }, /begins with none of|no words/],
  ['a label that is not known', { entities: 'GPE: Oslo' }, /begins with none of PER/],
  ['entities that overlap', { entities: 'PER: Ann met Bo | Bo' }, /overlaps/],
  ['mentions within mentions', { mentions: 'PER: Ann met Bo | Bo' }, /overlaps/],
  ['layers whose spans cross', { entities: 'PER: Ann met', mentions: 'PER: met Bo' }, /cross/],
  [
    'a relation of what is no entity',
    { entities: 'PER: Bo', relations: 'residence: Bo -> Oslo' },
    /"Oslo" is no entity/,
  ],
  ['a relation of wrong types', { entities: 'PER: Bo\nORG: Oslo', relations: 'residence: Bo -> Oslo' }, /takes no ORG/],
  [
    'a relation said twice',
    { entities: 'PER: Bo\nLOC: Oslo', relations: 'residence: Bo -> Oslo\nresidence: Bo -> Oslo' },
    /twice/,
  ],
  ['a relation without its object', { entities: 'PER: Bo', relations: 'residence: Bo' }, /subject -> object/],
  ['a cluster of one', { clusters: 'Bo' }, /two mentions or more/],
  ['a span in two clusters', { clusters: 'Ann[1] | Bo\nBo | Oslo' }, /in a cluster already/],
]

for (const [what, layers, message] of refused)
  test(`refused: ${what}`, (t) => void t.throws(() => parseGold(gold(layers), 'news'), { message }))

test('refused: layers that are missing or in another order, ids that repeat, lines before the first id', (t) => {
  t.throws(() => parseGold('# a\nText.\n\nentities\n\nrelations\n\nmentions\n\nclusters\n', 'web'), {
    message: /^web:1: needs one paragraph/,
  })
  t.throws(() => parseGold('# a\nText.\n\nentities\n', 'web'), { message: /needs one paragraph/ })
  t.throws(() => parseGold(gold({}) + gold({}), 'web'), { message: /"a" is a second time/ })
  t.throws(() => parseGold(`Text.\n${gold({})}`, 'web'), { message: /^web:1: stands before/ })
})

test('spans of any words come back where they stood, beside emoji and accents', (t) => {
  const word = fc.constantFrom('Ann', 'Zoë', '😀', 'in', 'An', "d'Arc", '#a', '7', '𝒳y')
  const cases = fc
    .array(word, { minLength: 1, maxLength: 12 })
    .chain((list) => fc.tuple(fc.constant(list), fc.array(fc.nat(list.length - 1), { minLength: 1, maxLength: 4 })))
  fc.assert(
    fc.property(cases, ([list, picked]) => {
      const text = `${list.join(' ')} .`
      const items = [...new Set(picked)].sort((a, b) => a - b)
      const written = items.map((i) => {
        const same = list.flatMap((other, k) => (other === list[i] ? [k] : []))
        // `in` and the like stand within other words, which do not count.
        return same.length === 1 ? list[i] : `${list[i]}[${same.indexOf(i) + 1}]`
      })
      const [record] = parseGold(gold({ text, entities: `PER: ${written.join(' | ')}` }), 'news')
      const starts = list.map((_, i) => list.slice(0, i).join(' ').length + (i > 0 ? 1 : 0))
      t.deepEqual(
        record.hmtl.entities.map(({ start, end }) => [start, end]),
        items.map((i) => [starts[i], starts[i] + list[i].length]),
      )
    }),
  )
})

test('thirty texts of three kinds, each read as a document by the JSON reader', (t) => {
  t.deepEqual(
    ['news', 'web', 'tweets'].map((kind) => records.filter((record) => record.kind === kind).length),
    [10, 8, 12],
  )
  t.is(new Set(records.map(({ id }) => id)).size, 30)
  for (const record of records) t.is(fromJson(record, record.id).text, record.text)
})

test('every label of a relation is in the gold', (t) => {
  const seen = new Set(records.flatMap(({ hmtl }) => hmtl.relations.map(({ label }) => label)))
  t.deepEqual([...seen].sort(), Object.keys(relationTypes).sort())
})

test('every span is what the file says: the words of each layer, and no others', (t) => {
  for (const { id, kind, text, hmtl } of records) {
    const source = readFileSync(root(`bench/news/texts/${kind}.txt`), 'utf8')
    const [block] = source.slice(source.indexOf(`# ${id}\n`)).split(/\n# /)
    const said = (from: string, to?: string) =>
      block
        .slice(
          block.indexOf(`\n${from}\n`) + from.length + 2,
          to === undefined ? undefined : block.indexOf(`\n${to}\n`),
        )
        .split('\n')
        .flatMap((line) => (from === 'clusters' ? line : line.replace(/^[A-Z]+: /, '')).split(' | '))
        .filter((item) => item !== '')
        .map((item) => item.replace(/\[[\d,]+\]$/, ''))
    const sorted = (items: readonly string[]) => [...new Set(items)].sort()
    const spelled = (spans: readonly SpanLike[]) => sorted(spans.map((span) => words({ text }, span)))
    t.deepEqual(spelled(hmtl.entities), sorted(said('entities', 'mentions')), id)
    t.deepEqual(spelled(hmtl.mentions), sorted(said('mentions', 'relations')), id)
    t.deepEqual(spelled(hmtl.clusters.flat()), sorted(said('clusters')), id)
  }
})

/** The same tokens and sentences that a model sees. */
const prepared = records.map((record) => {
  const { tokens, sentences } = prepareDocument(fromJson({ id: record.id, text: record.text }, record.id))
  if (!tokens || !sentences) throw new Error('a prepared document has tokens and sentences')
  return { record, tokens, sentences }
})

test('spans are whole tokens, so that a model can find them', (t) => {
  for (const { record, tokens } of prepared) {
    const [begins, ends] = [new Set(tokens.begin), new Set(tokens.end)]
    const { entities, mentions, clusters } = record.hmtl
    const cut = [...entities, ...mentions, ...clusters.flat()].filter(
      ({ start, end }) => !begins.has(start) || !ends.has(end),
    )
    t.deepEqual(
      cut.map((span) => words(record, span)),
      [],
      record.id,
    )
  }
})

test('relations are said within one sentence', (t) => {
  for (const { record, tokens, sentences } of prepared)
    for (const { label, arg1, arg2 } of record.hmtl.relations) {
      const [from, to] = [Math.min(arg1.start, arg2.start), Math.max(arg1.end, arg2.end)]
      const within = sentences.begin.some((b, s) => tokens.begin[b] <= from && to <= tokens.end[sentences.end[s] - 1])
      t.true(within, `${record.id}: ${words(record, arg1)} ${label} ${words(record, arg2)}`)
    }
})

test('persons and organizations are mentioned, and mentions are no pronouns', (t) => {
  for (const { record } of prepared) {
    const { entities, mentions } = record.hmtl
    const unmentioned = entities.filter(
      (entity) => /PER|ORG/.test(entity.label) && !mentions.some((mention) => inside(entity, mention)),
    )
    t.deepEqual(
      unmentioned.map((entity) => words(record, entity)),
      [],
      record.id,
    )
    for (const mention of mentions)
      t.notRegex(words(record, mention), /^(i|me|you|he|him|she|her|it|we|us|they|them|this|that|who)$/i)
  }
})

test('a name that comes again is the same entity, of one type', (t) => {
  for (const { record } of prepared) {
    const { entities, clusters } = record.hmtl
    const names = entities.filter(({ label }) => label !== 'TIME' && label !== 'NUM')
    for (const first of names)
      for (const later of names.filter(
        (one) => one.start > first.start && words(record, one) === words(record, first),
      )) {
        const joined = clusters.some((cluster) =>
          [first, later].every((name) => cluster.some((span) => inside(name, span))),
        )
        t.true(joined && first.label === later.label, `${record.id}: ${words(record, later)}`)
      }
  }
})
