/** Weights of tasks where the list of tasks has changed around them. */
import { isObject, type JsonObject } from './schema.ts'

/**
 * A configuration without weights of tasks that it does not have, as one is left with
 * that takes some tasks of the file it extends; older versions stored them.
 */
export const withoutForeignWeights = (config: JsonObject): JsonObject => {
  const { tasks, training } = config
  if (!Array.isArray(tasks) || !isObject(training) || !isObject(training.sampling)) return config
  const names = new Set(tasks.filter(isObject).map(({ name }) => name))
  const weights = Object.entries(training.sampling).filter(([name]) => names.has(name))
  return { ...config, training: { ...training, sampling: Object.fromEntries(weights) } }
}
