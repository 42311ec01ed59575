/** A model in worker threads. */
import { availableParallelism } from 'node:os'
import { HmtlError } from './io/errors.ts'
import type { OffsetUnit } from './io/document/offsets.ts'
import { chooseEngine, type EngineName, engineNames } from './model/engine-choice.ts'
import { setTensorflowEnvironment } from './model/kernels/tensorflow/binding.ts'
import { modelFolder } from './models.ts'
import type { WorkerSettings } from './pipeline/pool/messages.ts'
import { type Pool, type PoolOptions, startPool } from './pipeline/pool/pool.ts'
import { openThread } from './pipeline/pool/worker-thread.ts'
import { annotating } from './pool-module.ts'
import { checkOptionNames, checkWorkers, type WishOptions, wishNames, wishOf } from './wish.ts'

export interface LoadOptions extends WishOptions {
  /** Worker threads, one engine each. @default the number of cores */
  readonly workers?: number | undefined
  /** @default 'auto', or HMTL_ENGINE */
  readonly engine?: string | undefined
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
  checkOptionNames(options, ['workers', 'engine', ...wishNames])
  const { workers = availableParallelism() } = options
  checkWorkers(workers)
  const wish = { ...wishOf(options), json }
  const wanted = options.engine || process.env.HMTL_ENGINE || 'auto'
  if (!engineNames.includes(wanted as EngineName))
    throw new HmtlError('HMTL_USAGE', `there is no engine "${wanted}"`, {
      remedy: `Known are ${engineNames.join(', ')}`,
    })
  const engine = await chooseEngine(wanted as EngineName)
  if (engine === 'tensorflow' || engine === 'gpu') setTensorflowEnvironment()
  const settings: WorkerSettings = {
    model: modelFolder(model),
    modelName: model.split(/[/\\]/).filter(Boolean).pop() ?? model,
    engine,
    wish,
  }
  return startPool((of) => openThread(annotating, settings, of), wish, workers, poolOptions)
}
