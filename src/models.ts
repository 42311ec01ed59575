/** Models that can be named: bundled, beside the package in a checkout, or installed. */
import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { HmtlError } from './io/errors.ts'

/** The folder of the package: of a checkout, or of where it is installed. */
export const packageRoot = (): string => {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder)
  return folder
}

/** Where a model of a name may be: in the package, beside it in a checkout, or in an installed package `hmtl-NAME`. */
const namedFolders = (name: string): string[] => {
  const root = packageRoot()
  const installed = [import.meta.url, join(process.cwd(), 'package.json')].flatMap((from) => {
    try {
      return [dirname(createRequire(from).resolve(`hmtl-${name}/package.json`))]
    } catch {
      return []
    }
  })
  return [join(root, 'models', name), join(root, 'packages', name), ...installed]
}

/** Models that can be named: those in the package, those beside it in a checkout, and installed packages. */
export const namedModels = (): { readonly name: string; readonly folder: string }[] => {
  const root = packageRoot()
  const installed = [join(root, '..'), join(process.cwd(), 'node_modules')].flatMap((folder) =>
    existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith('hmtl-')) : [],
  )
  const names = [join(root, 'models'), join(root, 'packages')].flatMap((folder) =>
    existsSync(folder) ? readdirSync(folder) : [],
  )
  return [...new Set([...names, ...installed.map((name) => name.slice(5))])].flatMap((name) => {
    const folder = namedFolders(name).find((place) => existsSync(join(place, 'config.json')))
    return folder ? [{ name, folder }] : []
  })
}

/**
 * Folder of a model: by the name of a bundled or installed one, else a path. @throws HmtlError `HMTL_MODEL_NOT_FOUND`
 * for a name that is neither
 */
export const modelFolder = (model: string): string => {
  if (typeof model !== 'string') throw new HmtlError('HMTL_USAGE', 'a model is named by a text: a name or a folder')
  if (model.trim() === '')
    throw new HmtlError('HMTL_USAGE', 'a model without a name', { remedy: 'hmtl models lists those that are here' })
  if (!/^[\w-]+$/.test(model)) return model
  const found = namedFolders(model).find((folder) => existsSync(join(folder, 'config.json')))
  if (found) return found
  if (existsSync(model)) return model
  throw new HmtlError('HMTL_MODEL_NOT_FOUND', `there is no model "${model}"`, {
    remedy: `hmtl models lists those that are here; npm install hmtl-${model} if it is a package, or name a folder`,
  })
}
