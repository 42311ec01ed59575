/**
 * TensorBoard's event files: records of length, data and their masked CRC-32C,
 * the data an Event message of protocol buffers with one scalar a value.
 */
import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1
  return c >>> 0
})

/** CRC-32C (Castagnoli). */
export const crc32c = (bytes: Uint8Array): number => {
  let c = 0xffffffff
  for (const byte of bytes) c = (c >>> 8) ^ table[(c ^ byte) & 0xff]
  return (c ^ 0xffffffff) >>> 0
}

const masked = (bytes: Uint8Array): number => {
  const crc = crc32c(bytes)
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}

const varint = (value: number): Buffer => {
  const out: number[] = []
  let rest = value
  do {
    const byte = rest % 128
    rest = Math.floor(rest / 128)
    out.push(rest > 0 ? byte | 0x80 : byte)
  } while (rest > 0)
  return Buffer.from(out)
}

/** A length-delimited field. */
const field = (number: number, content: Buffer): Buffer =>
  Buffer.concat([varint(number * 8 + 2), varint(content.length), content])

const double = (number: number, value: number): Buffer => {
  const out = Buffer.alloc(9)
  out[0] = number * 8 + 1
  out.writeDoubleLE(value, 1)
  return out
}

const float = (number: number, value: number): Buffer => {
  const out = Buffer.alloc(5)
  out[0] = number * 8 + 5
  out.writeFloatLE(value, 1)
  return out
}

const record = (data: Buffer): Buffer => {
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(data.length))
  const [head, tail] = [Buffer.alloc(4), Buffer.alloc(4)]
  head.writeUInt32LE(masked(length))
  tail.writeUInt32LE(masked(data))
  return Buffer.concat([length, head, data, tail])
}

export interface EventWriter {
  scalars(step: number, values: Readonly<Record<string, number>>): void
}

/** Opens an event file in a folder; a resumed run writes one of its own, which TensorBoard joins to the first. */
export const openEvents = (folder: string, now: () => number = () => Date.now() / 1000): EventWriter => {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `events.out.tfevents.${Math.floor(now())}.hmtl.${process.pid}`)
  appendFileSync(path, record(Buffer.concat([double(1, now()), field(3, Buffer.from('brain.Event:2'))])))
  return {
    scalars(step, values) {
      const summary = Buffer.concat(
        Object.entries(values).map(([tag, value]) =>
          field(1, Buffer.concat([field(1, Buffer.from(tag)), float(2, value)])),
        ),
      )
      appendFileSync(
        path,
        record(Buffer.concat([double(1, now()), Buffer.concat([varint(2 * 8), varint(step)]), field(5, summary)])),
      )
    },
  }
}
