/** `hmtl completion`: the script that makes a shell ask for what fits. */
import yargs, { type Argv } from 'yargs'
import { exitCodes } from './support/output.ts'

export const builder = (argv: Argv) =>
  argv.example('$0 completion >> ~/.bashrc', 'for bash and zsh, from the next shell on')

export const handler = async (): Promise<number> => {
  yargs([]).scriptName('hmtl').showCompletionScript()
  return exitCodes.ok
}
