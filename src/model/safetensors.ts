/**
 * The safetensors format: a JSON header that says where each tensor lies, then
 * their bytes. Everything a header says is checked before anything is read.
 * Matrices of 8-bit integers are ours: `NAME.scale` has a factor for each row.
 */
import type { HmtlError } from '../io/errors.ts'
import { allFiniteHalves, floatsOfHalves, halvesOfFloats } from '../io/arrow/half.ts'
import { corrupt, type OpenFile, textOf } from './model-files.ts'

/** A matrix of 8-bit integers. */
export interface StoredBytes {
  readonly integers: Int8Array<ArrayBuffer>
  /** What a row's integers are multiplied by. */
  readonly scales: Float32Array
}

export interface StoredTensor {
  readonly shape: readonly number[]
  readonly values: Float32Array
  /** Bits of float16, where the values are made of them whenever they are asked for. */
  readonly halves?: Uint16Array
  /** A matrix of 8-bit integers, likewise. */
  readonly bytes?: StoredBytes
}

const maxHeaderBytes = 16 * 1024 * 1024

/** Bytes of a number by type; those that are not read have their place all the same. */
const widths: Readonly<Record<string, number>> = {
  F32: 4,
  F16: 2,
  BF16: 2,
  I8: 1,
  F64: 8,
  I64: 8,
  I32: 4,
  I16: 2,
  U8: 1,
  BOOL: 1,
}

interface Entry {
  readonly type: string
  readonly shape: readonly number[]
  readonly count: number
  readonly begin: number
  readonly end: number
}

/** A row's factor and its 8-bit integers. */
const quantized = (values: Float32Array, rows: number): { scales: Float32Array; integers: Int8Array } => {
  const width = values.length / rows
  const scales = new Float32Array(rows)
  const integers = new Int8Array(values.length)
  for (let i = 0; i < rows; i++) {
    let most = 0
    for (let j = i * width; j < (i + 1) * width; j++) most = Math.max(most, Math.abs(values[j]))
    scales[i] = most / 127
    if (most > 0) for (let j = i * width; j < (i + 1) * width; j++) integers[j] = Math.round((values[j] * 127) / most)
  }
  return { scales, integers }
}

/** How numbers are written: `I8` writes matrices as integers with a factor a row, all else as float32. */
export type StoredType = 'F32' | 'F16' | 'I8'

/** What 8-bit integers with a factor a row mean. */
export const floatsOfBytes = ({ integers, scales }: StoredBytes): Float32Array => {
  const values = new Float32Array(integers.length)
  const width = integers.length / Math.max(1, scales.length)
  for (let row = 0, at = 0; row < scales.length; row++)
    for (let j = 0; j < width; j++, at++) values[at] = integers[at] * scales[row]
  return values
}

const bytesOf = (values: Float32Array, type: 'F32' | 'F16'): Uint8Array => {
  if (type === 'F32') return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  return new Uint8Array(halvesOfFloats(values).buffer)
}

const joined = (parts: readonly Uint8Array[]): Uint8Array => {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/**
 * A safetensors file.
 * @param typeOf how a tensor is written, by its name
 */
export const encodeSafetensors = (
  tensors: ReadonlyMap<string, StoredTensor>,
  typeOf: StoredType | ((name: string) => StoredType),
  metadata: Record<string, string> = {},
): Uint8Array => {
  const header: Record<string, unknown> = { __metadata__: { format: 'hmtl', ...metadata } }
  const parts: Uint8Array[] = []
  let offset = 0
  const add = (name: string, dtype: string, shape: readonly number[], bytes: Uint8Array) => {
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes.length] }
    offset += bytes.length
    parts.push(bytes)
  }
  for (const [name, { shape, values }] of tensors) {
    const type = typeof typeOf === 'string' ? typeOf : typeOf(name)
    if (type !== 'I8' || shape.length !== 2)
      add(name, type === 'F16' ? 'F16' : 'F32', shape, bytesOf(values, type === 'F16' ? 'F16' : 'F32'))
    else {
      const { scales, integers } = quantized(values, shape[0])
      add(`${name}.scale`, 'F32', [shape[0]], bytesOf(scales, 'F32'))
      add(name, 'I8', shape, new Uint8Array(integers.buffer))
    }
  }
  const json = new TextEncoder().encode(JSON.stringify(header))
  // Data begins at a multiple of eight bytes.
  const padding = (8 - (json.length % 8)) % 8
  const prefix = new DataView(new ArrayBuffer(8))
  prefix.setBigUint64(0, BigInt(json.length + padding), true)
  return joined([new Uint8Array(prefix.buffer), json, new Uint8Array(padding).fill(0x20), ...parts])
}

/**
 * Where tensors lie in the data of a file. @throws HmtlError `HMTL_MODEL_CORRUPT` for a header that does not account
 * for every byte
 */
