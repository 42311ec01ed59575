/** The compression codecs that kafkajs leaves out, none of them in need of a compiler. */
import { createRequire } from 'node:module'

interface Codec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>
  decompress(buffer: Buffer): Promise<Buffer>
}

const require = createRequire(import.meta.url)

/** A batch that unpacks to more is refused: no broker takes one so large. */
const mostBytes = 256 * 1024 * 1024

const lz4 = (): Codec => {
  const { compress, decompress } = require('lz4js') as { compress(data: Uint8Array): Uint8Array; decompress(data: Uint8Array, most: number): Uint8Array }
  return {
    compress: async ({ buffer }) => Buffer.from(compress(buffer)),
    decompress: async (buffer) => Buffer.from(decompress(buffer, mostBytes)),
  }
}

const zstd = (): Codec => {
  const { init, compress, decompress } = require('@bokuweb/zstd-wasm') as {
    init(): Promise<void>
    compress(data: Uint8Array, level?: number): Uint8Array
    decompress(data: Uint8Array): Uint8Array
  }
  let ready: Promise<void> | undefined
  const start = () => (ready ??= init())
  return {
    async compress({ buffer }) {
      await start()
      return Buffer.from(compress(buffer))
    },
    async decompress(buffer) {
      await start()
      return Buffer.from(decompress(buffer))
    },
  }
}

/** Puts them where kafkajs looks; each is loaded at its first use. */
export const registerCodecs = (table: Record<number, unknown>, types: { readonly Snappy: number; readonly LZ4: number; readonly ZSTD: number }): void => {
  const lazily = (make: () => Codec) => {
    let codec: Codec | undefined
    return () => (codec ??= make())
  }
  table[types.Snappy] = lazily(() => (require('kafkajs-snappy') as () => Codec)())
  table[types.LZ4] = lazily(lz4)
  table[types.ZSTD] = lazily(zstd)
}
