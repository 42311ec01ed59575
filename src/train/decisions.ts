/**
 * Where a head decides by a number that training does not touch, the number is
 * chosen on development data: from which probability on a relation holds, how much
 * every antecedent is favoured over none, how many candidate spans are kept, how much being
 * outside is favoured over being in a span, and from which probability on a span is found.
 * F1 is flat around its best, so the steps are coarse, and of values within half a point of
 * the best the one nearest to the paper's is taken, the cheapest, or the one with fewer errors.
 */
import type { ModelConfig, TaskConfig } from '../model/config/keys.ts'
import { headOf } from '../model/heads/index.ts'
import { loadModel, updateStored } from '../model/store.ts'
import { evaluateTask, goldSplit } from './evaluate.ts'

export interface Decision {
  readonly task: string
  readonly setting: string
  readonly value: number
  /** Development score with what was configured, and with this. */
  readonly before: number
  readonly after: number
}

/** Scores that differ by less say nothing. */
const flat = 0.005

/**
 * Chooses the decision values of a stored model and writes them into its configuration.
 * @throws HmtlError `HMTL_MODEL_*`, `HMTL_INPUT_*`
 */
export const fitDecisions = async (folder: string, onDecision?: (decision: Decision) => void): Promise<Decision[]> => {
  const model = await loadModel(folder, { cached: true })
  const decisions: Decision[] = []
  // What is decided for a task holds while the next, which may stand on it, is.
  let tasks = model.config.tasks
  try {
    for (const configured of model.config.tasks) {
      let task = configured
      const dev = goldSplit(task, 'dev')
      if (dev.length === 0) continue
      for (const { setting, best, values, only } of headOf(task.kind).decisions(task)) {
        const given = (task as unknown as Record<string, number>)[setting]
        const scoreOf = async (value: number): Promise<number> => {
          const changed = { ...task, [setting]: value } as TaskConfig
          const config: ModelConfig = {
            ...model.config,
            tasks: tasks.map((each) => (each.name === configured.name ? changed : each)),
          }
          return (await evaluateTask({ ...model, config }, changed, dev)).main
        }
        const tried = new Map([[given, await scoreOf(given)]])
        for (const candidate of values)
          if (only === 'fewer' ? candidate < given : candidate !== given) tried.set(candidate, await scoreOf(candidate))
        const most = Math.max(...tried.values())
        const good = [...tried].filter(([, score]) => score >= most - flat)
        const [value, after] = good.reduce((nearest, other) =>
          Math.abs(other[0] - best) < Math.abs(nearest[0] - best) ? other : nearest,
        )
        const decision = { task: task.name, setting, value, before: tried.get(given) ?? 0, after }
        task = { ...task, [setting]: value } as TaskConfig
        decisions.push(decision)
        onDecision?.(decision)
      }
      const decided = task
      tasks = tasks.map((each) => (each.name === decided.name ? decided : each))
    }
  } finally {
    model.parameters.dispose()
    model.contextual?.dispose()
  }
  const changes: Record<string, Record<string, number>> = {}
  for (const { task, setting, value } of decisions) changes[task] = { ...changes[task], [setting]: value }
  await updateStored(folder, changes)
  return decisions
}
