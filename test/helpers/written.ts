/** Documents through any format that can be read again, of one stream or of a folder. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Document } from '../../src/io/document/document.ts'
import type { FormatOptions } from '../../src/io/format.ts'
import { formatNamed } from '../../src/io/formats/index.ts'
import { LossReport } from '../../src/io/report.ts'
import { readDocuments } from '../../src/io/read.ts'
import { writeDocuments } from '../../src/io/write.ts'
import { collect } from './documents.ts'

async function* stream(documents: readonly Document[]) {
  yield* documents
}

/** What is read again of what was written, and what was counted while it was written. */
export const through = async (
  format: string,
  documents: readonly Document[],
  options: FormatOptions = {},
): Promise<{ again: Document[]; report: LossReport }> => {
  const folder = await mkdtemp(join(tmpdir(), 'hmtl-written-'))
  try {
    const { extension } = formatNamed(format)
    const path = extension === '' ? folder : join(folder, `file${extension}`)
    const report = new LossReport()
    await writeDocuments(stream(documents), path, { format, report, options })
    return { again: await collect(readDocuments(path, { format, options })), report }
  } finally {
    await rm(folder, { recursive: true })
  }
}
