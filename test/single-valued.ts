/** What a thing has one of, and which thing is meant. */
import test from 'ava'
import { createDocument, listRelations, type SpanLike } from '../src/io/document/document.ts'
import { countryOf } from '../src/model/heads/relation/demonyms.ts'
import { distinctRelations } from '../src/model/heads/relation/distinct.ts'
import { singleValued } from '../src/model/heads/relation/single.ts'
import { prepareDocument } from '../src/pipeline/prepare.ts'

/** The nth place of words in a text. */
const at = (text: string, words: string, nth = 0): SpanLike => {
  let start = text.indexOf(words)
  for (let i = 0; i < nth; i++) start = text.indexOf(words, start + 1)
  return { start, end: start + words.length }
}

const seconds = (text: string, ...seconds: readonly (readonly [string, number])[]): string[] => {
  const relations = seconds.map(([words, score]) => ({
    label: 'country',
    arg1: at(text, text.split(' ')[0]),
    arg2: at(text, words),
    score,
  }))
  const entityOf = ({ start, end }: SpanLike) => text.slice(start, end)
  return singleValued(relations, ['country'], text, entityOf).map(({ arg2 }) => text.slice(arg2.start, arg2.end))
}

test('of two countries the more probable stays, by whatever name', (t) => {
  const text = 'Bogotá of Colombia has Colombian and some American friends.'
  t.deepEqual(seconds(text, ['Colombia', 0.9], ['Colombian', 0.6], ['American', 0.7]), ['Colombia', 'Colombian'])
  t.deepEqual(seconds('BMW is German but builds in Hungary.', ['German', 0.5], ['Hungary', 0.7]), ['Hungary'])
})

test('two that are named together stay', (t) => {
  const text = 'Titicaca lies in Peru and Bolivia, not in Chile.'
  t.deepEqual(seconds(text, ['Peru', 0.9], ['Bolivia', 0.6], ['Chile', 0.7]), ['Peru', 'Bolivia'])
})

test('labels that may hold often are left alone', (t) => {
  const relations = [{ label: 'child', arg1: at('Ann Bo Cy', 'Ann'), arg2: at('Ann Bo Cy', 'Bo') }]
  t.is(
    singleValued(relations, ['country'], 'Ann Bo Cy', () => ''),
    relations,
  )
})

test('a country is known by its adjective', (t) => {
  t.is(countryOf('the Colombian'), countryOf('Colombia'))
  t.is(countryOf('U.S.'), countryOf('American'))
  t.is(countryOf('Oslo'), 'oslo')
})

const found = (text: string, given: readonly object[], clusters: readonly (readonly SpanLike[])[]) =>
  listRelations(
    distinctRelations(
      prepareDocument(createDocument({ id: 'x', text, relations: given as never, clusters })),
      ['date of birth'],
      (word) => /^(?:i|me|my|he|his)$/i.test(word),
    ).relations!,
  ).map(({ label, arg1, arg2 }) => `${text.slice(arg1.start, arg1.end)} ${label} ${text.slice(arg2.start, arg2.end)}`)

test('a name is of the cluster whose mention it is the head of', (t) => {
  const text = 'Sir Kwame Boateng works for Bolt and he works for Bolt.'
  const [name, wide, he] = [at(text, 'Kwame Boateng'), at(text, 'Sir Kwame Boateng'), at(text, 'he')]
  const relations = [
    { label: 'employer', arg1: name, arg2: at(text, 'Bolt'), score: 0.9 },
    { label: 'employer', arg1: he, arg2: at(text, 'Bolt', 1), score: 0.8 },
  ]
  t.deepEqual(found(text, relations, [[wide, he]]), ['Kwame Boateng employer Bolt'])
  const other = [at(text, 'Bolt'), at(text, 'Bolt', 1)]
  t.is(found(text, relations, [other]).length, 2, 'in no cluster they are two')
})

test('but not of one that it is a part of besides', (t) => {
  const text = 'The mayor of Oslo is from Bergen and she is from Bergen.'
  const [mayor, she] = [at(text, 'The mayor of Oslo'), at(text, 'she')]
  const relations = [
    { label: 'near', arg1: at(text, 'Oslo'), arg2: at(text, 'Bergen'), score: 0.9 },
    { label: 'near', arg1: she, arg2: at(text, 'Bergen', 1), score: 0.8 },
  ]
  t.is(found(text, relations, [[mayor, she]]).length, 2)
})

test('I and my of a sentence are one, of two sentences nobody knows', (t) => {
  const text = 'I work for Bolt, and my boss works for Bolt. My job is at Bolt.'
  const relation = (words: string, nth: number, score: number) => ({
    label: 'employer',
    arg1: at(text, words),
    arg2: at(text, 'Bolt', nth),
    score,
  })
  t.deepEqual(found(text, [relation('I', 0, 0.9), relation('my', 1, 0.8), relation('My', 2, 0.7)], []), [
    'I employer Bolt',
    'My employer Bolt',
  ])
})

test('by clusters, too, one is born once', (t) => {
  const text = 'Ann was born in 1950. She was not born in 1960.'
  const relations = [
    { label: 'date of birth', arg1: at(text, 'Ann'), arg2: at(text, '1950'), score: 0.9 },
    { label: 'date of birth', arg1: at(text, 'She'), arg2: at(text, '1960'), score: 0.8 },
  ]
  t.deepEqual(found(text, relations, [[at(text, 'Ann'), at(text, 'She')]]), ['Ann date of birth 1950'])
  t.is(found(text, relations, [[at(text, '1950'), at(text, '1960')]]).length, 2)
})
