/** `hmtl setup`: what makes hmtl faster here and does not come with the package. */
import type { Argv } from 'yargs'
import { setupTensorflow } from '../src/setup/tensorflow.ts'
import { exitCodes, say } from './support/output.ts'

export const command = 'setup <what>'
export const describe = 'Set up a faster engine for this machine'

export const builder = (yargs: Argv) =>
  yargs
    .positional('what', { type: 'string', choices: ['tensorflow'] as const, demandOption: true, describe: 'What to set up' })
    .option('gpu', { type: 'boolean', default: false, describe: 'The build for NVIDIA GPUs (CUDA 12.5 must be installed)' })
    .option('from', { type: 'string', describe: 'A wheel, a folder with lib and include, or the URL of a wheel' })
    .option('force', { type: 'boolean', default: false, describe: 'Make it again although it is there' })
    .option('quiet', { type: 'boolean', alias: 'q', default: false, describe: 'Say nothing but errors' })
    .example('$0 setup tensorflow', 'the TensorFlow engine, into ~/.cache/hmtl')
    .example('$0 setup tensorflow --from tensorflow_cpu-2.15.1-….whl', 'the same without a network for the library')

type Args = Awaited<ReturnType<typeof builder>['argv']>

export const handler = async (args: Args): Promise<number> => {
  const kind = args.gpu ? 'gpu' : 'tensorflow'
  const controller = new AbortController()
  const stop = () => controller.abort()
  process.once('SIGINT', stop)
  const started = performance.now()
  const onStep = args.quiet ? undefined : (text: string) => say(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${text}`)
  const found = await setupTensorflow({ kind, from: args.from, force: args.force, onStep, signal: controller.signal }).finally(() => process.off('SIGINT', stop))
  process.stdout.write(
    `${kind} engine (TensorFlow ${found.version}) ${found.made ? 'set up' : 'was there already'}: ${found.path}\nUse it with --engine ${kind} or HMTL_ENGINE=${kind}\n`,
  )
  return exitCodes.ok
}
