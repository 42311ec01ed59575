/** Units into groups within a budget: what is computed at once. */
import { type Budget, createFiller } from '../io/budget.ts'
import { flushable, many, none, type Stage } from './chain.ts'

/** Units that go through the model together. */
export interface Group<Unit> {
  readonly units: readonly Unit[]
}

/** Groups of units, each within the budget unless a single unit is not; the last one at the end. */
export const fill = <Unit extends { readonly tokens: number }>(budget: Budget): Stage<Unit, Group<Unit>> => {
  const filler = createFiller<Unit>(budget, ({ tokens }) => tokens)
  return flushable((unit: Unit | typeof none) => {
    const groups = unit === none ? [filler.flush()] : filler.add(unit)
    return many(groups.flatMap((units) => (units ? [{ units }] : [])))
  })
}
