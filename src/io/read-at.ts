/** Bytes of an open file from a position on, all of them or an error of the caller's. */
import type { FileHandle } from 'node:fs/promises'

/** @param cut makes the error for a file that ends before */
export const readAt = async (
  handle: FileHandle,
  position: number,
  length: number,
  cut: () => Error,
): Promise<Buffer<ArrayBuffer>> => {
  // All of it is written below, or nobody sees it.
  const bytes = Buffer.allocUnsafeSlow(length)
  let done = 0
  while (done < length) {
    const { bytesRead } = await handle.read(bytes, done, length - done, position + done)
    if (bytesRead === 0) throw cut()
    done += bytesRead
  }
  return bytes
}
