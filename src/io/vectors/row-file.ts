/** Rows of float32 numbers in a temporary file: written one after another, read in any order, gone when closed. */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HmtlError } from '../errors.ts'

export interface RowFile {
  readonly size: number
  /** @throws HmtlError `HMTL_OUTPUT_FAILED` where there is no space */
  append(rows: Float32Array): void
  /** @throws HmtlError `HMTL_OUTPUT_FAILED` for a row that was not appended */
  read(row: number, out: Float32Array): void
  /** Once is enough; after it nothing can be read. */
  close(): void
}

/** What the file system refuses is said with where that was. */
const attempt = <T>(doing: string, run: () => T): T => {
  try {
    return run()
  } catch (cause) {
    throw new HmtlError('HMTL_OUTPUT_FAILED', `cannot ${doing}: ${(cause as Error).message}`, {
      cause,
      remedy: 'Free space there, or name another folder with TMPDIR',
    })
  }
}

/**
 * @param size numbers in a row
 * @throws HmtlError `HMTL_OUTPUT_FAILED` where no file can be made
 */
export const openRows = (size: number): RowFile => {
  const folder = attempt(`make a folder in ${tmpdir()}`, () => mkdtempSync(join(tmpdir(), 'hmtl-rows-')))
  let file: number | undefined
  const close = () => {
    // The system may have given its number to another file by the second time.
    if (file !== undefined) closeSync(file)
    file = undefined
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    file = attempt(`make a file in ${folder}`, () => openSync(join(folder, 'rows'), 'w+'))
  } catch (error) {
    close()
    throw error
  }
  const opened = (): number => {
    if (file === undefined) throw new HmtlError('HMTL_OUTPUT_FAILED', `the rows in ${folder} were closed`)
    return file
  }
  const width = 4 * size
  let end = 0
  return {
    size,
    append(rows) {
      const bytes = Buffer.from(rows.buffer, rows.byteOffset, rows.byteLength)
      const to = opened()
      attempt(`write to ${folder}`, () => {
        for (let done = 0; done < bytes.length; ) done += writeSync(to, bytes, done, bytes.length - done, end + done)
      })
      end += bytes.length
    },
    read(row, out) {
      const there = Number.isInteger(row) && row >= 0 && (row + 1) * width <= end
      if (!there || readSync(opened(), out, 0, width, row * width) !== width)
        throw new HmtlError('HMTL_OUTPUT_FAILED', `row ${row} of ${folder} cannot be read`)
    },
    close,
  }
}
