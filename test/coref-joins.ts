/** Names that are joined though the scores did not: last names, acronyms; and genders that titles tell elsewhere. */
import test from 'ava'
import { withTraits } from '../src/model/heads/coref/clash.ts'
import { nameJoins } from '../src/model/heads/coref/name-joins.ts'
import { type Name, nameOf } from '../src/model/heads/coref/names.ts'
import { titledGenders } from '../src/model/heads/coref/titles.ts'
import { type Traits, traitsOf } from '../src/model/heads/coref/traits.ts'

/** Names marked in a text ("[Tom Roe|PER] left"), none of them linked, and those that are joined. */
const joinsIn = (marked: string, genders: Readonly<Record<number, Traits['gender']>> = {}): string[] => {
  const words: string[] = []
  const names: Name[] = []
  for (const part of marked.split(/(\[[^\]]+\])/)) {
    const [, text, label] = /^\[(.+)\|(.+)\]$/.exec(part) ?? []
    const own = (text ?? part).split(' ').filter((word) => word !== '')
    if (text) names.push(nameOf(own, label, words.length))
    words.push(...own)
  }
  const profiles = new Map(
    names.map((name, i) => [i, withTraits(undefined, { name, gender: genders[i], head: { begin: 0, end: 1 } })!]),
  )
  const spans = {
    entity: names.map((_, i) => i),
    parent: names.map(() => -1),
    scores: names.map(() => 1),
    names,
    profiles,
  }
  return nameJoins(spans, words).map(([one, other]) => `${names[one].text} = ${names[other].text}`)
}

for (const [text, ...joins] of [
  ['[Klaus Brandt|PER] left . [Brandt|PER] was', 'klaus brandt = brandt'],
  ['[Klaus Brandt|PER] left . [Klaus|PER] was', 'klaus brandt = klaus'],
  ['[Klaus Brandt|PER] left . [Brandt|PER] [Brandt|PER]', 'klaus brandt = brandt', 'klaus brandt = brandt'],
  ['[Amy Roe|PER] and [Tom Roe|PER] left . [Roe|PER] was'],
  ['[Tom Roe|PER] and [Tom J. Roe|PER] left . [Roe|PER] was', 'tom roe = roe'],
  ['[Brandt|PER] left . [Klaus Brandt|PER] was'],
  ['[Brandt|PER] left . [Klaus Brandt|PER] was . [Brandt|PER] ran'],
  ['[Queen Victoria|PER] and their daughter [Victoria|PER]'],
  ['[Klaus Brandt|PER] at [Brandt|ORG]'],
  ['[New York|LOC] or [York|LOC]'],
  ['[The United Nations|ORG] sent [UN|ORG] troops', 'the united nations = un'],
  ['[Massachusetts Institute of Technology|ORG] , [MIT|ORG]', 'massachusetts institute of technology = mit'],
  ['[Federal Bureau of Investigation|ORG] , [F.B.I.|ORG]', 'federal bureau of investigation = f.b.i.'],
  ['[Bank of Japan|ORG] ( [BoJ|ORG] )', 'bank of japan = boj'],
  ['[Bank of Japan|ORG] ( [NYSE|ORG] )'],
  ['[World Health Organization|ORG] and [Women Heart Order|ORG] : [WHO|ORG]'],
  ['[United Nations|ORG] in [UN|LOC]'],
] as const)
  test(`joins in ${text}: ${joins.length > 0 ? joins.join(', ') : 'none'}`, (t) =>
    t.deepEqual(joinsIn(text), [...joins]))

test('a last name of the other gender is not joined', (t) => {
  const text = '[Klaus Brandt|PER] left . [Brandt|PER] was'
  t.deepEqual(joinsIn(text, { 0: 'masculine', 1: 'feminine' }), [])
  t.is(joinsIn(text, { 1: 'feminine' }).length, 1)
})

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
