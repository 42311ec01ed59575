/** Units of documents: every token once, whole sentences, their place said. */
import test from 'ava'
import fc from 'fast-check'
import { createDocument, type Prepared } from '../../src/io/document/document.ts'
import { joinTokens, words } from '../../src/io/document/tokens.ts'
import { chain } from '../../src/pipeline/chain.ts'
import { prepareDocument } from '../../src/pipeline/prepare.ts'
import { sentenceUnits, type Window, windowUnits } from '../../src/pipeline/units.ts'
import { collect } from '../helpers/documents.ts'

/** A document with sentences of these lengths. */
const documentOf = (lengths: readonly number[]): Prepared => {
  const list = lengths.flatMap((length, s) => Array.from({ length }, (_, i) => `w${s}.${i}`))
  const ends = lengths.map((_, s) => lengths.slice(0, s + 1).reduce((a, b) => a + b, 0))
  const sentences = { begin: Int32Array.from(ends, (end, s) => end - lengths[s]), end: Int32Array.from(ends) }
  return prepareDocument(createDocument({ id: 'd', ...joinTokens(list), sentences }))
}

const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 30 })

const check = (
  t: { deepEqual(a: unknown, b: unknown): void; is(a: unknown, b: unknown): void },
  document: Prepared,
  units: readonly Window[],
) => {
  t.deepEqual(
    units.flatMap(({ sentences }) => sentences.flat()),
    words(document),
  )
  let next = 0
  for (const { of, from, to, sentences, tokens } of units) {
    t.is(of, document)
    t.is(from, next)
    t.is(to - from, sentences.length)
    t.is(
      tokens,
      sentences.reduce((sum, { length }) => sum + length, 0),
    )
    next = to
  }
  t.is(next, document.sentences.begin.length)
}

test('sentences: one unit each', async (t) => {
  await fc.assert(
    fc.asyncProperty(lengths, async (given) => {
      const document = documentOf(given)
      const units = await collect(chain([document], sentenceUnits))
      check(t, document, units)
      t.deepEqual(
        units.map(({ tokens }) => tokens),
        given,
      )
    }),
  )
})

test('windows: of at most so many tokens unless one sentence has more', async (t) => {
  await fc.assert(
    fc.asyncProperty(lengths, fc.integer({ min: 1, max: 25 }), async (given, most) => {
      const document = documentOf(given)
      const units = await collect(chain([document], windowUnits(most)))
      check(t, document, units)
      for (const { tokens, from, to } of units) t.true(tokens <= most || to === from + 1)
    }),
  )
})

test('a document without a word is one empty window, so that it comes out again', async (t) => {
  const document = prepareDocument(createDocument({ id: 'empty', text: '  \n' }))
  const [unit, ...others] = await collect(chain([document], windowUnits(10)))
  t.deepEqual([unit.from, unit.to, unit.tokens, unit.sentences, others], [0, 0, 0, [], []])
  t.deepEqual(await collect(chain([document], sentenceUnits)), [])
})
