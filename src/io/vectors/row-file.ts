/** Rows of float32 numbers in a temporary file: written one after another, read in any order, gone when closed. */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HmtlError } from '../errors.ts'

export interface RowFile {
  readonly size: number
  append(rows: Float32Array): void
  read(row: number, out: Float32Array): void
  close(): void
}

/** @param size numbers in a row */
export const openRows = (size: number): RowFile => {
  const folder = mkdtempSync(join(tmpdir(), 'hmtl-rows-'))
  const file = openSync(join(folder, 'rows'), 'w+')
  const width = 4 * size
  let end = 0
  return {
    size,
    append(rows) {
      const bytes = Buffer.from(rows.buffer, rows.byteOffset, rows.byteLength)
      try {
        for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done, end + done)
      } catch (cause) {
        throw new HmtlError('HMTL_OUTPUT_FAILED', `cannot write to ${folder}: ${(cause as Error).message}`, {
          cause,
          remedy: 'Free space there, or name another folder with TMPDIR',
        })
      }
      end += bytes.length
    },
    read(row, out) {
      if (readSync(file, out, 0, width, row * width) !== width)
        throw new HmtlError('HMTL_OUTPUT_FAILED', `row ${row} of ${folder} cannot be read`)
    },
    close() {
      closeSync(file)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
