/** The files of a stored model or encoder in a folder. */
import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { HmtlError } from '../io/errors.ts'
import { readAt } from '../io/read-at.ts'
import { corrupt, maxFileBytes, type ModelFiles, type OpenFile } from './model-files.ts'

/** A file to be read in pieces. @throws HmtlError `HMTL_MODEL_NOT_FOUND` */
export const openPath = async (path: string): Promise<OpenFile> => {
  const refuse = (cause: unknown) =>
    new HmtlError('HMTL_MODEL_NOT_FOUND', `cannot open ${path}: ${(cause as Error).message}`, { cause })
  const handle = await open(path, 'r').catch((cause) => {
    throw refuse(cause)
  })
  const { size } = await handle.stat().catch(async (cause) => {
    await handle.close()
    throw refuse(cause)
  })
  return {
    size,
    at: (position, length) => readAt(handle, position, length, () => corrupt(path, 'it is cut short')),
    close: () => handle.close(),
  }
}

export const folderFiles = (folder: string): ModelFiles => {
  const pathOf = (name: string) => join(folder, name)
  return {
    place: folder,
    pathOf,
    async read(name, most = maxFileBytes) {
      const path = pathOf(name)
      const found = await stat(path).catch((cause) => {
        throw new HmtlError('HMTL_MODEL_NOT_FOUND', `there is no ${name} in ${folder}`, {
          cause,
          remedy: 'Name a folder that hmtl train wrote, or a bundled model such as "en"',
        })
      })
      if (found.size > most) throw corrupt(path, `larger than ${most} bytes`)
      // At once: readFile goes through a large file in small pieces.
      const opened = await openPath(path)
      try {
        return await opened.at(0, opened.size)
      } finally {
        await opened.close()
      }
    },
    open: (name) => openPath(pathOf(name)),
  }
}
