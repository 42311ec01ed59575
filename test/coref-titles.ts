/** Genders that titles tell, also elsewhere. */
import test from 'ava'
import { nameOf } from '../src/model/heads/coref/names.ts'
import { titledGenders } from '../src/model/heads/coref/titles.ts'
import { traitsOf } from '../src/model/heads/coref/traits.ts'

test('titles tell the gender of a name wherever it is', (t) => {
  const of = (text: string) => Object.fromEntries(titledGenders(text.split(' ')))
  t.deepEqual(of('Mrs. Lorna Whitfield saw Mr. Roe .'), { whitfield: 'feminine', roe: 'masculine' })
  t.deepEqual(of('Mr. Roe and Mrs. Roe'), { roe: undefined })
  t.deepEqual(of('Mr. and Mrs. Roe'), { roe: undefined })
  t.deepEqual(of('a miss , Sir , said'), {})
})

test('a title before a name tells its gender, also outside the mention and in what says more of a noun', (t) => {
  const name = (words: string) => () => nameOf(words.split(' '), 'PER', 0)
  const none = () => undefined
  t.is(traitsOf(['Whitfield'], name('Whitfield'), 'Mrs.').gender, 'feminine')
  t.is(traitsOf(['Whitfield'], name('Whitfield'), 'said').gender, undefined)
  t.is(traitsOf(['I'], none, 'sir').gender, undefined)
  t.is(traitsOf('a witness , Mrs. Lorna Whitfield'.split(' '), none).gender, 'feminine')
  t.is(traitsOf('a witness , Lorna Whitfield'.split(' '), none).gender, undefined)
})
