/** SHA-256 on every platform. */
import { sha256 as plainSha256 } from '@noble/hashes/sha2.js'

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

/** Node's own, which a browser has not. */
const nodeCrypto = (): typeof import('node:crypto') | undefined =>
  (globalThis as { process?: Partial<NodeJS.Process> }).process?.getBuiltinModule?.('node:crypto')

/** Digest in hexadecimal. Browsers keep their own implementation from pages that came over plain HTTP. */
export const sha256 = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> => {
  // Web crypto copies what it is given first, which takes Node longer than the digest itself.
  const node = nodeCrypto()
  if (node) return node.createHash('sha256').update(bytes).digest('hex')
  const subtle = globalThis.crypto?.subtle
  return hex(subtle ? new Uint8Array(await subtle.digest('SHA-256', bytes)) : plainSha256(bytes))
}
