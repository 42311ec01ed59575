/** Documents as an Arrow file, such as data sets are. */
import { join } from 'node:path'
import type { Document } from '../../src/io/document/document.ts'
import { writeDocuments } from '../../src/io/write.ts'

/** @returns its path */
export const arrowFile = async (folder: string, name: string, documents: readonly Document[]): Promise<string> => {
  const path = join(folder, `${name}.arrow`)
  await writeDocuments(
    (async function* () {
      yield* documents
    })(),
    path,
    { format: 'arrow' },
  )
  return path
}
