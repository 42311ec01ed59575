/**
 * The SIMD kernels' products by themselves: floats and weights of 8 and 16 bits, in both forms, as GFLOP/s of one core.
 *   node bench/engine/products.mjs        (relaxed kernels want Node 22 or newer)
 */
import { readFileSync } from 'node:fs'

const folder = new URL('../../dist/src/model/kernels/simd/', import.meta.url)
const shapes = [
  [1000, 384, 1152],
  [1000, 384, 384],
  [1000, 384, 1536],
  [1000, 1536, 384],
  [60, 384, 1536],
  [2000, 200, 512],
]

/** Best of seven, each of about a tenth of a second. */
const rate = (go, flops) => {
  for (let i = 0; i < 10; i++) go()
  const times = Math.max(1, Math.round(2e8 / flops))
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 7; round++) {
    const begun = performance.now()
    for (let i = 0; i < times; i++) go()
    best = Math.min(best, (performance.now() - begun) / times)
  }
  return (flops / best / 1e6).toFixed(1)
}

console.log(
  '| Node | form | rows | inner | columns | floats | 8-bit weights | and rows of 7 bits | 16-bit weights |\n|---|---|---|---|---|---|---|---|---|',
)
for (const form of ['plain', 'relaxed']) {
  const bytes = readFileSync(new URL(`kernels-${form}.wasm`, folder))
  if (!WebAssembly.validate(bytes)) {
    console.log(`| ${process.version} | ${form} | not here | | | | | | |`)
    continue
  }
  for (const [N, I, O] of shapes) {
    const memory = new WebAssembly.Memory({ initial: 2000 })
    const k = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } }).exports
    const x = 4096
    const w = x + 4 * N * I
    const y = w + 4 * I * O
    const scales = y + 4 * N * O
    const scratch = scales + 4 * O
    const floats = new Float32Array(memory.buffer, x, N * I + I * O)
    for (let i = 0; i < floats.length; i++) floats[i] = (i % 97) / 97
    new Float32Array(memory.buffer, scales, O).fill(0.01)
    const flops = 2 * N * I * O
    const cells = [
      rate(() => k.gemm(x, I, 0, w, O, 0, y, O, N, I, O, 0, 0, scratch), flops),
      rate(() => k.linear8(x, w, scales, 0, N, I, O, 10_000, y, scratch), flops),
      rate(() => k.linear7(x, w, scales, 0, N, I, O, y, scratch), flops),
      rate(() => k.linear16(x, w, scales, 0, N, I, O, 1_000, y, scratch), flops),
    ]
    console.log(`| ${process.version} | ${form} | ${N} | ${I} | ${O} | ${cells.join(' | ')} |`)
  }
}
