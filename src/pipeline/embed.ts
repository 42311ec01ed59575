/** The contextual vectors of units: by an encoder that runs, or out of the file that one wrote. */
import type { TokenVectors } from '../model/batch.ts'
import { type ContextualEncoder, vectorsOf } from '../model/encoders/contextual.ts'
import type { Stage } from './chain.ts'
import type { Group } from './fill.ts'
import type { Unit } from './units.ts'

export interface Embedded {
  /** Undefined where the model has no contextual encoder. */
  readonly vectors: TokenVectors | undefined
}

/**
 * @param encoder undefined for a model that stands on none
 * @param mix weights of its layers, where they are not to change; see `mixWeightsOf`
 */
export const embed =
  <G extends Group<Unit>>(encoder: ContextualEncoder | undefined, mix?: Float32Array): Stage<G, G & Embedded> =>
  (group) => {
    const sentences = group.units.flatMap((unit) => unit.sentences)
    return { ...group, vectors: encoder && sentences.length > 0 ? vectorsOf(encoder, sentences, mix) : undefined }
  }
