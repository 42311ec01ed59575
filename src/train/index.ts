/** `hmtl/train`: training and evaluation as the commands do them. */
export { loadConfig } from '../model/config/files.ts'
export type { ModelConfig } from '../model/config/keys.ts'
export { parseConfig } from '../model/config/parse.ts'
export { type EvaluateOptions, evaluate, type TaskEvaluation } from './evaluate.ts'
export { type TrainOptions, type TrainResult, train } from './train.ts'
