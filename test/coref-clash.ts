/** Entities that a mention can hardly be of: by its gender and number, by names, by what it lies around. */
import test from 'ava'
import { listClusters } from '../src/io/document/document.ts'
import { load } from '../src/index.ts'
import { startEngine } from '../src/model/engine.ts'
import { clashes, type Profile, withinBesideHead, withTraits } from '../src/model/heads/coref/clash.ts'
import { isAnotherName, type Name, nameOf } from '../src/model/heads/coref/names.ts'
import { clustersFrom } from '../src/model/heads/coref/clusters.ts'
import { compare, surfaceOf } from '../src/model/heads/coref/surface.ts'
import { type Traits, traitsOf } from '../src/model/heads/coref/traits.ts'
import { testEngine } from './helpers/engine.ts'
import { foundBy, randomModel } from './helpers/random-model.ts'

test.before(() => startEngine(testEngine))

const none = (): undefined => undefined
const traits = (mention: string) => traitsOf(mention.split(' '), none)

for (const [mention, gender, number] of [
  ['she', 'feminine', 'singular'],
  ['Himself', 'masculine', 'singular'],
  ['they', undefined, 'plural'],
  ['its', undefined, 'singular'],
  ['Mrs. Bennet', 'feminine', undefined],
  ['the old Lord Underhill', 'masculine', undefined],
  ['his mother', 'feminine', undefined],
  ['the man who left her', 'masculine', undefined],
  ['Queen', 'feminine', undefined],
  ['Marie Curie', undefined, undefined],
  ['the king of Spain', 'masculine', undefined],
  ['Kings Cross', undefined, undefined],
  ['the family', undefined, undefined],
] as const)
  test(`"${mention}" is ${gender ?? 'of no known gender'} and ${number ?? 'of no known number'}`, (t) => {
    const found = traits(mention)
    t.is(found.gender, gender)
    t.is(found.number, number)
  })

/** Names in a text, in its order. */
const namesIn = (text: string, ...given: readonly (readonly [string, string])[]): [Name, Name, string[]] => {
  const words = text.split(' ')
  const [one, other] = given.map(([name, label]): Name => {
    const own = name.split(' ')
    const at = words.findIndex((_, i) => own.every((word, k) => words[i + k] === word))
    return nameOf(own, label, at)
  })
  return [one, other, words]
}

for (const [one, other, label, text] of [
  ['Marie Curie', 'Curie', 'PER'],
  ['Marie Curie', 'Pierre Curie', 'PER'],
  ['European Union', 'EU', 'ORG'],
  ['U.S.', 'United States', 'LOC'],
  ['Spain', 'Spanish', 'LOC'],
  ['Moskva', 'Москва', 'LOC'],
  ['Poland', "Poland 's", 'LOC'],
  ['Fedor Ozep', 'Otsep', 'PER', 'Fedor Ozep ( born Otsep ) left'],
  ['Ozep', 'Otsep', 'PER', 'Ozep ( later Otsep ) left'],
  ['Trivago', 'Room Five', 'ORG', 'Trivago ( Room Five ) left'],
  ['the', 'The Hague', 'LOC'],
] as const)
  test(`${one} and ${other} may be one`, (t) => {
    const pair = namesIn(text ?? `${one} . ${other}`, [one, label], [other, label])
    t.false(isAnotherName(...pair))
    t.false(isAnotherName(pair[1], pair[0], pair[2]), 'either way')
  })

for (const [one, other, label, text] of [
  ['Erling Haaland', 'Phil Foden', 'PER'],
  ['Mary Smith', 'Martha Jones', 'PER'],
  ['Lebanon', 'Iran', 'LOC'],
  ["Poland 's", "Iran 's", 'LOC'],
  ['IBM', 'European Union', 'ORG'],
  ['Health Board', 'Food Office', 'ORG', 'the Health Board ( HB ) , the Food Office'],
  ['Odette', 'Leeds', 'ORG', 'Odette ( 22 High Street , Leeds )'],
  ['Kestrel', 'NYSE', 'ORG', 'Kestrel ( NYSE : KST )'],
] as const)
  test(`${one} and ${other} are two`, (t) =>
    t.true(isAnotherName(...namesIn(text ?? `${one} . ${other}`, [one, label], [other, label]))))

