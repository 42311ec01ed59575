/** A whole configuration from what was given: each key by its schema, and what keys say of one another. */
import { HmtlError } from '../../io/errors.ts'
import { headKinds, headOf } from '../heads/index.ts'
import { type ContextualConfig, type ModelConfig, modelKeys, type TaskConfig, taskKeys } from './keys.ts'
import { nearest } from './nearest.ts'
import { withoutForeignWeights } from './sampling.ts'
import { choice, isObject, readKeys, wrongType, wrongValue } from './schema.ts'

/** What parameters and scores beside the tasks' are named for. */
const reserved = ['base', 'words', 'characters', 'contextual', 'mean']
const longestName = 64

/** A name that files and parameters can have. */
const checkName = (name: string, where: string, seen: ReadonlySet<string>): void => {
  const may = 'a name of letters, digits, "-" and "_" that begins with one of the former'
  const cleaned = name
    .replace(/[^\p{L}\p{M}\p{N}_-]/gu, '')
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .slice(0, longestName)
  const free = (wanted: string): string =>
    seen.has(wanted) || reserved.includes(wanted) || wanted in {} ? free(`${wanted}2`) : wanted
  if (cleaned !== name || name === '') throw wrongValue(where, may, name, `Use "${free(cleaned || 'task')}"`)
  if (seen.has(name)) throw wrongValue(where, 'of one task only', name, `Use "${free(name)}"`)
  if (reserved.includes(name) || name in {})
    throw wrongValue(where, 'no name that means something else', name, `Use "${free(name)}"`)
}

const readTask = (given: unknown, where: string, earlier: ReadonlySet<string>): TaskConfig => {
  if (!isObject(given)) throw wrongType(where, 'an object', given, 'A task has a name and a kind')
  const { kind } = readKeys(
    { kind: choice(headKinds(), { required: true, sentence: '' }) },
    { kind: given.kind },
    where,
  )
  const head = headOf(kind)
  const task = readKeys({ ...taskKeys(headKinds(), head.defaults, head.datasetKeys), ...head.keys }, given, where)
  checkName(task.name, `${where}.name`, earlier)
  if (task.on !== 'base' && !earlier.has(task.on))
    throw wrongValue(
      `${where}.on`,
      '"base" or the name of an earlier task',
      task.on,
      `Use "${nearest(task.on, ['base', ...earlier])}"`,
    )
  return task
}

/** Tasks that a head names besides the one it stands on. */
const checkOthers = (task: TaskConfig, where: string, tasks: readonly TaskConfig[]): void => {
  for (const { key, name, kind } of headOf(task.kind).others?.(task) ?? []) {
    const known = tasks.filter((other) => other !== task && other.kind === kind).map((other) => other.name)
    if (known.includes(name)) continue
    const remedy = known.length > 0 ? `Use "${nearest(name, known)}"` : 'There is none: leave the key out'
    throw wrongValue(`${where}.${key}`, `the name of a task of kind "${kind}"`, name, remedy)
  }
}

/** Weights are of all tasks, and of no others. */
const checkSampling = (
  { training: { sampling } }: Pick<ModelConfig, 'training'>,
  tasks: readonly TaskConfig[],
): void => {
  if (typeof sampling === 'string') return
  const names = tasks.map(({ name }) => name)
  for (const name of Object.keys(sampling))
    if (!names.includes(name))
      throw new HmtlError('HMTL_CONFIG_KEY', `"training.sampling" has a weight for "${name}", which is no task`, {
        remedy: `Did you mean "${nearest(name, names)}"?`,
      })
  for (const name of names)
    if (!Object.hasOwn(sampling, name))
      throw wrongValue(
        'training.sampling',
        'a weight for every task',
        sampling,
        `Give one for "${name}"; 0: it is not trained`,
      )
  if (Object.values(sampling).every((weight) => weight === 0))
    throw wrongValue('training.sampling', 'a weight above 0 for some task', sampling, 'Use "proportional"')
}

/** What is learned of some tasks alone is learned from their batches. */
const checkOnly = (
  { training: { only, sampling } }: Pick<ModelConfig, 'training'>,
  tasks: readonly TaskConfig[],
): void => {
  if (only.length === 0) return
  const names = tasks.map(({ name }) => name)
  const foreign = only.find((name) => !names.includes(name))
  if (foreign !== undefined)
    throw wrongValue('training.only', 'the names of tasks', only, `Did you mean "${nearest(foreign, names)}"?`)
  const drawn = names.filter((name) => !only.includes(name) && (typeof sampling === 'string' || sampling[name] > 0))
  if (drawn.length > 0)
    throw wrongValue(
      'training.sampling',
      'weights of 0 for tasks not in "training.only"',
      sampling,
      `Give 0 for ${drawn.join(', ')}`,
    )
}

/** What is tuned changes, and what was computed beforehand does not. */
const checkTuning = (contextual: ContextualConfig | null): void => {
  if (contextual?.kind !== 'transformer' || !contextual.tune) return
  const where = 'embeddings.contextual'
  const { cache, layers, tune } = contextual
  if (cache) throw wrongValue(`${where}.cache`, 'left out where layers are tuned', cache, 'Leave it out, or "tune"')
  if (layers !== undefined && tune.layers > layers)
    throw wrongValue(`${where}.tune.layers`, `at most the ${layers} that are run`, tune.layers, `Use ${layers}`)
}

/**
 * A full configuration from a partial one.
 * @throws HmtlError `HMTL_CONFIG_*` that names the key and the nearest right value
 *
 * @example
 * parseConfig({ tasks: [{ name: 'ner', kind: 'crf', datasets: [{ train: 'train.arrow', dev: 'dev.arrow' }] }] })
 */
export const parseConfig = (given: unknown): ModelConfig => {
  if (!isObject(given)) throw wrongType('configuration', 'a JSON object', given, 'See docs/configuration.md')
  const { tasks: list, ...rest } = given
  const whole = readKeys({ ...modelKeys, tasks: anything }, { ...rest, tasks: list ?? null }, '')
  if (!Array.isArray(list)) throw wrongType('tasks', 'a list of at least one task', list, 'See docs/configuration.md')
  if (list.length === 0) throw wrongValue('tasks', 'a list of at least one task', list, 'See docs/configuration.md')
  const seen = new Set<string>()
  const tasks = list.map((each, i) => {
    const task = readTask(each, `tasks[${i}]`, seen)
    seen.add(task.name)
    return task
  })
  tasks.forEach((task, i) => {
    checkOthers(task, `tasks[${i}]`, tasks)
    headOf(task.kind).check?.(task, `tasks[${i}]`)
  })
  checkSampling(whole, tasks)
  checkOnly(whole, tasks)
  checkTuning(whole.embeddings.contextual)
  return { ...whole, tasks }
}

/** Known by name here; read task by task below. */
const anything = { sentence: '', may: '', read: (value: unknown) => value }

/** A configuration that was stored with a model: what older versions let pass is put right. */
export const parseStoredConfig = (stored: unknown): ModelConfig =>
  parseConfig(isObject(stored) ? withoutForeignWeights(stored) : stored)
