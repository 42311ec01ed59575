/** Every fused op, and their registration with tfjs. Adding a backend is adding a file beside `wasm`. */

import { type FusedOp, registerGradient, registerHost } from './op.ts'
import { adamOp, sumSquaresOp } from './ops/adam.ts'
import { betweenGradOp, betweenOp } from './ops/between.ts'
import { charPoolGradOp, charPoolOp } from './ops/char-pool.ts'
import { crfOp } from './ops/crf.ts'
import { integersOp } from './ops/integers.ts'
import { linearGradOp, linearOp } from './ops/linear.ts'
import { linear16Op } from './ops/linear16.ts'
import { linear8Op } from './ops/linear8.ts'
import { antecedentLossOp, fillOp, sigmoidLossOp, sumOp } from './ops/losses.ts'
import { lstm16Op, lstmGradOp, lstmOp } from './ops/lstm.ts'
import { highwayOp, lstmProjectedOp } from './ops/lstm-projected.ts'
import { mixGradOp, mixOp, mixSpreadOp, mixWeightsGradOp, mixWeightsOp } from './ops/mix.ts'
import {
  columnsOp,
  concatOp,
  dropoutOp,
  gatherOp,
  pairProductGradOp,
  pairProductOp,
  pairSumFullOp,
  pairSumGradOp,
  pairSumOp,
  scatterOp,
} from './ops/rows.ts'
import { attentionGradOp, attentionOp, geluGradOp, geluOp, layerNormGradOp, layerNormOp } from './ops/transformer.ts'
import { scaleOp } from './ops/scale.ts'
import { spanAttentionGradOp, spanAttentionOp } from './ops/span-attention.ts'
import { stockGradients } from './ops/stock-gradients.ts'

export const fusedOps: readonly FusedOp[] = [
  linearOp,
  linearGradOp,
  linear8Op,
  integersOp,
  linear16Op,
  lstmOp,
  lstm16Op,
  lstmGradOp,
  gatherOp,
  scatterOp,
  pairSumOp,
  pairSumFullOp,
  pairSumGradOp,
  pairProductOp,
  pairProductGradOp,
  betweenOp,
  betweenGradOp,
  concatOp,
  columnsOp,
  dropoutOp,
  crfOp,
  scaleOp,
  charPoolOp,
  charPoolGradOp,
  spanAttentionOp,
  spanAttentionGradOp,
  sigmoidLossOp,
  antecedentLossOp,
  sumOp,
  fillOp,
  adamOp,
  sumSquaresOp,
  lstmProjectedOp,
  highwayOp,
  mixOp,
  mixGradOp,
  mixSpreadOp,
  mixWeightsOp,
  mixWeightsGradOp,
  layerNormOp,
  layerNormGradOp,
  geluOp,
  geluGradOp,
  attentionOp,
  attentionGradOp,
]

let registered = false

/** Registers the references (backend `cpu`) and the gradients; safe to call again. */
export const registerFusedOps = (): void => {
  if (registered) return
  registered = true
  for (const op of fusedOps) {
    registerHost(op)
    if (op.gradient) registerGradient(op.name, op.gradient)
  }
  for (const [name, gradient] of Object.entries(stockGradients)) registerGradient(name, gradient)
}
