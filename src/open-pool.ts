/** A model in worker threads. */
import { availableParallelism } from 'node:os'
import { HmtlError } from './io/errors.ts'
import type { OffsetUnit } from './io/document/offsets.ts'
import { chooseEngine, type EngineName, engineNames } from './model/engine.ts'
import { setTensorflowEnvironment } from './model/kernels/tensorflow/binding.ts'
import { modelFolder } from './models.ts'
import { type Pool, type PoolOptions, startPool } from './pipeline/pool/pool.ts'

export interface LoadOptions {
  /** Worker threads, one engine each. @default the number of cores */
  readonly workers?: number | undefined
  /** @default 'auto', or HMTL_ENGINE */
  readonly engine?: string | undefined
  /** Names of the tasks to run. @default all of the model's */
  readonly tasks?: readonly string[] | undefined
  /** Leaves out what the model holds less probable. @default 0 */
  readonly minScore?: number | undefined
  /** Link the documents' own mentions instead of finding candidates. @default false */
  readonly goldMentions?: boolean | undefined
  /** By whose rules to annotate, of the conventions that the model learned (its card names them). @default the model's own */
  readonly convention?: string | undefined
}

/**
 * A pool for a model.
 *
 * @param model a name or a folder, as for `load`
 * @param json set for JSON text as outcome, offsets in that unit; else documents
 *
 * @example
 * const pool = await openPool('en', { workers: 2 }, 'utf16')
 * const enrichment = await startEnrich(client, pool, options)
 *
 * @throws HmtlError `HMTL_USAGE`, `HMTL_MODEL_*`, `HMTL_ENGINE_*`
 */
export const openPool = async (
  model: string,
  options: LoadOptions = {},
  json?: OffsetUnit,
  poolOptions: PoolOptions = {},
): Promise<Pool> => {
  const { workers = availableParallelism(), tasks, minScore, goldMentions = false, convention } = options
  if (!(Number.isInteger(workers) && workers > 0))
    throw new HmtlError('HMTL_USAGE', `${workers} is not a number of workers`)
  if (minScore !== undefined && !(minScore >= 0 && minScore <= 1))
    throw new HmtlError('HMTL_USAGE', `${minScore} is not a probability`)
  const wanted = options.engine || process.env.HMTL_ENGINE || 'auto'
  if (!engineNames.includes(wanted as EngineName))
    throw new HmtlError('HMTL_USAGE', `there is no engine "${wanted}"`, {
      remedy: `Known are ${engineNames.join(', ')}`,
    })
  const engine = await chooseEngine(wanted as EngineName)
  if (engine === 'tensorflow' || engine === 'gpu') setTensorflowEnvironment()
  return startPool(
    {
      model: modelFolder(model),
      modelName: model.split(/[/\\]/).filter(Boolean).pop() ?? model,
      engine,
      wish: { tasks, minScore, goldMentions, convention, json },
    },
    workers,
    poolOptions,
  )
}
