/**
 * The TensorFlow engine: the native library and the binding that
 * @tensorflow/tfjs-node brings, put together into a per-user cache. The package's
 * own installer fetches from one vendor's storage and cannot run where that, or
 * install scripts, are blocked; here the library comes from what the user names
 * or from the wheel on the Python package index, and the binding is compiled from
 * the package's two source files.
 */
import { existsSync, readdirSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheFolder } from '../io/cache-folder.ts'
import {
  bindingName,
  type FoundBinding,
  findTensorflow,
  manifestName,
  packageFolder,
  type TensorflowKind,
  tensorflowFolder,
  tensorflowVersions,
} from '../model/kernels/tensorflow/found.ts'
import { digestOf, download, failed, fetchWheel, onlyFile, runProgram, type StepOptions, type Wheel } from './fetch.ts'
import { unzip } from './unzip.ts'

/**
 * The wheels whose libraries are known to work with the binding; from 2.18 on `round` of int32 is wrong, which no
 * kernel here uses.
 */
const wheels: Readonly<Record<TensorflowKind, Wheel>> = {
  tensorflow: {
    project: 'tensorflow-cpu',
    version: tensorflowVersions.tensorflow,
    sha256: '54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26',
  },
  gpu: {
    project: 'tensorflow',
    version: tensorflowVersions.gpu,
    sha256: 'c9f87e5d2a680a4595f5dc30daf6bbaec9d4129b46d7ef1b2af63c46ac7d2828',
  },
}

/** The wheels are for one Python and platform; the libraries in them are for any Linux on x86_64. */
const platform = [
  '--implementation',
  'cp',
  '--python-version',
  '311',
  '--abi',
  'cp311',
  '--platform',
  'manylinux_2_17_x86_64',
  '--platform',
  'manylinux2014_x86_64',
]

interface Tarball {
  readonly name: string
  readonly version: string
  /** As a lockfile writes it. */
  readonly sha512: string
}

const bindingSource: Tarball = {
  name: '@tensorflow/tfjs-node',
  version: '4.22.0',
  sha512: 'uHrXeUlfgkMxTZqHkESSV7zSdKdV0LlsBeblqkuKU9nnfxB1pC6DtoyYVaLxznzZy7WQSegjcohxxCjAf6Dc7w==',
}
const nodeHeaders: Tarball = {
  name: 'node-api-headers',
  version: '1.9.0',
  sha512: '2oNILP4jXwRB4ywnYKjVk1YyJ96n2D4EOVJO6S3oYZ5PtbJrw3Yt9TpAuX3nBLMuzn74rnfGQrv13pS9vC+YiA==',
}

export interface SetupOptions extends StepOptions {
  readonly kind: TensorflowKind
  /** A wheel, a folder with `lib` and `include` (as libtensorflow's archives unpack to), or a URL of a wheel. */
  readonly from?: string | undefined
  /** Make it again although it is there. */
  readonly force?: boolean | undefined
}

const headers =
  /^tensorflow\/include\/(?:tensorflow\/c\/|tensorflow\/core\/platform\/ctstring|tensorflow\/tsl\/(?:c|platform)\/|tsl\/(?:c|platform)\/|xla\/tsl\/c\/|external\/local_(?:tsl|xla)\/.*(?:ctstring|tsl_status)).*\.h$/

const unpackWheel = async (wheel: string, folder: string): Promise<void> => {
  const written = await unzip(wheel, (name) => {
    const library = /^tensorflow\/(libtensorflow_(?:cc|framework)\.so\.2)$/.exec(name)
    if (library) return join(folder, 'lib', library[1])
    if (headers.test(name) && !name.includes('..')) return join(folder, name.replace('tensorflow/', ''))
    return /^[^/]+\.dist-info\/LICENSE$/.test(name) || name.endsWith('THIRD_PARTY_NOTICES.txt')
      ? join(folder, name.split('/').pop() as string)
      : undefined
  })
  if (written < 3 || !existsSync(join(folder, 'lib')))
    throw failed(`${wheel} holds no TensorFlow library`, 'Name a wheel of tensorflow or tensorflow-cpu for Linux')
}

/** A package's files: the installed ones, else its tarball by npm, checked against its known hash. */
const packageFiles = async (
  { name, version, sha512 }: Tarball,
  folder: string,
  { onStep, signal }: SetupOptions,
): Promise<string> => {
  const installed = packageFolder(name)
  if (installed?.version === version) return installed.folder
  onStep?.(`fetching ${name} ${version} (npm)`)
  const to = join(folder, name.replace(/\W/g, '-'))
  await mkdir(to)
  await runProgram(
    'npm',
    ['pack', '--silent', '--ignore-scripts', '--pack-destination', to, `${name}@${version}`],
    `npm must reach its registry; or install ${name}@${version} beside hmtl`,
    signal,
    to,
  )
  const tarball = onlyFile(to, '.tgz')
  const found = await digestOf(tarball, 'sha512', 'base64')
  if (found !== sha512)
    throw failed(
      `the sha512 of ${name} ${version} is ${found}, not ${sha512}`,
      'The registry or something on the way changed it: do not use it',
    )
  await runProgram('tar', ['xzf', tarball, '-C', to], 'Install tar', signal)
  return join(to, 'package')
}

