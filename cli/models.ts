/** `hmtl models`: the models and encoders that are here, and what each can do. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Argv } from 'yargs'
import { namedModels } from '../src/load.ts'
import { encodersFolder } from '../src/model/contextual.ts'
import { exitCodes, table } from './support/output.ts'

export const command = 'models'
export const describe = 'The models and encoders that are here'

export const builder = (yargs: Argv) =>
  yargs.option('json', { type: 'boolean', default: false, describe: 'Print JSON' }).example('$0 models', 'names for --model, and where they lie')

type Args = Awaited<ReturnType<typeof builder>['argv']>

const bytesIn = (folder: string): number =>
  readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => sum + (entry.isDirectory() ? bytesIn(join(folder, entry.name)) : statSync(join(folder, entry.name)).size), 0)

interface Known {
  readonly name: string
  readonly kind: 'model' | 'encoder'
  readonly megabytes: number
  readonly what: string
  readonly folder: string
}

const modelOf = ({ name, folder }: { name: string; folder: string }): Known => {
  const { config } = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as {
    config: { tasks: { name: string }[]; embeddings: { contextual?: { kind: string; model?: string } | null } }
  }
  const { contextual } = config.embeddings
  return {
    name,
    kind: 'model',
    megabytes: bytesIn(folder) / 1e6,
    what: config.tasks.map((task) => task.name).join(' ') + (contextual ? `, on ${contextual.model ?? contextual.kind}` : ''),
    folder,
  }
}

const encoders = (): Known[] => {
  const root = encodersFolder()
  if (!existsSync(root)) return []
  return readdirSync(root)
    .filter((name) => !name.startsWith('.') && existsSync(join(root, name, 'config.json')))
    .map((name) => {
      const folder = join(root, name)
      const { model_type: type } = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as { model_type?: string }
      return { name, kind: 'encoder', megabytes: bytesIn(folder) / 1e6, what: type ?? '', folder }
    })
}

export const handler = async ({ json }: Args): Promise<number> => {
  const known = [...namedModels().map(modelOf), ...encoders()]
  process.stdout.write(
    json
      ? `${JSON.stringify(known)}\n`
      : `${table([['name', 'kind', 'MB', 'what', 'where'], ...known.map(({ name, kind, megabytes, what, folder }) => [name, kind, megabytes.toFixed(1), what, folder])])}\n`,
  )
  return exitCodes.ok
}
