/**
 * Where a head decides by a number that training does not touch, the number is
 * chosen on development data: from which probability on a relation holds, how much
 * every antecedent is favoured over none, and being outside over being in a span. F1 is flat around its best, so the
 * steps are coarse, and of values within half a point of the best the one nearest
 * to the paper's is taken.
 */
import type { ModelConfig, TaskConfig } from '../config.ts'
import { loadModel, updateTasks } from '../store.ts'
import { evaluateTask, mainScore } from './evaluate.ts'

export interface Decision {
  readonly task: string
  readonly setting: string
  readonly value: number
  /** Development score with what was configured, and with this. */
  readonly before: number
  readonly after: number
}

const grids: Readonly<Record<string, { readonly setting: string; readonly paper: number; readonly values: readonly number[] }>> = {
  crf: { setting: 'outsideBias', paper: 0, values: [-3, -2.5, -2, -1.5, -1, -0.75, -0.5, -0.25, 0, 0.25, 0.5] },
  relation: { setting: 'threshold', paper: 0.5, values: [0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6] },
  coref: { setting: 'linkBias', paper: 0, values: [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2] },
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
    for (const task of model.config.tasks) {
      const grid = grids[task.kind]
      const dev = task.datasets.flatMap((data) => (data.dev ? [data.dev] : []))
      if (!grid || dev.length === 0) continue
      const scoreOf = async (value: number): Promise<number> => {
        const changed = { ...task, [grid.setting]: value } as TaskConfig
        const config: ModelConfig = { ...model.config, tasks: model.config.tasks.map((each) => (each === task ? changed : each)) }
        return mainScore(changed, await evaluateTask({ ...model, config }, changed, dev))
      }
      const given = (task as unknown as Record<string, number>)[grid.setting]
      const before = await scoreOf(given)
      const tried = new Map([[given, before]])
      for (const candidate of grid.values) if (candidate !== given) tried.set(candidate, await scoreOf(candidate))
      const best = Math.max(...tried.values())
      const good = [...tried].filter(([, score]) => score >= best - flat)
      const [value, after] = good.reduce((nearest, other) => (Math.abs(other[0] - grid.paper) < Math.abs(nearest[0] - grid.paper) ? other : nearest))
      const decision = { task: task.name, setting: grid.setting, value, before, after }
      decisions.push(decision)
      onDecision?.(decision)
    }
  } finally {
    model.parameters.dispose()
    model.contextual?.dispose()
  }
  await updateTasks(folder, Object.fromEntries(decisions.map(({ task, setting, value }) => [task, { [setting]: value }])))
  return decisions
}
