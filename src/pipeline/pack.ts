/** Units as the arrays that the model's first layer takes. */
import { type Batch, type BatchOptions, createBatch } from '../model/batch.ts'
import type { Indexer } from '../model/vocabulary.ts'
import type { Stage } from './chain.ts'
import type { Embedded } from './embed.ts'
import type { Group } from './fill.ts'
import type { Unit } from './units.ts'

export interface Packed<U> extends Group<U> {
  readonly batch: Batch
}

/** @param noise what training leaves out of a group, or shows otherwise */
export const pack =
  <G extends Group<Unit> & Embedded>(
    indexer: Indexer,
    noise: (group: G) => Pick<BatchOptions, 'replaceWord' | 'disguise'> = () => ({}),
  ): Stage<G, Omit<G, 'vectors'> & { readonly batch: Batch }> =>
  (group) => {
    const { vectors, ...rest } = group
    const sentences = group.units.flatMap((unit) => unit.sentences)
    return { ...rest, batch: createBatch(sentences, indexer, { ...noise(group), vectors }) }
  }
