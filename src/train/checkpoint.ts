/** Everything in a training that moves, on disk, so that a resumed run goes on as the uninterrupted one would have. */
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HmtlError } from '../io/errors.ts'
import type { Model } from '../model/hierarchy.ts'
import type { RandomState } from '../model/random.ts'
import { encodeSafetensors } from '../model/safetensors.ts'
import { loadModel, saveModel, writeWhole } from '../model/store.ts'
import type { StreamPosition } from './batches.ts'
import type { Optimizer } from './optimizer.ts'
import type { Survey } from './survey.ts'
import type { WatchState } from './watch.ts'

/** How far a training has come. */
export interface Progress {
  update: number
  bestUpdate: number
  bestMean: number
  bestMain: Record<string, number>
  /** Best update of each task by itself, and its score then. */
  bestByTask: Record<string, { update: number; score: number }>
  /** Validations since the best one. */
  withoutBetter: number
  /** Updates of each task so far. */
  taskUpdates: Record<string, number>
}

export const noProgress = (): Progress => ({
  update: 0,
  bestUpdate: 0,
  bestMean: -1,
  bestMain: {},
  bestByTask: {},
  withoutBetter: 0,
  taskUpdates: {},
})

export interface SavedState extends Progress {
  readonly random: RandomState
  readonly streams: Record<string, StreamPosition>
  readonly optimizer: Record<string, number>
  readonly survey: Pick<Survey, 'batches' | 'pieces'>
  readonly watch?: WatchState
  /** Digests of the data by path: what was drawn before is no part of other data. */
  readonly data?: Readonly<Record<string, string>>
}

const stateFolder = 'state'

export const saveState = async (
  folder: string,
  model: Model,
  optimizer: Optimizer,
  state: SavedState,
): Promise<void> => {
  const path = join(folder, stateFolder)
  await mkdir(path, { recursive: true })
  // Two slots, and a pointer written last: a crash while saving leaves the other slot whole.
  const slot = state.update % 2 === (await currentSlot(path)) ? 1 - (state.update % 2) : state.update % 2
  await saveModel(model, join(path, `model-${slot}`))
  await writeWhole(join(path, `optimizer-${slot}.safetensors`), encodeSafetensors(optimizer.tensors(), 'F32'))
  await writeWhole(join(path, `state-${slot}.json`), JSON.stringify(state))
  await writeWhole(join(path, 'current'), String(slot))
}

const currentSlot = async (path: string): Promise<number | undefined> => {
  const text = await readFile(join(path, 'current'), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : Number(text)
}

/** Folder of the model of a training that was broken off; undefined where there is none. */
export const stateModel = async (folder: string): Promise<string | undefined> => {
  const path = join(folder, stateFolder)
  const slot = await currentSlot(path)
  return slot === undefined ? undefined : join(path, `model-${slot}`)
}

export const loadState = async (folder: string): Promise<{ model: Model; optimizer: Buffer; state: SavedState }> => {
  const path = join(folder, stateFolder)
  const slot = await currentSlot(path)
  if (slot !== 0 && slot !== 1)
    throw new HmtlError('HMTL_TRAIN_STATE', `${folder} holds no training to resume`, {
      remedy: 'Leave --resume out, or name the folder that was trained into',
    })
  return {
    model: await loadModel(join(path, `model-${slot}`), { cached: true, tuning: true }),
    optimizer: await readFile(join(path, `optimizer-${slot}.safetensors`)),
    state: JSON.parse(await readFile(join(path, `state-${slot}.json`), 'utf8')) as SavedState,
  }
}