const entriesOf = (json: Uint8Array, dataSize: number, file: string): Map<string, Entry> => {
  let header: unknown
  try {
    header = JSON.parse(textOf(json))
  } catch (cause) {
    throw corrupt(file, 'header is not JSON', cause)
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw corrupt(file, 'header is not an object')
  const entries = new Map<string, Entry>()
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue
    const {
      dtype,
      shape,
      data_offsets: offsets,
    } = (entry ?? {}) as { dtype?: unknown; shape?: unknown; data_offsets?: unknown }
    const width = typeof dtype === 'string' && Object.hasOwn(widths, dtype) ? widths[dtype] : 0
    if (width === 0) throw corrupt(file, `tensor ${name} is of type ${String(dtype)}`)
    if (!Array.isArray(shape) || !shape.every((n) => Number.isInteger(n) && n >= 0 && n < 2 ** 31))
      throw corrupt(file, `tensor ${name} has no shape`)
    const count = shape.reduce((a: number, b: number) => a * b, 1)
    if (!Array.isArray(offsets) || !offsets.every(Number.isSafeInteger) || offsets[1] - offsets[0] !== count * width)
      throw corrupt(file, `tensor ${name} does not lie where it says`)
    entries.set(name, { type: dtype as string, shape, count, begin: offsets[0], end: offsets[1] })
  }
  let end = 0
  for (const [name, entry] of [...entries].sort((a, b) => a[1].begin - b[1].begin || a[1].end - b[1].end)) {
    if (entry.begin !== end || entry.end > dataSize) throw corrupt(file, `tensor ${name} does not lie where it says`)
    end = entry.end
  }
  if (end !== dataSize) throw corrupt(file, `${dataSize - end} bytes belong to no tensor`)
  return entries
}

const headerSize = (prefix: Uint8Array, fileSize: number, file: string): number => {
  if (prefix.length < 8) throw corrupt(file, 'shorter than its header')
  const size = Number(new DataView(prefix.buffer, prefix.byteOffset).getBigUint64(0, true))
  if (!(size > 0 && size <= maxHeaderBytes && 8 + size <= fileSize))
    throw corrupt(file, `header of ${size} bytes in a file of ${fileSize}`)
  return size
}

/** bfloat16: the upper halves of float32. */
const ofBrains = (upper: Uint16Array): Float32Array => {
  const bits = new Uint32Array(upper.length)
  for (let i = 0; i < upper.length; i++) bits[i] = upper[i] << 16
  return new Float32Array(bits.buffer)
}

const allFinite = (values: Float32Array): boolean => {
  // An infinite number or none less itself is none.
  for (let i = 0; i < values.length; i++) if (values[i] - values[i] !== 0) return false
  return true
}

const notFinite = (name: string, file: string): HmtlError =>
  corrupt(file, `tensor ${name} holds numbers that are not finite`)

/** @param bytes of the tensor, in memory of its own */
const numbersOf = (
  bytes: Uint8Array<ArrayBuffer>,
  { type, count }: Entry,
  scales: () => Float32Array,
  name: string,
  file: string,
): Float32Array => {
  let values: Float32Array
  if (type === 'F32') values = new Float32Array(bytes.buffer, 0, count)
  else if (type === 'F16') values = floatsOfHalves(new Uint16Array(bytes.buffer, 0, count))
  else if (type === 'BF16') values = ofBrains(new Uint16Array(bytes.buffer, 0, count))
  else if (type === 'I8') {
    values = floatsOfBytes({ integers: new Int8Array(bytes.buffer, 0, count), scales: scales() })
  } else throw corrupt(file, `tensor ${name} is of type ${type}`)
  if (!allFinite(values)) throw notFinite(name, file)
  return values
}

/** Factors of integers whose products are numbers. */
const checkedScales = (scales: Float32Array, name: string, file: string): Float32Array => {
  if (!scales.every((scale) => Number.isFinite(Math.fround(128 * scale)))) throw notFinite(name, file)
  return scales
}

const scaleName = (name: string): string => `${name}.scale`

/** @throws HmtlError `HMTL_MODEL_CORRUPT` where the factors of an integer matrix are missing */
const scaleEntry = (entries: ReadonlyMap<string, Entry>, name: string, { shape }: Entry, file: string): Entry => {
  const found = entries.get(scaleName(name))
  if (found?.type !== 'F32' || shape.length !== 2 || found.count !== shape[0])
    throw corrupt(file, `${name} is of integers without a factor for each row`)
  return found
}

/** Integers of 8 bits in memory that stays, a quarter as large as what they mean. */
const bytesInPlace = (part: Uint8Array, { shape, count }: Entry, scales: Float32Array): StoredTensor => {
  const bytes = { integers: new Int8Array(part.buffer as ArrayBuffer, part.byteOffset, count), scales }
  return {
    shape,
    bytes,
    get values() {
      return floatsOfBytes(bytes)
    },
  }
}

