/** Texts that stay bytes: told apart, counted and made as strings are, wherever in memory they lie. */
import test from 'ava'
import fc from 'fast-check'
import { lateTexts } from '../src/io/arrow/late-text.ts'

const texts = fc.array(fc.string({ unit: 'grapheme', maxLength: 12 }), { minLength: 1, maxLength: 20 })

test('lengths and texts of a column are those of its strings, at any place', (t) => {
  fc.assert(
    fc.property(texts, fc.integer({ min: 0, max: 7 }), (list, shift) => {
      const joined = Buffer.from(list.join(''))
      const memory = Buffer.alloc(joined.length + shift + 8)
      joined.copy(memory, shift)
      const at = lateTexts(memory.subarray(shift, shift + joined.length))
      let begin = 0
      for (const text of list) {
        const end = begin + Buffer.byteLength(text)
        const late = at(begin, end)
        t.is(late?.length, text.length)
        t.is(late?.make(), text)
        begin = end
      }
    }),
    { numRuns: 500 },
  )
})

test('long texts of two, three and four bytes a character are counted whole', (t) => {
  for (const character of ['a', 'é', '→', '🙂'])
    for (const size of [1, 3, 127, 128, 509, 2000]) {
      const text = character.repeat(size)
      const bytes = Buffer.from(text)
      t.is(lateTexts(bytes)(0, bytes.length)?.length, text.length, `${size} of ${character}`)
    }
})

test('a text that lies outside or cuts a character is none', (t) => {
  const at = lateTexts(Buffer.from('aéz'))
  t.is(at(0, 5), undefined)
  t.is(at(-1, 1), undefined)
  t.is(at(2, 1), undefined)
  t.is(at(0, 2), undefined)
  t.is(at(2, 4), undefined)
  t.is(at(1, 3)?.make(), 'é')
})
