/** Spans of tags against a slow reading of conlleval's published rules, written as its tables of tag pairs are. */
import test from 'ava'
import fc from 'fast-check'
import { decodeTags, isTag } from '../src/io/document/tags.ts'
import { LabelCounts } from '../src/model/metrics/counts.ts'

type Tag = readonly [prefix: string, type: string]

const split = (tag: string): Tag => {
  const match = /^([^-]*)-(.*)$/.exec(tag)
  // conlleval's own letters: U and L are S and E under other names.
  const letter = (prefix: string) => prefix.replace('U', 'S').replace('L', 'E')
  return match ? [letter(match[1]), match[2]] : [letter(tag), '']
}

const endPairs = new Set('BB BO BS IB IS IO EE EI EO ES EB SE SI SO SS SB'.split(' '))
const startPairs = new Set('BB IB OB SB EB BS IS OS SS ES OI SI EI SE EE OE'.split(' '))
const endOfChunk = ([before, beforeType]: Tag, [tag, type]: Tag) =>
  endPairs.has(before + tag) || (before !== 'O' && before !== '.' && beforeType !== type)
const startOfChunk = ([before, beforeType]: Tag, [tag, type]: Tag) =>
  startPairs.has(before + tag) || (tag !== 'O' && tag !== '.' && beforeType !== type)

/** conlleval's loop: what is found, what is right, per sentence. */
const conlleval = (gold: readonly string[], guessed: readonly string[]) => {
  let [correct, inGold, inGuessed, inCorrect] = [0, 0, 0, false]
  let [lastGold, lastGuessed]: [Tag, Tag] = [split('O'), split('O')]
  for (let i = 0; i <= gold.length; i++) {
    const [g, p] = [split(gold[i] ?? 'O'), split(guessed[i] ?? 'O')]
    if (inCorrect) {
      const [goldEnds, guessedEnds] = [endOfChunk(lastGold, g), endOfChunk(lastGuessed, p)]
      if (goldEnds && guessedEnds && lastGold[1] === lastGuessed[1]) {
        inCorrect = false
        correct++
      } else if (goldEnds !== guessedEnds || g[1] !== p[1]) inCorrect = false
    }
    const [goldStarts, guessedStarts] = [startOfChunk(lastGold, g), startOfChunk(lastGuessed, p)]
    if (goldStarts && guessedStarts && g[1] === p[1]) inCorrect = true
    if (goldStarts) inGold++
    if (guessedStarts) inGuessed++
    lastGold = g
    lastGuessed = p
  }
  return { correct, gold: inGold, predicted: inGuessed }
}

const score = (gold: readonly string[], guessed: readonly string[]) => {
  const counts = new LabelCounts()
  const items = (tags: readonly string[]) =>
    decodeTags(tags).map(({ begin, end, label }) => [`${begin} ${end}`, label] as const)
  counts.add(items(gold), items(guessed))
  const { correct, gold: inGold, predicted } = counts.score()
  return { correct, gold: inGold, predicted }
}

const tag = (prefixes: string) =>
  fc.oneof(
    fc.constant('O'),
    fc
      .tuple(fc.constantFrom(...prefixes), fc.constantFrom('PER', 'LOC', 'x-y'))
      .map(([prefix, type]) => `${prefix}-${type}`),
  )

for (const [scheme, prefixes] of Object.entries({
  IOB1: 'IB',
  IOB2: 'BI',
  IOBES: 'BIES',
  BIOUL: 'BIUL',
  'all letters together': 'BIESUL',
}))
  test(`${scheme}: found and right are conlleval's, however ill-formed the tags`, (t) => {
    fc.assert(
      fc.property(fc.array(fc.tuple(tag(prefixes), tag(prefixes)), { maxLength: 9 }), (pairs) => {
        const [gold, guessed] = [pairs.map(([g]) => g), pairs.map(([, p]) => p)]
        t.deepEqual(score(gold, guessed), conlleval(gold, guessed))
      }),
      { numRuns: 400 },
    )
  })

test('E and S end a chunk, a change of type does, and an E alone is one', (t) => {
  const spans = (tags: string) =>
    decodeTags(tags.split(' ')).map(({ begin, end, label }) => `${begin}..${end} ${label}`)
  t.deepEqual(spans('B-A I-A E-A I-A O E-B S-B S-B I-B'), ['0..3 A', '3..4 A', '5..6 B', '6..7 B', '7..8 B', '8..9 B'])
  t.deepEqual(spans('I-A I-B B-B I-A'), ['0..1 A', '1..2 B', '2..3 B', '3..4 A'])
  t.deepEqual(spans('B I O I B- I-'), ['0..2 ENT', '3..4 ENT', '4..6 ENT'], 'tags without types')
})

test('BMES and BMEW: M goes on, W stands alone', (t) => {
  t.deepEqual(decodeTags(['B-A', 'M-A', 'E-A', 'W-A', 'W-A']), [
    { begin: 0, end: 3, label: 'A' },
    { begin: 3, end: 4, label: 'A' },
    { begin: 4, end: 5, label: 'A' },
  ])
  t.deepEqual(['O', 'B-A', 'I', 'M-A', 'W-A'].map(isTag), [true, true, true, true, true])
  t.deepEqual(['M', 'W', 'person', 'art-music', '_', '-', 'o', ''].map(isTag), Array(8).fill(false))
})
