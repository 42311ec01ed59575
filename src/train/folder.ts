/**
 * A training's folder belongs to one process at a time, and what an earlier
 * training left there is not written over by accident.
 */
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { HmtlError } from '../io/errors.ts'

const lockName = 'training.lock'

/** What cannot be had again without training. */
const results = [join('state', 'current'), join('model', 'config.json')]

/** All that a run leaves. */
const leftByRuns = ['metrics.jsonl', 'report.html', 'model', 'best', 'state', 'tensorboard']

interface Holder {
  readonly pid: number
  readonly host: string
  /** When the process began, in the system's own ticks, where it tells: numbers of processes are used again. */
  readonly began: string | null
}

/** Field 22 of Linux's /proc/PID/stat; what is before it may hold any character. */
const beganAt = (pid: number): string | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}

const ownHolder = (): Holder => ({ pid: process.pid, host: hostname(), began: beganAt(process.pid) })

const isAlive = ({ pid, began }: Holder): boolean => {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  const now = beganAt(pid)
  return began === null || now === null || began === now
}

const parseHolder = (text: string): Holder | undefined => {
  try {
    const { pid, host, began } = JSON.parse(text) as Partial<Record<keyof Holder, unknown>>
    if (Number.isInteger(pid) && typeof host === 'string')
      return { pid: pid as number, host, began: typeof began === 'string' ? began : null }
  } catch {
    // Not yet written, or half when its process died.
  }
  return undefined
}

const inUse = (folder: string, holder: Holder): HmtlError =>
  new HmtlError('HMTL_TRAIN_FOLDER', `${folder} is being trained into by process ${holder.pid} on ${holder.host}`, {
    remedy:
      holder.host === hostname()
        ? 'Name another folder, or wait until it ends'
        : `Name another folder; if that process is no more, remove ${join(folder, lockName)}`,
  })

/**
 * Whether the lock was made; one that a dead process left is taken away, and making it may be tried again.
 * @param patient whether one that says nothing may still be being written
 */
const tryLock = async (folder: string, patient: boolean): Promise<boolean> => {
  const path = join(folder, lockName)
  try {
    await writeFile(path, JSON.stringify(ownHolder()), { flag: 'wx' })
    return true
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST')
      throw new HmtlError('HMTL_OUTPUT_FAILED', `cannot write ${path}: ${(cause as Error).message}`, {
        cause,
        remedy: 'Check permissions and free space',
      })
  }
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return false
  const holder = parseHolder(text)
  if (!holder && patient) return false
  if (holder && (holder.host !== hostname() || isAlive(holder))) throw inUse(folder, holder)
  // Of several that find it stale, one gets to move it; who moves a lock made meanwhile puts it back.
  const aside = `${path}.${process.pid}`
  const moved = await rename(path, aside).then(
    () => readFile(aside, 'utf8'),
    () => undefined,
  )
  if (moved === undefined) return false
  if (moved !== text) await rename(aside, path)
  else await rm(aside, { force: true })
  return false
}

const lock = async (folder: string): Promise<void> => {
  const most = 50
  for (let tries = 0; tries < most; tries++) {
    if (await tryLock(folder, tries < most / 2)) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new HmtlError('HMTL_TRAIN_FOLDER', `${join(folder, lockName)} cannot be had`, {
    remedy: 'Another training begins there at this moment: name another folder',
  })
}

export interface ClaimOptions {
  readonly resume?: boolean | undefined
  readonly overwrite?: boolean | undefined
}

const holdsResults = (folder: string): boolean => results.some((name) => existsSync(join(folder, name)))

/** Takes away what an earlier training left, so that no trace of it is in the new one's. */
export const clearFolder = async (folder: string): Promise<void> => {
  const names = holdsResults(folder) ? leftByRuns : ['metrics.jsonl']
  for (const name of names) await rm(join(folder, name), { recursive: true, force: true })
}

/**
 * Takes a folder for a training, making it where it is not there.
 * @returns gives it back
 * @throws HmtlError `HMTL_TRAIN_FOLDER` where another process trains into it, or where it
 * holds a training that is neither to be gone on with nor to be overwritten
 */
export const claimFolder = async (
  folder: string,
  { resume = false, overwrite = false }: ClaimOptions,
): Promise<() => Promise<void>> => {
  await mkdir(folder, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
    const isFile = cause.code === 'EEXIST' || cause.code === 'ENOTDIR'
    throw new HmtlError(
      'HMTL_TRAIN_FOLDER',
      isFile ? `${folder} is a file, or lies under one` : `${folder} cannot be made: ${cause.code ?? cause.message}`,
      { cause, remedy: isFile ? 'Name a folder, which need not be there yet' : 'Name a folder that may be written to' },
    )
  })
  await lock(folder)
  const release = () => rm(join(folder, lockName), { force: true })
  if (resume || overwrite || !holdsResults(folder)) return release
  await release()
  throw new HmtlError('HMTL_TRAIN_FOLDER', `${folder} holds a training already`, {
    remedy: 'Go on with it by --resume, replace it by --overwrite, or name another folder',
  })
}
