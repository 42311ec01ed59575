/** The files of a stored model or encoder, wherever they lie: understanding them is apart from reading them. */
import { HmtlError } from '../io/errors.ts'

/** A file that is read in pieces. */
export interface OpenFile {
  /** Bytes. */
  readonly size: number
  /** @throws HmtlError `HMTL_MODEL_CORRUPT` where the file ends before */
  at(position: number, length: number): Promise<Uint8Array<ArrayBuffer>>
  close(): Promise<void>
}

export interface ModelFiles {
  /** A folder or an address, for people. */
  readonly place: string
  /** Where a file lies, for people. */
  pathOf(name: string): string
  /** The whole file. @throws HmtlError `HMTL_MODEL_NOT_FOUND`, and `HMTL_MODEL_CORRUPT` for more than `most` bytes */
  read(name: string, most?: number): Promise<Uint8Array<ArrayBuffer>>
  /** @throws HmtlError `HMTL_MODEL_NOT_FOUND` */
  open(name: string): Promise<OpenFile>
}

/** Longest file that is read as a whole. */
export const maxFileBytes = 2 ** 31

/** Whether a file of a model may have the name: below its folder, and nowhere else. */
export const isFileOfModel = (name: string): boolean => /^[\w-]+(?:[./][\w-]+)*$/.test(name)

export const corrupt = (file: string, message: string, cause?: unknown): HmtlError =>
  new HmtlError('HMTL_MODEL_CORRUPT', `${file}: ${message}`, {
    cause,
    remedy: 'The file is damaged or not a model: fetch or train it again',
  })

/** UTF-8 bytes as text, a byte order mark and all. */
export const textOf = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)

/** A file that is in memory. */
export const openBytes = (bytes: Uint8Array, path: string): OpenFile => ({
  size: bytes.length,
  async at(position, length) {
    if (position + length > bytes.length) throw corrupt(path, 'it is cut short')
    return bytes.slice(position, position + length) as Uint8Array<ArrayBuffer>
  },
  async close() {},
})