const nothing: Profile = { genders: [], numbers: [], names: [] }
const known = (...mentions: readonly Traits[]): Profile =>
  mentions.reduce<Profile | undefined>(withTraits, undefined) ?? nothing

test('a mention clashes with what is known of an entity, unless some of it fits', (t) => {
  t.false(clashes(traits('she'), nothing, []), 'nothing is known')
  t.is(withTraits(undefined, traits('the friend')), undefined, 'nor by this')
  const darcy = known(traits('Mr. Darcy'))
  t.true(clashes(traits('she'), darcy, []))
  t.false(clashes(traits('they'), darcy, []))
  t.false(clashes(traits('the friend'), darcy, []))
  const both = known(traits('Mr. Darcy'), traits('her'))
  t.false(clashes(traits('she'), both, []), 'it has been both')
  t.true(clashes(traits('they'), both, []), 'a pronoun was of one')

  const [foden, haaland] = namesIn('Phil Foden , Erling Haaland', ['Phil Foden', 'PER'], ['Erling Haaland', 'PER'])
  const named = (name: Name): Traits => ({ name, head: { begin: 0, end: 1 } })
  t.true(clashes(named(haaland), known(named(foden)), []))
  const more = known(named(foden), named(nameOf(['Haaland'], 'PER', 4)), named(foden))
  t.false(clashes(named(haaland), more, []), 'one of its names fits')
  t.is(more.names.length, 2, 'each once')
})

test('what lies within a mention beside its head is another', (t) => {
  // he told [ [ Kelce 's ] mother ] [ Donna ] that [ his ] boss left
  const spans = { begin: [0, 2, 2, 5, 7], end: [1, 4, 5, 6, 8] }
  t.deepEqual(withinBesideHead(spans, { begin: 7, end: 9 }, 8), [4], 'his, of "his boss"')
  t.deepEqual(withinBesideHead(spans, { begin: 2, end: 5 }, 4), [1], "Kelce's, of Kelce's mother")
  t.deepEqual(withinBesideHead(spans, { begin: 5, end: 6 }, 5), [], 'one word')
  const { head } = traits("Kenya 's President William Ruto")
  const kenya = { begin: [0, 3], end: [2, 5] }
  t.deepEqual(withinBesideHead(kenya, { begin: 0, end: 5 }, head.end - 1), [0], 'the name is its head')
})

test('an entity of many names is asked about the last of them', (t) => {
  const named = (i: number): Traits => ({ name: nameOf([`Name${i}`], 'PER', i), head: { begin: 0, end: 1 } })
  const many = known(...Array.from({ length: 1000 }, (_, i) => named(i)))
  t.is(many.names.length, 64)
  t.is(many.names[63].text, 'name999')
})

test('a name with and without its article and its possessive is one mention where names are candidates', (t) => {
  const words = "the Union 's Union left the Union".split(' ')
  const tokens = { begin: Int32Array.from(words.keys()), end: Int32Array.from(words.keys(), (i) => i + 1) }
  // the Union 's, Union, Union, the Union, Union: the bare names are linked, and so are the wide ones
  const links = { begin: [0, 1, 3, 5, 6], end: [3, 2, 4, 7, 7], parent: [-1, -1, 1, 0, 2], scores: [1, 1, 1, 1, 1] }
  const clusters = (withNames: boolean) =>
    listClusters(clustersFrom(links, { tokens, words }, { singletons: false, withNames })).map((cluster) =>
      cluster.map(({ start, end }) => words.slice(start, end).join(' ')),
    )
  t.deepEqual(clusters(true), [["the Union 's", 'Union', 'the Union']])
  t.deepEqual(clusters(false), [
    ["the Union 's", 'the Union'],
    ['Union', 'Union', 'Union'],
  ])
})

