/** One type for one name in a document. */
import test from 'ava'
import fc from 'fast-check'
import { agreeing, nameOfMention } from '../src/model/heads/crf/agree.ts'
import { ofFinalTypes } from '../src/model/heads/relation/types.ts'

const text = 'Apple said Apple and Apple like Paris.'
const apple = (start: number, label: string, score: number) => ({ start, end: start + 5, label, score })
const three = [apple(0, 'ORG', 0.9), apple(11, 'PER', 0.4), apple(21, 'ORG', 0.7), apple(32, 'LOC', 0.5)]

test('a name that is unsure of its label takes the one that its document gives it most', (t) => {
  const [first, second, third, paris] = agreeing(text, three, 0.8)
  t.deepEqual([first, third, paris], [three[0], three[2], three[3]])
  t.is(second.label, 'ORG')
  t.true(Math.abs((second.score ?? 0) - (1.6 / 2) * 0.8) < 1e-9)
})

test('one that is sure keeps its own: Washington may live in Washington', (t) => {
  const both = [apple(0, 'ORG', 0.95), apple(11, 'PER', 0.9), apple(21, 'ORG', 0.5)]
  t.deepEqual(agreeing(text, both, 0.8), both)
})

test('votes that stand even change nothing, and 0 leaves all as they are', (t) => {
  const even = [apple(0, 'ORG', 0.5), apple(11, 'PER', 0.5)]
  t.deepEqual(agreeing(text, even, 1), even)
  t.is(agreeing(text, three, 0), three)
})

test('whatever is found, nothing is moved or lost, and scores stay probabilities', (t) => {
  const span = fc.record({
    start: fc.nat({ max: 6 }),
    label: fc.constantFrom('A', 'B', 'C'),
    score: fc.double({ min: 0.01, max: 1, noNaN: true }),
  })
  fc.assert(
    fc.property(fc.array(span), fc.double({ min: 0, max: 1, noNaN: true }), (given, below) => {
      const spans = given.map(({ start, ...rest }) => ({ start, end: start + 2, ...rest }))
      const out = agreeing('abababababab', spans, below)
      return (
        out.length === spans.length &&
        out.every(
          ({ start, end, score = 0 }, i) =>
            start === spans[i].start && end === spans[i].end && score > 0 && score <= 1 + 1e-9,
        )
      )
    }),
  )
  t.pass()
})

test('the article and the possessive are no part of a name', (t) => {
  const text = "The Nordvik's fleet, Nordvik and the Nordvik."
  const span = (start: number, end: number, label: string, score: number) => ({ start, end, label, score })
  const spans = [span(0, 13, 'ORG', 0.9), span(21, 28, 'PER', 0.4), span(33, 44, 'ORG', 0.8)]
  t.deepEqual(
    agreeing(text, spans, 0.8).map(({ label }) => label),
    ['ORG', 'ORG', 'ORG'],
  )
})

test('of mentions, names alone agree: the company and they may be anybody', (t) => {
  for (const words of ['the company', 'They', 'he', 'It', 'the']) t.is(nameOfMention(words), undefined, words)
  t.is(nameOfMention('the Nordvik ’s'), 'Nordvik')
  const text = 'They left, They won.'
  const spans = [
    { start: 0, end: 4, label: 'ORG', score: 0.9 },
    { start: 11, end: 15, label: 'PER', score: 0.4 },
  ]
  t.deepEqual(agreeing(text, spans, 1, nameOfMention), spans)
  t.is(agreeing(text, spans, 1)[1].label, 'ORG')
})

test('a relation goes where a name is of another type in the end, and its label does not take that', (t) => {
  const text = 'Norda hired Ida. Norda grew. It hired Ben.'
  const name = (start: number, end: number, label: string, score: number) => ({ start, end, label, score })
  const names = [name(0, 5, 'ORG', 0.9), name(12, 15, 'PER', 0.9), name(17, 22, 'PER', 0.4), name(38, 41, 'PER', 0.9)]
  const [norda, ida, again, it, ben] = [
    [0, 5],
    [12, 15],
    [17, 22],
    [29, 31],
    [38, 41],
  ].map(([start, end]) => ({ start, end }))
  const relations = [
    { label: 'employer', arg1: ida, arg2: norda },
    { label: 'employer', arg1: again, arg2: norda },
    { label: 'employer', arg1: ben, arg2: it },
    { label: 'near', arg1: again, arg2: ida },
  ]
  const task = { argumentTypes: { employer: [['PER'], ['ORG']] as const }, pronouns: { ORG: ['it'] } }
  t.deepEqual(ofFinalTypes(relations, text, names, 0.8, task), [relations[0], relations[2], relations[3]])
  t.is(ofFinalTypes(relations, text, names, 0, task), relations)
})
