/** `hmtl setup`: what makes hmtl faster or better here and does not come with the package. */
import type { Argv } from 'yargs'
import { type EncoderName, encoders, setupEncoder } from '../src/setup/encoder.ts'
import { setupTensorflow } from '../src/setup/tensorflow.ts'
import { exitCodes, say } from './support/output.ts'

export const builder = (yargs: Argv) =>
  yargs
    .positional('what', {
      type: 'string',
      choices: ['tensorflow', ...(Object.keys(encoders) as EncoderName[])] as const,
      demandOption: true,
      describe: 'What to set up',
    })
    .option('gpu', {
      type: 'boolean',
      default: false,
      describe: 'The build for NVIDIA GPUs (CUDA 12.5 must be installed)',
    })
    .option('from', { type: 'string', describe: 'A wheel, a folder with lib and include, or the URL of a wheel' })
    .option('force', { type: 'boolean', default: false, describe: 'Make it again although it is there' })
    .option('quiet', { type: 'boolean', alias: 'q', default: false, describe: 'Say nothing but errors' })
    .example('$0 setup tensorflow', 'the TensorFlow engine, into ~/.cache/hmtl')
    .example('$0 setup e5', 'e5-small-v2, the encoder that configs/many-sources/en-accurate.json is trained with')
    .example('$0 setup minilm', 'all-MiniLM-L6-v2, half its size')
    .example('$0 setup tensorflow --from tensorflow_cpu-2.15.1-….whl', 'the same without a network for the library')

type Args = Awaited<ReturnType<typeof builder>['argv']>

export const handler = async (args: Args): Promise<number> => {
  const controller = new AbortController()
  const stop = () => controller.abort()
  process.once('SIGINT', stop)
  const started = performance.now()
  const onStep = args.quiet
    ? undefined
    : (text: string) => say(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${text}`)
  const options = { from: args.from, force: args.force, onStep, signal: controller.signal }
  try {
    process.stdout.write(
      args.what === 'tensorflow'
        ? await tensorflow(args.gpu ? 'gpu' : 'tensorflow', options)
        : await encoder(args.what, options),
    )
  } finally {
    process.off('SIGINT', stop)
  }
  return exitCodes.ok
}

const encoder = async (which: EncoderName, options: Parameters<typeof setupEncoder>[1]): Promise<string> => {
  const { name, path, made } = await setupEncoder(which, options)
  return `${name} ${made ? 'fetched' : 'was there already'}: ${path}\nA configuration names it as {"kind": "transformer", "model": "${name}"}\n`
}

const tensorflow = async (
  kind: 'tensorflow' | 'gpu',
  options: Omit<Parameters<typeof setupTensorflow>[0], 'kind'>,
): Promise<string> => {
  const { version, made, path } = await setupTensorflow({ kind, ...options })
  return `${kind} engine (TensorFlow ${version}) ${made ? 'set up' : 'was there already'}: ${path}\nUse it with --engine ${kind} or HMTL_ENGINE=${kind}\n`
}
