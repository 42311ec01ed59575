/** What is decided before the first update: how often each task is drawn, and how large the steps are. */
import { HmtlError } from '../io/errors.ts'
import type { ModelConfig } from '../model/config/keys.ts'

/** Share of each task in the draws. */
export const samplingShares = (config: ModelConfig, batches: Readonly<Record<string, number>>): number[] => {
  const { sampling } = config.training
  const weights = config.tasks.map(({ name }) => {
    if (sampling === 'proportional') return batches[name]
    if (sampling === 'uniform') return 1
    const weight = sampling[name]
    if (!(weight >= 0)) throw new HmtlError('HMTL_CONFIG_VALUE', `training.sampling has no weight for task ${name}`)
    return weight
  })
  const total = weights.reduce((a, b) => a + b, 0)
  return weights.map((weight) => weight / total)
}

/** Learning rate of an update: warm-up, then a straight line to `finalRate`. */
export const rateAt = ({ training }: ModelConfig, update: number): number => {
  const { learningRate, finalRate, warmup, updates } = training
  if (update < warmup) return (learningRate * (update + 1)) / warmup
  const part = Math.min(1, (update - warmup) / Math.max(1, updates - warmup))
  return learningRate * (1 - part * (1 - finalRate))
}
