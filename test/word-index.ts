/** The table of words beside a `Map` of them. */
import test from 'ava'
import fc from 'fast-check'
import { createIndexer, unknownWord, wordLines } from '../src/model/vocabulary.ts'
import { indexWords } from '../src/model/word-index.ts'

const word = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 3 }),
  fc.string({ unit: 'binary', maxLength: 4 }),
)
const oneLine = word.map((text) => text.replaceAll('\n', ''))

test('finds what a Map of the same words finds, the last place of a word that is there twice', (t) => {
  fc.assert(
    fc.property(fc.array(oneLine, { maxLength: 60 }), fc.array(word, { maxLength: 20 }), (words, others) => {
      const map = new Map(words.map((each, i) => [each, i]))
      const index = indexWords(wordLines(words))
      return index.size === words.length && [...words, ...others].every((each) => index.find(each) === map.get(each))
    }),
    { numRuns: 500 },
  )
  t.pass()
})

test('no words, and words without a line end after the last', (t) => {
  t.is(indexWords('').find(''), undefined)
  t.is(indexWords('').size, 0)
  const index = indexWords('a\nb')
  t.deepEqual([index.size, index.find('a'), index.find('b'), index.find('a\nb')], [1, 0, undefined, undefined])
})

test('an indexer looks up lower case, digits as zeros, and brackets', (t) => {
  const { word: id } = createIndexer({ words: ['<unk>', 'oslo', '0000', '('], characters: [] })
  t.deepEqual(['Oslo', '1984', '-LRB-', 'Bergen'].map(id), [1, 2, 3, unknownWord])
})

test('a word is the same however its accents are written: in the letters or behind them', (t) => {
  const indexer = createIndexer({ words: ['<unk>', 'nestlé', 'zürich'], characters: ['é', 'ü', 'Z'] })
  for (const [i, word] of ['Nestlé', 'Zürich'].entries()) {
    const apart = word.normalize('NFD')
    t.not(apart, word)
    t.deepEqual([indexer.word(apart), indexer.word(word)], [i + 1, i + 1])
    t.deepEqual(indexer.characters(apart), indexer.characters(word))
  }
})
