/** NumPy's file form: a header of a known size, so that rows can be appended and the count put in at the end. */
import { type FileHandle, open } from 'node:fs/promises'
import { HmtlError } from '../errors.ts'

const headerBytes = 128

const header = (rows: number, columns: number): Buffer => {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`
  const out = Buffer.alloc(headerBytes, ' ')
  out.write('\u0093NUMPY', 0, 'latin1')
  out.writeUInt8(1, 6)
  out.writeUInt8(0, 7)
  out.writeUInt16LE(headerBytes - 10, 8)
  out.write(text, 10, 'latin1')
  out.write('\n', headerBytes - 1, 'latin1')
  return out
}

export interface NpyWriter {
  /** Whole rows. */
  write(values: Float32Array): Promise<void>
  close(): Promise<void>
}

/** A float32 matrix row by row. @throws HmtlError `HMTL_OUTPUT_FAILED` */
export const writeNpy = async (path: string, columns: number): Promise<NpyWriter> => {
  const failed = (cause: unknown) =>
    new HmtlError('HMTL_OUTPUT_FAILED', `cannot write ${path}: ${(cause as Error).message}`, { cause })
  let file: FileHandle
  try {
    file = await open(path, 'w')
    await file.write(header(0, columns))
  } catch (cause) {
    throw failed(cause)
  }
  let rows = 0
  return {
    async write(values) {
      try {
        await file.write(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
        rows += values.length / columns
      } catch (cause) {
        throw failed(cause)
      }
    },
    async close() {
      try {
        await file.write(header(rows, columns), 0, headerBytes, 0)
      } catch (cause) {
        throw failed(cause)
      } finally {
        await file.close()
      }
    },
  }
}
