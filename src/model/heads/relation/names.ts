/** Labels that the settings of relations name, and the types of arguments, which are labels of a tagger. */
import type { UsedName } from '../head.ts'
import type { RelationTaskConfig } from './keys.ts'

export const namesIn = (task: RelationTaskConfig): UsedName[] => {
  const own = (key: string, names: readonly string[]): UsedName[] => names.map((name) => ({ key, name }))
  const types = (key: string, names: readonly string[]): UsedName[] =>
    task.tagsOf === '' ? [] : [...new Set(names)].map((name) => ({ key, name, of: task.tagsOf }))
  const { argumentTypes, pronouns, beside, cues, never, symmetric, single } = task
  return [
    ...own('symmetric', symmetric),
    ...own('single', single),
    ...own('cues', Object.keys(cues)),
    ...own('never', Object.keys(never)),
    ...own('beside', [...new Set([...Object.keys(beside), ...Object.values(beside).flat()])]),
    ...own('argumentTypes', Object.keys(argumentTypes)),
    ...types('argumentTypes', Object.values(argumentTypes).flat(2)),
    ...types('pronouns', Object.keys(pronouns)),
  ]
}
