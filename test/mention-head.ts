/** Heads of mentions by the order of words. */
import test from 'ava'
import fc from 'fast-check'
import { headOfMention } from '../src/model/heads/mention-head.ts'

const headIn = (mention: string): string => {
  const words = mention.split(' ')
  const { begin, end } = headOfMention(words)
  return words.slice(begin, end).join(' ')
}

for (const [mention, head] of [
  ['she', 'she'],
  ['the minister', 'minister'],
  ['the minister who left', 'minister'],
  ['the prime minister of Britain', 'minister'],
  ['President Zelensky , who joined them by video', 'President Zelensky'],
  ['Ludwig van Beethoven', 'Ludwig van Beethoven'],
  ['a small , old house', 'house'],
  ['Peter , the king', 'Peter'],
  ["the ship 's captain", 'captain'],
  ["Anna 's", 'Anna'],
  ['two people injured in the crash', 'people'],
  ['“ the old man ”', 'man'],
  ['those who came', 'those'],
  [',', ','],
  ['"', '"'],
] as const)
  test(`the head of "${mention}" is "${head}"`, (t) => t.is(headIn(mention), head))

test('whatever the words are, the head is some of them', (t) => {
  const word = fc.oneof(fc.constantFrom(',', '"', "'s", 'of', 'The', 'who', 'Ed', 'jumped', '(', ''), fc.string())
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 12 }), (words) => {
      const { begin, end } = headOfMention(words)
      return 0 <= begin && begin < end && end <= words.length
    }),
    { numRuns: 2000 },
  )
  t.pass()
})
