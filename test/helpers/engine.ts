/** The engine under test: `HMTL_ENGINE`, which CI sets for a second run of the model's tests, else wasm. */
import type { EngineName } from '../../src/model/engine-choice.ts'

export const testEngine = (process.env.HMTL_ENGINE || 'wasm') as Exclude<EngineName, 'auto'>
