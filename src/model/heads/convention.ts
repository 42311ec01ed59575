/**
 * By whose rules a data set is annotated. Corpora do not agree on what a mention is (LitBank leaves out what is none
 * of its six types; GUM marks every noun phrase) nor on what corefers: a head that is told whose rules hold can learn
 * from all of them, and follows one at inference.
 */
import { HmtlError } from '../../io/errors.ts'
import type { TaskConfig } from '../config/keys.ts'
import { optional, text, wrongType, wrongValue } from '../config/schema.ts'

/** Of a task: whose rules hold where nothing else is said. */
export const convention = text(
  {
    default: '',
    past: true,
    sentence: 'Whose rules of annotation it follows at inference, of those that its data sets name.',
  },
  'the convention of a data set',
)

/** Of a data set. */
export const conventionKeys = {
  convention: optional({
    ...text({
      sentence:
        'By whose rules it is annotated, by a name of your own: corpora do not agree on what a mention is, and a head that is told can learn from all.',
    }),
    read(value: unknown, where: string): string {
      const may = 'a name of letters, digits, "-" and "_"'
      if (typeof value !== 'string') throw wrongType(where, may, value, 'Leave the key out')
      if (!/^[\w-]+$/.test(value)) throw wrongValue(where, may, value, `Use "${value.replace(/[^\w-]+/g, '-')}"`)
      return value
    },
  }),
}

/** What there is of a task for its conventions to be known. */
export interface WithConventions {
  readonly convention?: string
  /** Those by which a tagger's labels are written as they were learned. */
  readonly writtenUnless?: readonly string[]
  readonly datasets?: readonly { readonly convention?: string | undefined }[]
}

/** Those that a task's data sets name, in order. */
export const conventionsOf = ({ datasets = [] }: WithConventions): string[] => [
  ...new Set(datasets.flatMap((dataset) => dataset.convention ?? [])),
]

/** The place of the one that holds: the wanted one where the task knows it, or else the task's own; -1 for none. */
export const conventionAt = (task: WithConventions, wanted: string | undefined): number => {
  const known = conventionsOf(task)
  const at = wanted === undefined ? -1 : known.indexOf(wanted)
  return at >= 0 ? at : known.indexOf(task.convention ?? '')
}

/** Those that a model can be asked to follow: what its tasks learned, and what its taggers write. */
export const knownConventions = (tasks: readonly WithConventions[]): string[] => [
  ...new Set(tasks.flatMap((task) => [...conventionsOf(task), ...(task.writtenUnless ?? [])])),
]

/** @throws HmtlError `HMTL_USAGE` for one that no task knows */
export const checkConvention = (tasks: readonly TaskConfig[], wanted: string | undefined): void => {
  const known = knownConventions(tasks as readonly WithConventions[])
  if (wanted === undefined || known.includes(wanted)) return
  throw new HmtlError('HMTL_USAGE', `the model learned no convention "${wanted}"`, {
    remedy: known.length > 0 ? `It knows ${known.join(', ')}` : 'It knows none: leave it out',
  })
}
