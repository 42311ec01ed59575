/** The compression codecs that kafkajs leaves out, none of them in need of a compiler. */
import { createRequire } from 'node:module'

interface Codec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>
  decompress(buffer: Buffer): Promise<Buffer>
}

const require = createRequire(import.meta.url)

/** A batch that unpacks to more is refused: no broker takes one so large. */
const mostBytes = 256 * 1024 * 1024

/**
 * Magic number, version 1 with independent blocks, blocks of at most 64 KiB, and the checksum of these. Brokers take no
 * other kind.
 */
const lz4Header = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82])
const lz4Block = 64 * 1024
const stored = 0x80000000

const lz4 = (): Codec => {
  const { compressBlock, compressBound, decompress, decompressBound } = require('lz4js') as {
    compressBlock(from: Uint8Array, to: Uint8Array, at: number, length: number, table: Uint32Array): number
    compressBound(length: number): number
    decompress(data: Uint8Array, most: number): Uint8Array
    decompressBound(data: Uint8Array): number
  }
  const table = new Uint32Array(1 << 16)
  const size = (value: number) => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32LE(value >>> 0)
    return bytes
  }
  return {
    async compress({ buffer }) {
      const parts: Uint8Array[] = [lz4Header]
      for (let at = 0; at < buffer.length; at += lz4Block) {
        const block = buffer.subarray(at, at + lz4Block)
        const packed = Buffer.alloc(compressBound(block.length))
        table.fill(0)
        const length = compressBlock(block, packed, 0, block.length, table)
        if (length > 0 && length < block.length) parts.push(size(length), packed.subarray(0, length))
        else parts.push(size(block.length + stored), block)
      }
      parts.push(size(0))
      return Buffer.concat(parts)
    },
    async decompress(buffer) {
      const bound = decompressBound(buffer)
      if (!(bound <= mostBytes)) throw new Error(`a batch may unpack to ${bound} bytes`)
      return Buffer.from(decompress(buffer, bound))
    },
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
export const registerCodecs = (
  table: Record<number, unknown>,
  types: { readonly Snappy: number; readonly LZ4: number; readonly ZSTD: number },
): void => {
  const lazily = (make: () => Codec) => {
    let codec: Codec | undefined
    return () => (codec ??= make())
  }
  table[types.Snappy] = lazily(() => (require('kafkajs-snappy') as () => Codec)())
  table[types.LZ4] = lazily(lz4)
  table[types.ZSTD] = lazily(zstd)
}
