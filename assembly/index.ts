/**
 * SIMD kernels that run in the memory of tfjs's wasm backend. Pointers are
 * offsets into its heap; nothing is allocated here and there is no static data,
 * so that nothing of tfjs's own can be overwritten.
 */
export { gemm, gemmScratchFloats } from './gemm'
export { linear8, linear8ScratchFloats } from './linear8'
export { linear7, linear7ScratchFloats } from './linear7'
export { linear16, linear16ScratchFloats } from './linear16'
export { toIntegers } from './integers'
export { lstmForward, lstmBackward, lstmScratchFloats } from './lstm'
export { lstmForward16, lstm16ScratchFloats } from './lstm16'
export { crfForwardBackward, crfScratchFloats } from './crf'
export { charPoolForward, charPoolBackward } from './char-pool'
export { gatherRows, scatterAddRows, pairSumForward, pairSumBackward, pairProductForward, pairProductBackward, copyColumns, addColumns } from './rows'
export { spanAttentionForward, spanAttentionBackward } from './span-attention'
export { dropout, reluBackward, sumSquares, columnSums } from './elementwise'
export { adam } from './adam'
export { mixForward, mixDots } from './mix'
export { lstmProjected, lstmProjectedScratchFloats } from './lstm-projected'
export { layerNorm, gelu, attention, attentionScratchFloats } from './transformer'
export { geluGrad, attentionGrad, attentionGradScratchFloats } from './transformer-gradients'
