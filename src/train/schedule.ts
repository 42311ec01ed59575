/** What is decided before the first update: which task each is of, and how large the steps are. */
import { HmtlError } from '../io/errors.ts'
import type { ModelConfig } from '../model/config/keys.ts'
import type { Random } from '../model/random.ts'

/** Share of each task in the draws. */
export const samplingShares = (config: ModelConfig, batches: Readonly<Record<string, number>>): number[] => {
  const { sampling } = config.training
  const weights = config.tasks.map(({ name }) => {
    if (sampling === 'proportional' || sampling === 'successive') return batches[name]
    if (sampling === 'uniform') return 1
    const weight = sampling[name]
    if (!(weight >= 0)) throw new HmtlError('HMTL_CONFIG_VALUE', `training.sampling has no weight for task ${name}`)
    return weight
  })
  const total = weights.reduce((a, b) => a + b, 0)
  return weights.map((weight) => weight / total)
}

/** The interval that a number lies in, of intervals of these lengths from 0 on. */
const intervalOf = (x: number, lengths: readonly number[]): number => {
  let rest = x
  for (let i = 0; i < lengths.length - 1; i++) {
    rest -= lengths[i]
    if (rest < 0) return i
  }
  return lengths.length - 1
}

/**
 * Which task an update is of, by its place in the configuration: drawn by its share (paper, section 3.3), or, where
 * sampling is `successive`, an epoch of each after the other (Hashimoto et al. 2017, which the paper compares with).
 * @param random is drawn from once a call where tasks are drawn, and not where they take turns
 */
export const taskOfUpdate = (
  config: ModelConfig,
  batches: Readonly<Record<string, number>>,
  random: Random,
): ((update: number) => number) => {
  if (config.training.sampling !== 'successive') {
    const shares = samplingShares(config, batches)
    return () => intervalOf(random.next(), shares)
  }
  const lengths = config.tasks.map(({ name }) => Math.max(1, Math.round(batches[name])))
  const epoch = lengths.reduce((a, b) => a + b, 0)
  return (update) => intervalOf(update % epoch, lengths)
}

/** Learning rate of an update: warm-up, then a straight line to `finalRate`. */
export const rateAt = ({ training }: ModelConfig, update: number): number => {
  const { learningRate, finalRate, warmup, updates } = training
  if (update < warmup) return (learningRate * (update + 1)) / warmup
  const part = Math.min(1, (update - warmup) / Math.max(1, updates - warmup))
  return learningRate * (1 - part * (1 - finalRate))
}
