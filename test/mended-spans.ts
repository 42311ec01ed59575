/** Where spans begin and end, whatever a tagger says of single words. */
import test from 'ava'
import { balanced, withoutGreeting } from '../src/model/heads/crf/mend.ts'

/** Spans of a line, of which each is given by its words. */
const mended = (line: string, ...given: readonly string[]): string[] => {
  const words = line.split(' ')
  const spans = given.map((text) => {
    const span = text.split(' ')
    const begin = words.findIndex((_, i) => span.every((word, k) => words[i + k] === word))
    return { begin, end: begin + span.length, label: 'X', score: 1 }
  })
  return balanced(words, spans, 0).map(({ begin, end }) => words.slice(begin, end).join(' '))
}

test('a span that closes a bracket begins with the name before it, or behind it', (t) => {
  t.deepEqual(mended('Ann met William ( Bill ) Gates .', 'Bill ) Gates'), ['William ( Bill ) Gates'])
  t.deepEqual(mended('Patrick and Rose ( MacNeil ) Doyle', 'Patrick', 'Rose', 'MacNeil ) Doyle'), [
    'Patrick',
    'Rose ( MacNeil ) Doyle',
  ])
  t.deepEqual(mended('within fifteen ( 15 ) days', '15 ) days'), ['fifteen ( 15 ) days'])
  t.deepEqual(mended('he ( said so ) Doyle', 'so ) Doyle'), ['Doyle'])
  t.deepEqual(mended('flats in York ) Doyle', 'York ) Doyle'), ['Doyle'])
  t.deepEqual(mended('in NY )', 'NY )'), ['NY'])
  t.deepEqual(mended('a ) Oslo', ') Oslo'), ['Oslo'])
})

test('a span that opens a bracket or a quotation ends before it', (t) => {
  t.deepEqual(mended('Mr. Lacey ( Clerk ) came', 'Mr. Lacey ( Clerk'), ['Mr. Lacey'])
  t.deepEqual(mended('her son Ian ( Carol ) came', 'Ian ( Carol'), ['Ian'])
  t.deepEqual(mended('Robert " Bob " Hope met', 'Robert " Bob'), ['Robert'])
  t.deepEqual(mended('“ Oslo ” is', '“ Oslo'), ['Oslo'])
})

test('spans with both halves, or none, or of inches stay as they are', (t) => {
  const words = 'William ( Bill ) Gates of 6 \' 2 " saw " Oslo " and :) Ida'.split(' ')
  const spans = [
    [0, 5],
    [6, 10],
    [11, 14],
    [15, 17],
  ].map(([begin, end]) => ({ begin, end, label: 'X', score: 1 }))
  t.is(balanced(words, spans, 0), spans)
})

test('a span of nothing but halves goes', (t) => {
  t.deepEqual(mended('so ) it ( is', ')', '('), [])
})

test('who is greeted is no part of the greeting', (t) => {
  const begins = (line: string, end: number, label = 'PER') => {
    const words = line.split(' ')
    return withoutGreeting(words, { begin: 0, end, label, score: 1 }, 0, words.length)
  }
  t.is(begins('Dear Ms. Okonkwo , I am', 3), 1)
  t.is(begins('Hi Karin', 2), 1)
  t.is(begins('Dear Evan Hansen ran for years', 3), 0)
  t.is(begins('Hello Kitty , a cat', 2, 'MISC'), 0)
  t.is(begins('Hey', 1), 0)
  t.is(withoutGreeting('said Dear John ,'.split(' '), { begin: 1, end: 3, label: 'PER', score: 1 }, 0, 4), 1)
})
