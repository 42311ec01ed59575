/** Names inside a configuration that no data have: what is said of them holds of nothing, and nobody would notice. */
import { HmtlError } from '../io/errors.ts'
import type { ModelConfig, TaskConfig } from '../model/config/keys.ts'
import { nearest } from '../model/config/nearest.ts'
import { conventionsOf, type WithConventions } from '../model/heads/convention.ts'
import type { UsedName } from '../model/heads/head.ts'
import { headOf } from '../model/heads/index.ts'
import type { Former } from './former.ts'
import type { NamedLabels, Survey } from './survey.ts'

const listed = (names: readonly string[]): string => {
  const most = 12
  return `${names.slice(0, most).join(', ')}${names.length > most ? ', …' : ''}`
}

/** What is wrong with a name, and what there is instead. */
interface Fault {
  readonly message: string
  readonly remedy: string
  /** Whether it may be right all the same: of other data, or of the model that the training begins with. */
  readonly mayBeRight: boolean
}

const faultsOf = (
  task: TaskConfig,
  { tasks, training }: ModelConfig,
  { allLabels }: Pick<Survey, 'allLabels'>,
  former: Pick<Former, 'labels' | 'config'> | undefined,
): Fault[] => {
  const used = headOf(task.kind).names?.(task) ?? []
  const faultOf = ({ key, name, of = task.name }: UsedName): Fault | undefined => {
    const data = allLabels[of] ?? []
    // Those of a model to begin with come back where it knows all that the data have.
    const known = [...new Set([...data, ...(former?.labels[of] ?? [])])]
    if (known.length === 0 || known.includes(name)) return undefined
    const sources = tasks.find((each) => each.name === of)?.datasets ?? []
    return {
      message: `"${task.name}.${key}" names "${name}", which no data of task ${of} have: it holds of nothing`,
      remedy: `Did you mean "${nearest(name, known)}"? There is ${listed(known)}`,
      mayBeRight: training.begin !== undefined || sources.length > 1,
    }
  }
  return [...used].flatMap((each) => faultOf(each) ?? [])
}

const conventionFault = (task: TaskConfig, former: Pick<Former, 'config'> | undefined): Fault[] => {
  const { convention = '' } = task as WithConventions
  const known = conventionsOf(task as WithConventions)
  const before = former?.config.tasks.find(({ name }) => name === task.name) as WithConventions | undefined
  if (convention === '' || known.includes(convention) || before?.convention === convention) return []
  return [
    {
      message: `"${task.name}.convention" is "${convention}", which is that of no data set`,
      remedy:
        known.length > 0
          ? `Did you mean "${nearest(convention, known)}"? There is ${listed(known)}`
          : 'Leave it out: no data set names one',
      mayBeRight: former !== undefined,
    },
  ]
}

/** Labels that a data set is said to have and has not: what is said of them holds of nothing, and its own may be left out. */
const labelFaults = ({ task, train, named, own }: NamedLabels): Fault[] =>
  named
    .filter((name) => !own.includes(name))
    .map((name) => ({
      message: `"labels" of ${train} in task ${task} names "${name}", which it does not have`,
      remedy: own.length === 0 ? 'It has no label' : `Did you mean "${nearest(name, own)}"? It has ${listed(own)}`,
      mayBeRight: true,
    }))

/**
 * Once it is known what labels the data have.
 * @returns what may be right all the same, to be told
 * @throws HmtlError `HMTL_CONFIG_VALUE` for a name that can mean nothing in this training
 */
export const checkNames = (
  config: ModelConfig,
  found: Pick<Survey, 'allLabels' | 'namedLabels'>,
  former: Pick<Former, 'labels' | 'config'> | undefined,
): string[] => {
  const faults = [
    ...config.tasks.flatMap((task) => [...faultsOf(task, config, found, former), ...conventionFault(task, former)]),
    ...found.namedLabels.flatMap(labelFaults),
  ]
  const wrong = faults.find(({ mayBeRight }) => !mayBeRight)
  if (wrong) throw new HmtlError('HMTL_CONFIG_VALUE', wrong.message, { remedy: wrong.remedy })
  return faults.map(({ message, remedy }) => `${message}. ${remedy}`)
}
