/** The few ways in which corpora lay out their splits. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { HmtlError } from '../src/io/errors.ts'
import type { Document } from '../src/io/document/document.ts'
import { documentsOf, type FormatContext, type FormatOptions } from '../src/io/format.ts'
import { formatNamed } from '../src/io/formats/index.ts'
import { readDocuments } from '../src/io/read.ts'
import { sourcesOf, stem } from '../src/io/source.ts'
import type { Split } from './recipe.ts'

const exists = async (path: string) => (await stat(path).catch(() => undefined)) !== undefined

/** Each split is the first of some files or folders that exists. */
export const splitsByPath =
  (format: string, paths: Readonly<Record<string, readonly string[]>>) =>
  async (folder: string): Promise<Split[]> => {
    const splits: Split[] = []
    for (const [name, candidates] of Object.entries(paths)) {
      const found: string[] = []
      for (const candidate of candidates) if (await exists(join(folder, candidate))) found.push(candidate)
      if (found.length > 0)
        splits.push({ name, documents: (from, context) => readDocuments(join(from, found[0]), { ...context, format }) })
    }
    if (splits.length === 0)
      throw new HmtlError('HMTL_DATASET_SPLIT', `none of ${Object.values(paths).flat().join(', ')} is in ${folder}`, {
        remedy: 'Give the folder that holds the corpus files with --from',
      })
    return splits
  }

/** Each split is a list of document names, one a line, over the files of one format below a subfolder. */
export const splitsByList = async (
  format: string,
  lists: Readonly<Record<string, string>>,
  subfolder: string,
  extensions: readonly string[],
): Promise<Split[]> => {
  const clean = (name: string) => {
    const base = name.split('/').pop() ?? name
    const extension = extensions.find((end) => base.endsWith(end))
    return extension === undefined ? base : base.slice(0, -extension.length)
  }
  const splits: Split[] = []
  for (const [name, path] of Object.entries(lists)) {
    if (!(await exists(path))) continue
    const names = (await readFile(path, 'utf8'))
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .map(clean)
    splits.push({
      name,
      documents: (folder, context) =>
        listed(format, join(folder, subfolder), new Set(names), name, extensions, context),
    })
  }
  if (splits.length === 0)
    throw new HmtlError('HMTL_DATASET_SPLIT', `none of the split lists ${Object.values(lists).join(', ')} exists`, {
      remedy: 'Name their folder with --splits',
    })
  return splits
}

async function* listed(
  format: string,
  folder: string,
  wanted: ReadonlySet<string>,
  split: string,
  extensions: readonly string[],
  context: FormatContext,
) {
  const reader = formatNamed(format)
  const missing = new Set(wanted)
  for await (const source of sourcesOf(folder, (path) => reader.accepts(path))) {
    const name = stem(source, ...extensions)
    if (!wanted.has(name)) continue
    missing.delete(name)
    for await (const given of reader.read(source, context)) yield* documentsOf(given)
  }
  if (missing.size > 0)
    throw new HmtlError(
      'HMTL_DATASET_SPLIT',
      `${missing.size} documents of split ${split} are not in ${folder}, such as ${[...missing].slice(0, 3).join(', ')}`,
      {
        remedy: 'Check that the folder is complete and the list is of this corpus',
      },
    )
}

/**
 * Splits of one file by what a document is.
 * @param keep of each split: whether a document, and the how-manieth it is, belongs to it
 */
export const splitsWhere =
  (
    format: string,
    file: string,
    keep: Readonly<Record<string, (document: Document, index: number) => boolean>>,
    options: FormatOptions = {},
  ) =>
  async (folder: string): Promise<Split[]> => {
    if (!(await exists(join(folder, file))))
      throw new HmtlError('HMTL_DATASET_SPLIT', `there is no ${file} in ${folder}`, {
        remedy: 'Give the folder that holds the corpus files with --from',
      })
    return Object.entries(keep).map(([name, belongs]) => ({
      name,
      async *documents(from, context) {
        let index = 0
        const full = { ...context, format, options: { ...context.options, ...options } }
        for await (const document of readDocuments(join(from, file), full))
          if (belongs(document, index++)) yield document
      },
    }))
  }

/** Each split is several files, one after another. */
export const splitsOfFiles =
  (format: string, files: Readonly<Record<string, readonly string[]>>) =>
  async (folder: string): Promise<Split[]> => {
    for (const file of Object.values(files).flat())
      if (!(await exists(join(folder, file))))
        throw new HmtlError('HMTL_DATASET_SPLIT', `there is no ${file} in ${folder}`, {
          remedy: 'Give the folder that holds the corpus files with --from',
        })
    return Object.entries(files).map(([name, list]) => ({
      name,
      async *documents(from, context) {
        for (const file of list)
          for await (const document of readDocuments(join(from, file), { ...context, format }))
            yield list.length === 1 ? document : { ...document, id: `${file}#${document.id}` }
      },
    }))
  }

/** Lists `train.txt`, `dev.txt`, `test.txt` (or `.ids`, `.split`, or without extension) in a folder. */
export const listsIn = async (folder: string): Promise<Record<string, string>> => {
  const files = await readdir(folder).catch((cause) => {
    throw new HmtlError('HMTL_DATASET_SPLIT', `cannot read the folder of split lists ${folder}`, { cause })
  })
  const lists: Record<string, string> = {}
  for (const file of files.sort()) {
    const match = /^(train|dev|test)(\.(txt|ids|split|list))?$/.exec(file)
    if (match) lists[match[1]] = join(folder, file)
  }
  return lists
}
