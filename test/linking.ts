/** The choice of an antecedent, against what it says it is. */
import test from 'ava'
import { chooseLink } from '../src/model/heads/coref/linking.ts'
import { randomOf } from '../src/model/random.ts'

interface ScoredLink {
  readonly antecedent: number
  readonly score: number
}

const itself = (antecedent: number) => antecedent
const choose = (links: readonly ScoredLink[], groupOf: (antecedent: number) => number) =>
  chooseLink(
    links.map(({ antecedent }) => antecedent),
    links.map(({ score }) => score),
    groupOf,
  )

test('the best antecedent above none, with its share of the probability', (t) => {
  const links: ScoredLink[] = [
    { antecedent: 4, score: 1 },
    { antecedent: 2, score: 2 },
    { antecedent: 1, score: -1 },
  ]
  const { parent, probability } = choose(links, itself)
  t.is(parent, 2)
  const total = 1 + Math.exp(1) + Math.exp(2) + Math.exp(-1)
  t.true(Math.abs(probability - Math.exp(2) / total) < 1e-12)
  t.is(choose([{ antecedent: 0, score: -0.1 }], itself).parent, -1)
  t.is(choose([], itself).parent, -1)
  t.is(choose([], itself).probability, 1)
  t.is(choose([{ antecedent: 0, score: 1e4 }], itself).probability, 1)
})

test('an entity’s mentions count together, and the best of them is the antecedent', (t) => {
  const links: ScoredLink[] = [
    { antecedent: 7, score: -0.2 },
    { antecedent: 5, score: 0.4 },
    { antecedent: 3, score: -0.1 },
    { antecedent: 0, score: -0.3 },
  ]
  const entity = (antecedent: number) => (antecedent === 5 ? 5 : 0)
  t.is(choose(links, itself).parent, 5)
  const { parent, probability } = choose(links, entity)
  t.is(parent, 3)
  const [three, all] = [
    Math.exp(-0.2) + Math.exp(-0.1) + Math.exp(-0.3),
    1 + Math.exp(-0.2) + Math.exp(0.4) + Math.exp(-0.1) + Math.exp(-0.3),
  ]
  t.true(Math.abs(probability - three / all) < 1e-12)
  // Each below none, together above it.
  t.is(choose([links[0], links[2]], itself).parent, -1)
  t.is(choose([links[0], links[2]], entity).parent, 3)
})

test('random scores: the choice has the highest sum, whatever the order of the links', (t) => {
  const random = randomOf(3, 'links')
  for (let round = 0; round < 200; round++) {
    const links = Array.from({ length: random.below(12) }, (_, antecedent) => ({
      antecedent,
      score: 3 * random.normal(),
    }))
    const groups = links.map(() => random.below(4))
    const sums = new Map<number, number>()
    for (const { antecedent, score } of links)
      sums.set(groups[antecedent], (sums.get(groups[antecedent]) ?? 0) + Math.exp(score))
    const highest = Math.max(1, ...sums.values())
    const { parent, probability } = choose(random.shuffle([...links]), (antecedent) => groups[antecedent])
    const total = 1 + [...sums.values()].reduce((a, b) => a + b, 0)
    t.true(Math.abs(probability - highest / total) < 1e-9)
    t.is(parent === -1 ? 1 : sums.get(groups[parent]), highest)
    if (parent !== -1)
      for (const { antecedent, score } of links)
        if (groups[antecedent] === groups[parent]) t.true(score <= links[parent].score)
  }
})
