/** Where the TensorFlow engine is: what `hmtl setup tensorflow` made, or an installed package. */
import { existsSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { cacheFolder } from '../../../io/cache-folder.ts'
import { HmtlError } from '../../../io/errors.ts'

export type TensorflowKind = 'tensorflow' | 'gpu'

/** Versions of the library that are set up. */
export const tensorflowVersions: Readonly<Record<TensorflowKind, string>> = { tensorflow: '2.15.1', gpu: '2.18.1' }

/** Folder of the finished engine of a kind. */
export const tensorflowFolder = (kind: TensorflowKind): string =>
  join(cacheFolder(), `${kind}-${tensorflowVersions[kind]}-${process.platform}-${process.arch}`)

/** A binding that can be loaded, and where it came from. */
export interface FoundBinding {
  readonly path: string
  readonly origin: 'cache' | 'package'
  /** Version of the TensorFlow library, or of the package. */
  readonly version: string
}

export const manifestName = 'manifest.json'
export const bindingName = 'tfjs_binding.node'

/** The set-up engine, else the binding of an installed @tensorflow/tfjs-node (or -gpu) package, else undefined. */
export const findTensorflow = async (kind: TensorflowKind): Promise<FoundBinding | undefined> => {
  const folder = tensorflowFolder(kind)
  if (existsSync(join(folder, manifestName)) && existsSync(join(folder, bindingName))) {
    try {
      const { library } = JSON.parse(await readFile(join(folder, manifestName), 'utf8')) as { library: string }
      return { path: join(folder, bindingName), origin: 'cache', version: library }
    } catch (cause) {
      throw new HmtlError('HMTL_SETUP_FAILED', `${join(folder, manifestName)} is damaged`, {
        remedy: 'Delete that folder and set the engine up again',
        cause,
      })
    }
  }
  const installed = packageFolder(kind === 'gpu' ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node')
  if (!installed) return undefined
  const lib = join(installed.folder, 'lib')
  if (!existsSync(lib)) return undefined
  const versions = readdirSync(lib)
    .filter((name) => /^napi-v\d+$/.test(name) && existsSync(join(lib, name, bindingName)))
    .sort()
  const last = versions.pop()
  return last ? { path: join(lib, last, bindingName), origin: 'package', version: installed.version } : undefined
}

export const packageFolder = (name: string): { folder: string; version: string } | undefined => {
  for (const from of [import.meta.url, join(process.cwd(), 'package.json')])
    try {
      const manifest = createRequire(from).resolve(`${name}/package.json`)
      return {
        folder: resolve(manifest, '..'),
        version: (createRequire(from)(manifest) as { version: string }).version,
      }
    } catch {
      // Not installed from there.
    }
  return undefined
}