/** Numbers of float16 in memory that stays, half as large as what they mean. */
const inPlace = (bytes: Uint8Array, { shape, count }: Entry, name: string, file: string): StoredTensor => {
  // Those of a foreign file may lie at an odd byte.
  const { buffer, byteOffset } = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice()
  const halves = new Uint16Array(buffer, byteOffset, count)
  if (!allFiniteHalves(halves)) throw notFinite(name, file)
  return {
    shape,
    halves,
    get values() {
      return floatsOfHalves(halves)
    },
  }
}

/**
 * Tensors of a safetensors file.
 * @param stay whether the bytes will stay as they are: what is stored as float16 or as integers is left where it is until
 * it is used
 * @throws HmtlError `HMTL_MODEL_CORRUPT`
 */
export const decodeSafetensors = (bytes: Uint8Array, file = 'safetensors', stay = false): Map<string, StoredTensor> => {
  const size = headerSize(bytes.subarray(0, 8), bytes.length, file)
  const data = bytes.subarray(8 + size)
  const entries = entriesOf(bytes.subarray(8, 8 + size), data.length, file)
  const copy = ({ begin, end }: Entry) => new Uint8Array(data.subarray(begin, end))
  const out = new Map<string, StoredTensor>()
  for (const [name, entry] of entries) {
    if (stay && entry.type === 'F16') {
      out.set(name, inPlace(data.subarray(entry.begin, entry.end), entry, name, file))
      continue
    }
    if (name.endsWith('.scale') && entries.get(name.slice(0, -6))?.type === 'I8') continue
    const scales = () => {
      const scale = scaleEntry(entries, name, entry, file)
      return numbersOf(copy(scale), scale, scales, scaleName(name), file)
    }
    out.set(
      name,
      stay && entry.type === 'I8'
        ? bytesInPlace(data.subarray(entry.begin, entry.end), entry, checkedScales(scales(), name, file))
        : { shape: entry.shape, values: numbersOf(copy(entry), entry, scales, name, file) },
    )
  }
  return out
}

/** A file whose tensors are read one at a time. */
export interface TensorFile {
  has(name: string): boolean
  /** Rows of a tensor by its name; undefined where there is none. */
  shape(name: string): readonly number[] | undefined
  /** @throws HmtlError `HMTL_MODEL_CORRUPT` for a tensor that is missing, of another shape or not of finite numbers */
  read(name: string, shape: readonly number[]): Promise<Float32Array>
  /**
   * A matrix of 8-bit integers as it is stored, a factor a row; undefined where it is stored otherwise. @throws
   * HmtlError as `read`
   */
  readBytes(name: string, shape: readonly number[]): Promise<StoredBytes | undefined>
  close(): Promise<void>
}

/**
 * @param opened is closed with what is returned, or where it is no such file
 * @throws HmtlError `HMTL_MODEL_CORRUPT`
 */
export const openSafetensors = async (opened: OpenFile, path: string): Promise<TensorFile> => {
  try {
    const { size: fileSize } = opened
    const size = headerSize(await opened.at(0, Math.min(8, fileSize)), fileSize, path)
    const entries = entriesOf(await opened.at(8, size), fileSize - 8 - size, path)
    const bytesOfEntry = ({ begin, end }: Entry) => opened.at(8 + size + begin, end - begin)
    const entryOf = (name: string, shape: readonly number[]): Entry => {
      const entry = entries.get(name)
      if (!entry) throw corrupt(path, `there is no ${name}`)
      if (entry.shape.join() !== shape.join())
        throw corrupt(path, `${name} is [${entry.shape}] where the configuration wants [${shape}]`)
      return entry
    }
    const factorsOf = async (name: string, entry: Entry): Promise<Float32Array> => {
      const scale = scaleEntry(entries, name, entry, path)
      return numbersOf(await bytesOfEntry(scale), scale, () => new Float32Array(0), scaleName(name), path)
    }
    return {
      has: (name) => entries.has(name),
      shape: (name) => entries.get(name)?.shape,
      async read(name, shape) {
        const entry = entryOf(name, shape)
        const factors = entry.type === 'I8' ? await factorsOf(name, entry) : new Float32Array(0)
        return numbersOf(await bytesOfEntry(entry), entry, () => factors, name, path)
      },
      async readBytes(name, shape) {
        const entry = entryOf(name, shape)
        if (entry.type !== 'I8') return undefined
        const scales = checkedScales(await factorsOf(name, entry), name, path)
        return { integers: new Int8Array((await bytesOfEntry(entry)).buffer, 0, entry.count), scales }
      },
      close: () => opened.close(),
    }
  } catch (error) {
    await opened.close()
    throw error
  }
}
