/** `hmtl models`: the models and encoders that are here, and what each can do. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Argv } from 'yargs'
import { namedModels } from '../src/models.ts'
import { servedModel } from '../src/serve/served.ts'
import { encodersFolder } from '../src/model/encoders/load.ts'
import { exitCodes, table } from './support/output.ts'

export const builder = (yargs: Argv) =>
  yargs
    .option('json', { type: 'boolean', default: false, describe: 'Print JSON' })
    .example('$0 models', 'names for --model, and where they lie')

type Args = Awaited<ReturnType<typeof builder>['argv']>

const bytesIn = (folder: string): number =>
  readdirSync(folder, { withFileTypes: true }).reduce(
    (sum, entry) =>
      sum + (entry.isDirectory() ? bytesIn(join(folder, entry.name)) : statSync(join(folder, entry.name)).size),
    0,
  )

interface Known {
  readonly name: string
  readonly kind: 'model' | 'encoder'
  readonly megabytes: number
  readonly what: string
  /** Of models: by whose rules of annotation each can be asked to find things. */
  readonly conventions?: readonly string[]
  readonly folder: string
}

/** What a folder's config.json says it is; one that cannot be read is listed too, so that it is seen. */
const described = (folder: string, say: (config: never) => string): string => {
  try {
    return say(JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as never)
  } catch {
    return 'damaged: its config.json cannot be read; fetch or train it again'
  }
}

const tasksOf = ({
  config,
}: {
  config: { tasks: { name: string }[]; embeddings: { contextual?: { kind: string; model?: string } | null } }
}): string => {
  const { contextual } = config.embeddings
  return (
    config.tasks.map((task) => task.name).join(' ') + (contextual ? `, on ${contextual.model ?? contextual.kind}` : '')
  )
}

const conventionsOf = (folder: string, name: string): readonly string[] => {
  try {
    return servedModel(folder, name).conventions
  } catch {
    // Damaged: what it is says so.
    return []
  }
}

const modelOf = ({ name, folder }: { name: string; folder: string }): Known => ({
  name,
  kind: 'model',
  megabytes: bytesIn(folder) / 1e6,
  what: described(folder, tasksOf),
  conventions: conventionsOf(folder, name),
  folder,
})

const encoders = (): Known[] => {
  const root = encodersFolder()
  if (!existsSync(root)) return []
  return readdirSync(root)
    .filter((name) => !name.startsWith('.') && existsSync(join(root, name, 'config.json')))
    .map((name) => {
      const folder = join(root, name)
      return {
        name,
        kind: 'encoder',
        megabytes: bytesIn(folder) / 1e6,
        what: described(folder, ({ model_type }: { model_type?: string }) => model_type ?? ''),
        folder,
      }
    })
}

export const handler = async ({ json }: Args): Promise<number> => {
  const known = [...namedModels().map(modelOf), ...encoders()]
  process.stdout.write(
    json
      ? `${JSON.stringify(known)}\n`
      : `${table([['name', 'kind', 'MB', 'what', 'conventions', 'where'], ...known.map(({ name, kind, megabytes, what, conventions = [], folder }) => [name, kind, megabytes.toFixed(1), what, conventions.join(' '), folder])])}\n`,
  )
  return exitCodes.ok
}
