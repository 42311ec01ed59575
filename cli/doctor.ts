/** `hmtl doctor`: which engine computes here, and why. */
import { availableParallelism, totalmem } from 'node:os'
import type { Argv } from 'yargs'
import { modelFolder } from '../src/load.ts'
import { type EngineName, engineMemory, engineNames, startEngine } from '../src/model/engine.ts'
import { loadModel } from '../src/model/store.ts'
import { errorText, exitCodes } from './support/output.ts'

export const command = 'doctor'
export const describe = 'Which engine computes here, and why'

export const builder = (yargs: Argv) =>
  yargs
    .option('engine', { type: 'string', choices: engineNames, default: 'auto' as const, describe: 'The engine to try' })
    .option('model', { type: 'string', default: 'en', describe: 'The model to try' })
    .option('json', { type: 'boolean', default: false, describe: 'Print JSON' })
    .example('$0 doctor', 'engine, threads, memory and model')

type Args = Awaited<ReturnType<typeof builder>['argv']>

export const handler = async (args: Args): Promise<number> => {
  const engine = await startEngine(args.engine as EngineName)
  const model = await loadModel(modelFolder(args.model)).then(
    ({ config, vocabulary }) => ({ name: config.name, tasks: config.tasks.map(({ name }) => name), words: vocabulary.words.length }),
    (error) => ({ error: errorText(error) }),
  )
  const facts = {
    engine,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    threads: { cores: availableParallelism(), engine: 1, note: 'one engine a worker thread; annotate starts a worker a core' },
    memory: { totalBytes: totalmem(), engine: engineMemory() },
    model,
  }
  if (args.json) process.stdout.write(`${JSON.stringify(facts)}\n`)
  else {
    const lines = [
      `engine   ${engine.name} (tfjs backend ${engine.version}) with SIMD kernels of our own`,
      `why      ${args.engine === 'auto' ? 'auto takes wasm: it needs no native code' : 'you asked for it'}`,
      `node     ${facts.node} on ${facts.platform}`,
      `threads  ${facts.threads.cores} cores; ${facts.threads.note}`,
      `memory   ${(facts.memory.totalBytes / 2 ** 30).toFixed(1)} GiB`,
      'error' in model ? `model    ${args.model}: ${model.error}` : `model    ${args.model}: ${model.tasks.join(', ')}; ${model.words} words`,
    ]
    process.stdout.write(`${lines.join('\n')}\n`)
  }
  return 'error' in model ? exitCodes.failed : exitCodes.ok
}
