/** SHA-256 on every platform. */
import { sha256 as plainSha256 } from '@noble/hashes/sha2.js'

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

/** Digest in hexadecimal. Browsers keep their own implementation from pages that came over plain HTTP. */
export const sha256 = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> =>
  hex(
    globalThis.crypto?.subtle
      ? new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', bytes))
      : plainSha256(bytes),
  )
