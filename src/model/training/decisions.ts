/**
 * Where a head decides by a number that training does not touch, the number is
 * chosen on development data: from which probability on a relation holds, how much
 * every antecedent is favoured over none, how many candidate spans are kept, and how
 * much being outside is favoured over being in a span. F1 is flat around its best, so
 * the steps are coarse, and of values within half a point of the best the one nearest
 * to the paper's is taken, or the cheapest.
 */
import type { ModelConfig, TaskConfig } from '../config.ts'
import { loadModel, updateTasks } from '../store.ts'
import { evaluateTask, mainScore } from './evaluate.ts'
import { filesOf } from './stream.ts'

export interface Decision {
  readonly task: string
  readonly setting: string
  readonly value: number
  /** Development score with what was configured, and with this. */
  readonly before: number
  readonly after: number
}

interface Grid {
  readonly setting: string
  /** Of values that are as good, the one nearest to this is taken: the paper's, or the cheapest. */
  readonly best: number
  readonly values: readonly number[]
  /** Only values below what was configured are tried. */
  readonly only?: 'fewer'
}

const grids: Readonly<Record<string, readonly Grid[]>> = {
  crf: [{ setting: 'outsideBias', best: 0, values: [-3, -2.5, -2, -1.5, -1, -0.75, -0.5, -0.25, 0, 0.25, 0.5] }],
  relation: [{ setting: 'threshold', best: 0.5, values: [0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6] }],
  coref: [
    { setting: 'linkBias', best: 0, values: [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2] },
    // Fewer candidates cost less, and what training needs to learn from need not be looked at later.
    { setting: 'spansPerWord', best: 0, values: [0.2, 0.25, 0.3], only: 'fewer' },
  ],
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
  try {
    for (const configured of model.config.tasks) {
      let task = configured
      const dev = filesOf(task, 'dev')
      if (dev.length === 0) continue
      for (const { setting, best, values, only } of grids[task.kind] ?? []) {
        // Gold mentions are all kept, however many candidates were asked for.
        if (setting === 'spansPerWord' && task.kind === 'coref' && task.goldMentions) continue
        const given = (task as unknown as Record<string, number>)[setting]
        const scoreOf = async (value: number): Promise<number> => {
          const changed = { ...task, [setting]: value } as TaskConfig
          const config: ModelConfig = { ...model.config, tasks: model.config.tasks.map((each) => (each === configured ? changed : each)) }
          return mainScore(changed, await evaluateTask({ ...model, config }, changed, dev))
        }
        const tried = new Map([[given, await scoreOf(given)]])
        for (const candidate of values) if (only === 'fewer' ? candidate < given : candidate !== given) tried.set(candidate, await scoreOf(candidate))
        const most = Math.max(...tried.values())
        const good = [...tried].filter(([, score]) => score >= most - flat)
        const [value, after] = good.reduce((nearest, other) => (Math.abs(other[0] - best) < Math.abs(nearest[0] - best) ? other : nearest))
        const decision = { task: task.name, setting, value, before: tried.get(given) ?? 0, after }
        task = { ...task, [setting]: value } as TaskConfig
        decisions.push(decision)
        onDecision?.(decision)
      }
    }
  } finally {
    model.parameters.dispose()
    model.contextual?.dispose()
  }
  const changes: Record<string, Record<string, number>> = {}
  for (const { task, setting, value } of decisions) changes[task] = { ...changes[task], [setting]: value }
  await updateTasks(folder, changes)
  return decisions
}
