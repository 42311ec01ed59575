/** What a request may say in its query: one table, from which requests are read and the description is written. */
import { HmtlError } from '../io/errors.ts'
import { type OffsetUnit, offsetUnits } from '../io/document/offsets.ts'
import { formatNames, formatNamed, readableNames } from '../io/formats/index.ts'
import type { Wish } from '../pipeline/pool/messages.ts'

/** What a server's model can do. */
export interface Served {
  readonly model: string
  readonly tasks: readonly string[]
  /** Labels of each task that has some. */
  readonly labels: Readonly<Record<string, readonly string[]>>
  readonly conventions: readonly string[]
}

export interface Query {
  /** How the body is read; told from its content type where absent. */
  readonly from: string | undefined
  readonly to: string
  readonly textField: string | undefined
  /** What offsets in the body count that does not say it. */
  readonly inputOffsetUnit: OffsetUnit | undefined
  readonly wish: Wish & { readonly json: OffsetUnit }
}

interface Parameter {
  readonly name: string
  readonly description: string
  /** JSON schema of its value. */
  schema(served: Served): Readonly<Record<string, unknown>>
}

/** Formats of one stream that hold what was found. */
export const answerFormats: readonly string[] = [
  'json',
  'jsonl',
  'html',
  'drawing',
  ...formatNames.filter((name) => {
    const { write } = formatNamed(name)
    return write !== undefined && name !== 'json' && name !== 'jsonl'
  }),
]

export const parameters: readonly Parameter[] = [
  {
    name: 'tasks',
    description: 'Only the layers of these tasks, separated by commas',
    schema: ({ tasks }) => ({ type: 'string', example: tasks.slice(0, 2).join(',') }),
  },
  {
    name: 'labels',
    description: 'Only these labels, separated by commas, in the layers that have one of them',
    schema: ({ labels }) => ({ type: 'string', example: Object.values(labels)[0]?.slice(0, 2).join(',') }),
  },
  {
    name: 'minScore',
    description: 'Leave out what is less probable',
    schema: () => ({ type: 'number', minimum: 0, maximum: 1, default: 0 }),
  },
  {
    name: 'convention',
    description: 'By whose rules, of the conventions that the model learned',
    schema: ({ conventions }) => ({ type: 'string', ...(conventions.length > 0 ? { enum: conventions } : {}) }),
  },
  {
    name: 'offsetUnit',
    description: 'What offsets in the answer count',
    schema: () => ({ type: 'string', enum: offsetUnits, default: 'utf16' }),
  },
  {
    name: 'inputOffsetUnit',
    description: 'What offsets in annotations of the body count that do not say it; utf16, where a format has no other',
    schema: () => ({ type: 'string', enum: offsetUnits }),
  },
  {
    name: 'textField',
    description: 'The field of a JSON record that holds the text',
    schema: () => ({ type: 'string', default: 'text' }),
  },
  {
    name: 'from',
    description: 'The format of the body, where its content type does not say it',
    schema: () => ({ type: 'string', enum: readableNames }),
  },
  {
    name: 'format',
    description:
      'The format of the answer: json is what `hmtl annotate` writes, as one record, an array or lines as the body was; jsonl is the same as lines; html is a page; drawing is what is within one',
    schema: () => ({ type: 'string', enum: answerFormats, default: 'json' }),
  },
]

const wrong = (name: string, value: string, known: readonly string[]) =>
  new HmtlError('HMTL_USAGE', `${name}=${value.slice(0, 80)} is not known`, { remedy: `Known are ${known.join(', ')}` })

/** The value of a parameter if it is one of some. */
const oneOf = (name: string, value: string | undefined, known: readonly string[]): string | undefined => {
  if (value !== undefined && !known.includes(value)) throw wrong(name, value, known)
  return value
}

/**
 * @throws HmtlError `HMTL_USAGE` for a parameter or a value that is not known, as nothing should be believed to hold
 * that does not
 */
export const readQuery = (given: URLSearchParams, { tasks: known, labels: ofTasks, conventions }: Served): Query => {
  const names = parameters.map(({ name }) => name)
  for (const name of given.keys()) if (!names.includes(name)) throw wrong('parameter', name, names)
  const value = (name: string): string | undefined => {
    const [first, ...more] = given.getAll(name)
    if (more.length > 0) throw new HmtlError('HMTL_USAGE', `${name} is given ${more.length + 1} times`)
    return first
  }
  const tasks = value('tasks')?.split(',').filter(Boolean)
  for (const task of tasks ?? []) oneOf('tasks', task, known)
  const labels = value('labels')?.split(',').filter(Boolean)
  for (const label of labels ?? []) oneOf('labels', label, Object.values(ofTasks).flat())
  const minScore = value('minScore')
  const least = minScore === undefined ? undefined : Number(minScore)
  if (least !== undefined && (minScore === '' || !(least >= 0 && least <= 1)))
    throw new HmtlError('HMTL_USAGE', `minScore=${minScore?.slice(0, 80)} is not a probability`, {
      remedy: 'Use a number from 0 to 1',
    })
  return {
    from: oneOf('from', value('from'), readableNames),
    to: oneOf('format', value('format'), answerFormats) ?? 'json',
    textField: value('textField'),
    inputOffsetUnit: oneOf('inputOffsetUnit', value('inputOffsetUnit'), offsetUnits) as OffsetUnit | undefined,
    wish: {
      ...(tasks && tasks.length > 0 ? { tasks } : {}),
      ...(labels && labels.length > 0 ? { labels } : {}),
      ...(least === undefined ? {} : { minScore: least }),
      ...(value('convention') === undefined
        ? {}
        : { convention: oneOf('convention', value('convention'), conventions) }),
      json: (oneOf('offsetUnit', value('offsetUnit'), offsetUnits) ?? 'utf16') as OffsetUnit,
    },
  }
}