test('who has something is compared by his name', (t) => {
  const of = (text: string) => surfaceOf(text.split(' '))
  t.is(compare(of("Poland 's"), of("Iran 's")), 4, 'no word in common')
  t.is(compare(of("Poland 's"), of('Poland')), 2, 'the same name')
  t.is(compare(of("the dog 's"), of('the dog')), 1, 'the same text')
  t.is(surfaceOf(["'s"]).text, "'s", 'nothing else is left')
})

test.serial('a model whose links are all sure leaves apart what clashes', async (t) => {
  const model = randomModel({}, 3)
  const linked = async (clash: number) => {
    const tasks = model.config.tasks.map((task) =>
      task.name === 'coref' ? { ...task, leastSpans: 1000, linkBias: 50, linking: 'entity' as const, clash } : task,
    )
    const { clusters, text } = await foundBy(
      { ...model, config: { ...model.config, tasks } },
      {},
      'He saw his boss and she saw him .',
    )
    return (clusters ? listClusters(clusters) : []).map((cluster) =>
      cluster.map(({ start, end }) => text.slice(start, end)),
    )
  }
  const together = (clusters: string[][], one: string, other: string) =>
    clusters.some((cluster) => cluster.includes(one) && cluster.includes(other))
  const all = await linked(0)
  t.true(together(all, 'He', 'she') && together(all, 'his', 'his boss'))
  const apart = await linked(1000)
  t.true(apart.length > 0)
  t.false(together(apart, 'He', 'she'))
  t.false(together(apart, 'his', 'his boss'))
  model.parameters.dispose()
})

test.serial('the bundled model keeps two countries and two people apart, and says a possessive once', async (t) => {
  await using hmtl = await load('en')
  const clusters = async (text: string) =>
    ((await hmtl.annotate(text)).clusters ?? []).map((cluster) =>
      cluster.map(({ start, end }) => text.slice(start, end)),
    )
  const found = await clusters(
    "Poland's prime minister, Donald Tusk, met the EU's commissioner, Janusz Wojciechowski, in Warsaw. Tusk said Poland's farmers suffer.",
  )
  for (const cluster of found.map((cluster) => cluster.join())) {
    t.false(/Poland/.test(cluster) && /EU/.test(cluster), cluster)
    t.false(/Tusk/.test(cluster) && /Wojciechowski/.test(cluster), cluster)
  }
  t.true(
    found.some((cluster) => cluster.join().includes('Tusk,Tusk')),
    JSON.stringify(found),
  )
  const said = found.flat().filter((mention) => /^Poland(?:'s)?$/.test(mention))
  t.is(said.length, 2, `each of the two is said once: ${said.join()}`)
})

test('a mention that names a person beside its head has that name, and no other that it holds', (t) => {
  const nameIn = (mention: string, ...names: readonly string[]): string | undefined => {
    const words = mention.split(' ')
    const ending = new Map(
      names.map((name) => {
        const own = name.split(' ')
        const at = words.findIndex((_, i) => own.every((word, k) => words[i + k] === word))
        return [at + own.length - 1, nameOf(own, 'PER', at)]
      }),
    )
    return traitsOf(words, (i) => ending.get(i)).name?.text
  }
  t.is(nameIn("Fiji 's prime minister , Sitiveni Rabuka", 'Sitiveni Rabuka'), 'sitiveni rabuka')
  t.is(nameIn('the envoy , Mr. Bo Li', 'Bo Li'), 'bo li')
  t.is(nameIn('the envoy , a friend of Bo Li', 'Bo Li'), undefined)
  t.is(nameIn('the friends of Bo Li', 'Bo Li'), undefined)
  t.is(nameIn('Ana Lopez , the wife of Bo Li', 'Ana Lopez', 'Bo Li'), 'ana lopez')
})
