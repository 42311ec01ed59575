/** What a training that goes on may not change, and what of its data has changed since. */
import { HmtlError } from '../io/errors.ts'
import type { ModelConfig } from '../model/config/keys.ts'
import { isObject } from '../model/config/schema.ts'

/** The first key by which two values differ, with both; undefined where they are the same. */
const firstDifference = (
  before: unknown,
  now: unknown,
  where: string,
): { readonly where: string; readonly before: unknown; readonly now: unknown } | undefined => {
  const isList = Array.isArray(before) && Array.isArray(now)
  if (isList || (isObject(before) && isObject(now))) {
    const [a, b] = [before, now] as [Record<string, unknown>, Record<string, unknown>]
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const found = firstDifference(a[key], b[key], `${where}.${key}`)
      if (found) return found
    }
    return undefined
  }
  return Object.is(before, now) ? undefined : { where, before, now }
}

const most = 80
const shown = (value: unknown): string => {
  const text = value === undefined ? 'nothing' : JSON.stringify(value)
  return text.length > most ? `${text.slice(0, most)}…` : text
}

/** What weights and the course of the randomness depend on. */
const fixed = ({ tasks, embeddings, training: { begin, seed } }: ModelConfig) => ({
  tasks,
  embeddings,
  training: { begin, seed },
})

/**
 * Other settings of the training, such as `updates` and `learningRate`, may be other ones from now on.
 * @throws HmtlError `HMTL_TRAIN_STATE` that names what differs
 */
export const checkResumable = (before: ModelConfig, now: ModelConfig): void => {
  for (const key of ['tasks', 'embeddings', 'training'] as const) {
    const found = firstDifference(fixed(before)[key], fixed(now)[key], key)
    if (found)
      throw new HmtlError(
        'HMTL_TRAIN_STATE',
        `the configuration is not the one this training began with: "${found.where}" was ${shown(found.before)} and is ${shown(found.now)}`,
        { remedy: 'Resume with what it was, or begin anew in another folder or by --overwrite' },
      )
  }
}

/** Files that are other ones than they were, or gone. @param before digests by path, where a state has them */
export const changedData = (
  before: Readonly<Record<string, string>> | undefined,
  now: Readonly<Record<string, string>>,
): string[] => (before ? Object.keys({ ...before, ...now }).filter((path) => before[path] !== now[path]) : [])
