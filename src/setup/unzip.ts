/** Chosen entries of a zip archive (a Python wheel is one) to files, streamed. */
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createInflateRaw } from 'node:zlib'
import { HmtlError } from '../io/errors.ts'

const endSize = 22
const longestComment = 0xffff
const endMark = Buffer.from('PK\x05\x06', 'latin1')
const [entryMark, localMark] = [0x02014b50, 0x04034b50]

/**
 * @param target the path for an entry's name, or undefined to leave it
 * @returns how many entries were written
 * @throws HmtlError `HMTL_SETUP_FAILED` for what is no zip archive, or one past 4 GiB
 */
export const unzip = async (path: string, target: (name: string) => string | undefined): Promise<number> => {
  const damaged = (what: string) =>
    new HmtlError('HMTL_SETUP_FAILED', `${path} is no zip archive that can be read: ${what}`, {
      remedy: 'Fetch it again',
    })
  const file = await open(path, 'r')
  const entries: { name: string; method: number; packed: number; offset: number }[] = []
  try {
    const { size } = await file.stat()
    const read = async (at: number, length: number) => {
      if (at < 0 || at + length > size) throw damaged('it is cut short')
      const buffer = Buffer.alloc(length)
      await file.read(buffer, 0, length, at)
      return buffer
    }
    const tailSize = Math.min(size, endSize + longestComment)
    const tail = await read(size - tailSize, tailSize)
    const end = tail.lastIndexOf(endMark)
    if (end < 0 || end + endSize > tail.length) throw damaged('it has no directory')
    const [count, directorySize, directoryAt] = [
      tail.readUInt16LE(end + 10),
      tail.readUInt32LE(end + 12),
      tail.readUInt32LE(end + 16),
    ]
    const directory = await read(directoryAt, directorySize)
    for (let i = 0, p = 0; i < count; i++) {
      if (p + 46 > directory.length || directory.readUInt32LE(p) !== entryMark)
        throw damaged('its directory is damaged')
      const [nameSize, extra, comment] = [
        directory.readUInt16LE(p + 28),
        directory.readUInt16LE(p + 30),
        directory.readUInt16LE(p + 32),
      ]
      const name = directory.toString('utf8', p + 46, p + 46 + nameSize)
      const local = await read(directory.readUInt32LE(p + 42), 30)
      if (local.readUInt32LE(0) !== localMark) throw damaged(`${name} does not lie where it should`)
      entries.push({
        name,
        method: directory.readUInt16LE(p + 10),
        packed: directory.readUInt32LE(p + 20),
        offset: directory.readUInt32LE(p + 42) + 30 + local.readUInt16LE(26) + local.readUInt16LE(28),
      })
      p += 46 + nameSize + extra + comment
    }
  } finally {
    await file.close()
  }
  let written = 0
  for (const { name, method, packed, offset } of entries) {
    const to = packed > 0 ? target(name) : undefined
    if (to === undefined) continue
    await mkdir(dirname(to), { recursive: true })
    const source = createReadStream(path, { start: offset, end: offset + packed - 1, highWaterMark: 1 << 20 })
    if (method === 8) await pipeline(source, createInflateRaw({ chunkSize: 1 << 20 }), createWriteStream(to))
    else if (method === 0) await pipeline(source, createWriteStream(to))
    else throw damaged(`${name} is packed by method ${method}`)
    written++
  }
  return written
}
