/** What a stored model can do, read without its weights. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { HmtlError } from '../io/errors.ts'
import { knownConventions, type WithConventions } from '../model/heads/convention.ts'
import type { Served } from './parameters.ts'

interface StoredTask extends WithConventions {
  readonly name: string
}

/** @throws HmtlError `HMTL_MODEL_NOT_FOUND`, `HMTL_MODEL_CORRUPT` */
export const servedModel = (folder: string, model: string): Served => {
  const path = join(folder, 'config.json')
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new HmtlError('HMTL_MODEL_NOT_FOUND', `there is no config.json in ${folder}`, { cause })
  }
  try {
    const stored = JSON.parse(text) as {
      config: { tasks: readonly StoredTask[] }
      labels: Readonly<Record<string, readonly string[]>>
    }
    const { tasks } = stored.config
    return {
      model,
      tasks: tasks.map(({ name }) => name),
      labels: Object.fromEntries(
        tasks.flatMap(({ name }) => (stored.labels[name]?.length > 0 ? [[name, stored.labels[name]]] : [])),
      ),
      conventions: knownConventions(tasks),
    }
  } catch (cause) {
    throw new HmtlError('HMTL_MODEL_CORRUPT', `${path} is damaged`, { cause })
  }
}
