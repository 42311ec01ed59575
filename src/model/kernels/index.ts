/** Every fused op, and their registration with tfjs. Adding a backend is adding a file beside `wasm`. */

import { type FusedOp, registerHost } from './op.ts'
import { adamOp, sumSquaresOp } from './ops/adam.ts'
import { charPoolGradOp, charPoolOp, registerCharPoolGradient } from './ops/char-pool.ts'
import { crfOp, registerCrfGradient, scaleOp } from './ops/crf.ts'
import { linearGradOp, linearOp, registerLinearGradient } from './ops/linear.ts'
import {
  antecedentLossOp,
  fillOp,
  registerLossGradients,
  registerStockGradients,
  sigmoidLossOp,
  sumOp,
} from './ops/losses.ts'
import { lstmGradOp, lstmOp, registerLstmGradient } from './ops/lstm.ts'
import { highwayOp, lstmProjectedOp } from './ops/lstm-projected.ts'
import { mixGradOp, mixOp, mixWeightsGradOp, mixWeightsOp, registerMixGradient } from './ops/mix.ts'
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
  registerRowGradients,
  scatterOp,
} from './ops/rows.ts'
import { attentionOp, geluOp, layerNormOp } from './ops/transformer.ts'
import { registerSpanAttentionGradient, spanAttentionGradOp, spanAttentionOp } from './ops/span-attention.ts'

export const fusedOps: readonly FusedOp[] = [
  linearOp,
  linearGradOp,
  lstmOp,
  lstmGradOp,
  gatherOp,
  scatterOp,
  pairSumOp,
  pairSumFullOp,
  pairSumGradOp,
  pairProductOp,
  pairProductGradOp,
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
  mixWeightsOp,
  mixWeightsGradOp,
  layerNormOp,
  geluOp,
  attentionOp,
]

let registered = false

/** Registers the references (backend `cpu`) and the gradients; safe to call again. */
export const registerFusedOps = (): void => {
  if (registered) return
  registered = true
  for (const op of fusedOps) registerHost(op)
  registerLinearGradient()
  registerLstmGradient()
  registerRowGradients()
  registerCrfGradient()
  registerCharPoolGradient()
  registerSpanAttentionGradient()
  registerLossGradients()
  registerMixGradient()
  registerStockGradients()
}