const compile = async (
  folder: string,
  sources: string,
  napi: string,
  { onStep, signal }: SetupOptions,
): Promise<void> => {
  onStep?.('compiling the binding')
  const library = (name: string) => {
    const found = readdirSync(join(folder, 'lib')).find((file) => file === name || file.startsWith(`${name}.`))
    return found ? [`-l:${found}`] : []
  }
  const main = [...library('libtensorflow_cc.so'), ...library('libtensorflow.so')].slice(0, 1)
  if (main.length === 0)
    throw failed('there is no libtensorflow among the files', 'Name a wheel, or a folder with lib and include')
  await runProgram(
    process.env.CXX ?? 'g++',
    [
      ...[
        '-O2',
        '-std=c++17',
        '-fPIC',
        '-shared',
        '-DNAPI_VERSION=8',
        '-DNODE_GYP_MODULE_NAME=tfjs_binding',
        '-DBUILDING_NODE_EXTENSION',
      ],
      ...[
        '-I',
        napi,
        '-I',
        join(folder, 'include'),
        join(sources, 'tfjs_backend.cc'),
        join(sources, 'tfjs_binding.cc'),
        '-o',
        join(folder, bindingName),
      ],
      ...['-L', join(folder, 'lib'), ...main, ...library('libtensorflow_framework.so'), '-Wl,-rpath,$ORIGIN/lib'],
    ],
    'Install a C++ compiler (on Debian and Ubuntu: apt-get install g++), or name one with CXX',
    signal,
  )
}

/** Loads a binding in a process of its own and multiplies two matrices with it. */
const checkBinding = async (path: string, signal?: AbortSignal): Promise<void> => {
  await runProgram(
    process.execPath,
    [fileURLToPath(new URL('./check-tensorflow.js', import.meta.url)), path],
    'The library does not fit this machine (it needs x86_64 with AVX and glibc 2.17)',
    signal,
  )
}

/**
 * Makes the engine if it is not there. Everything is made in a folder of its own
 * that is renamed when it is whole, so it can be interrupted and run again, also
 * twice at a time.
 * @returns the binding, and whether it was made now
 * @throws HmtlError `HMTL_SETUP_FAILED`, with what to do; `HMTL_ABORTED`
 */
export const setupTensorflow = async (options: SetupOptions): Promise<FoundBinding & { readonly made: boolean }> => {
  const { kind, from, onStep, signal } = options
  if (!options.force && from === undefined) {
    const found = await findTensorflow(kind)
    if (found) {
      onStep?.(
        `checking the ${found.origin === 'cache' ? 'engine that is set up' : 'binding of the installed package'}`,
      )
      await checkBinding(found.path, signal)
      return { ...found, made: false }
    }
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    const name = kind === 'gpu' ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node'
    throw failed(
      `no TensorFlow library is known for ${process.platform} ${process.arch}`,
      `Install ${name} beside hmtl: its binding is used where it loads`,
    )
  }
  await mkdir(cacheFolder(), { recursive: true })
  const folder = await mkdtemp(join(cacheFolder(), '.making-'))
  const scratch = join(folder, 'scratch')
  try {
    await mkdir(scratch)
    const wheel = wheels[kind]
    let library: string = wheel.version
    if (from !== undefined && !/^https?:/.test(from) && (await isFolder(from))) {
      onStep?.(`copying ${from}`)
      library = `of ${from}`
      for (const part of ['lib', 'include']) {
        if (!existsSync(join(from, part)))
          throw failed(`${from} has no folder ${part}`, 'Name a folder with lib and include, or a wheel')
        await cp(join(from, part), join(folder, part), { recursive: true, dereference: true })
      }
    } else {
      const path =
        from === undefined
          ? await fetchWheel(wheel, scratch, options, platform)
          : /^https?:/.test(from)
            ? await download(from, scratch, options)
            : from
      if (!existsSync(path))
        throw failed(`there is no ${path}`, 'Name a wheel, a folder with lib and include, or a URL')
      if (from !== undefined) library = `of ${from}`
      onStep?.('unpacking the library')
      await unpackWheel(path, folder)
    }
    const sources = await packageFiles(bindingSource, scratch, options)
    const napi = await packageFiles(nodeHeaders, scratch, options)
    await compile(folder, join(sources, 'binding'), join(napi, 'include'), options)
    onStep?.('checking')
    await checkBinding(join(folder, bindingName), signal)
    await rm(scratch, { recursive: true })
    const manifest = {
      library,
      binding: `${bindingSource.name} ${bindingSource.version}`,
      sha256: { [bindingName]: await digestOf(join(folder, bindingName), 'sha256', 'hex') },
    }
    await writeFile(join(folder, manifestName), `${JSON.stringify(manifest, null, 2)}\n`)
    const target = tensorflowFolder(kind)
    await rm(target, { recursive: true, force: true })
    await rename(folder, target).catch(async (error: NodeJS.ErrnoException) => {
      // Another set-up was faster; its work is as good.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    })
    return { path: join(target, bindingName), origin: 'cache', version: library, made: true }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isDirectory() ?? false
