/** `hmtl doctor`: which engine computes here, and why. */
import { availableParallelism, totalmem } from 'node:os'
import type { Argv } from 'yargs'
import { modelFolder } from '../src/models.ts'
import { engineMemory, startEngine } from '../src/model/engine.ts'
import { type EngineName, engineNames } from '../src/model/engine-choice.ts'
import type { SimdForm } from '../src/model/kernels/simd/form.ts'
import { loadModel } from '../src/model/store.ts'
import { findTensorflow, type TensorflowKind } from '../src/model/kernels/tensorflow/found.ts'
import { errorText, exitCodes } from './support/output.ts'

export const builder = (yargs: Argv) =>
  yargs
    .option('engine', { type: 'string', choices: engineNames, default: 'auto' as const, describe: 'The engine to try' })
    .option('model', { type: 'string', default: 'en', describe: 'The model to try' })
    .option('json', { type: 'boolean', default: false, describe: 'Print JSON' })
    .example('$0 doctor', 'engine, threads, memory and model')

type Args = Awaited<ReturnType<typeof builder>['argv']>

/** What stands for and against each engine here. */
const engineNotes = async (): Promise<Record<'wasm' | 'tensorflow' | 'gpu', string>> => {
  const note = async (kind: TensorflowKind) => {
    const found = await findTensorflow(kind)
    const command = `npx hmtl setup tensorflow${kind === 'gpu' ? ' --gpu' : ''}`
    return found
      ? `set up (TensorFlow ${found.version}, ${found.origin === 'cache' ? found.path : 'from the installed package'})`
      : `not set up; ${command} would`
  }
  return { wasm: 'always there: no native code', tensorflow: await note('tensorflow'), gpu: await note('gpu') }
}

const simdNotes: Readonly<Record<SimdForm, string>> = {
  dots: 'dots: sixteen products of bytes and their sums in one instruction, and as relaxed',
  relaxed: 'relaxed: product and sum in one instruction',
  plain: 'plain: Node 22 or newer has relaxed SIMD, which is faster',
}

export const handler = async (args: Args): Promise<number> => {
  const engine = await startEngine(args.engine as EngineName)
  const engines = await engineNotes()
  const model = await loadModel(modelFolder(args.model)).then(
    ({ config, vocabulary }) => ({
      name: config.name,
      tasks: config.tasks.map(({ name }) => name),
      words: vocabulary.words.length,
    }),
    (error) => ({ error: errorText(error) }),
  )
  const native = engine.name === 'tensorflow' || engine.name === 'gpu'
  const facts = {
    engine,
    engines,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    simd:
      engine.name === 'cpu'
        ? false
        : native
          ? 'of the library, and 128-bit WebAssembly for host kernels'
          : `128-bit WebAssembly, ${simdNotes[engine.simd ?? 'plain']}`,
    threads: {
      cores: availableParallelism(),
      engine: native ? Number(process.env.TF_NUM_INTRAOP_THREADS ?? 1) : 1,
      note: 'one engine a worker thread; annotate starts a worker a core',
    },
    memory: { totalBytes: totalmem(), engine: engineMemory() },
    model,
  }
  if (args.json) process.stdout.write(`${JSON.stringify(facts)}\n`)
  else {
    const lines = [
      `engine   ${engine.name} ${engine.version}${engine.gpu ? ' on a GPU' : ''}`,
      `why      ${args.engine === 'auto' ? 'auto takes what was set up here (gpu, tensorflow), else wasm' : 'you asked for it'}`,
      ...Object.entries(engines).map(([name, note]) => `         ${name.padEnd(10)} ${note}`),
      `simd     ${facts.simd || 'none: the reference, for comparing'}`,
      `node     ${facts.node} on ${facts.platform}`,
      `threads  ${facts.threads.cores} cores; ${facts.threads.note}`,
      `memory   ${(facts.memory.totalBytes / 2 ** 30).toFixed(1)} GiB${native ? '' : '; the wasm engine takes at most 4 GiB a worker'}`,
      'error' in model
        ? `model    ${args.model}: ${model.error}`
        : `model    ${args.model}: ${model.tasks.join(', ')}; ${model.words} words`,
    ]
    process.stdout.write(`${lines.join('\n')}\n`)
  }
  return 'error' in model ? exitCodes.failed : exitCodes.ok
}
