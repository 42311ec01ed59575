/**
 * JSON lines of a text, an id and a few plain fields, read from their bytes: what most streams of texts are. Strings
 * stay bytes until somebody asks for them, and whoever writes UTF-8 copies them. Anything unusual is left to
 * `JSON.parse`: nested values, `\u` escapes, names twice, numbers that might not come back alike, and every fault.
 */
import type { Encoded, Late } from '../document/late.ts'
import { hasPairs } from '../document/pairs.ts'
import type { Block, LineBytes } from './lines.ts'

const quote = 0x22
const backslash = 0x5c
const minus = 0x2d
const comma = 0x2c
const colon = 0x3a
const opened = 0x7b
const closed = 0x7d

/** What follows a backslash, and the byte that both stand for; a `\u` has no entry. */
const escapes = new Uint8Array(128)
for (const [name, byte] of Object.entries({ '"': 0x22, '\\': 0x5c, '/': 0x2f, b: 8, f: 12, n: 10, r: 13, t: 9 }))
  escapes[name.charCodeAt(0)] = byte
const slash = 0x2f

const isSpecial = (byte: number): boolean => byte < 0x20 || byte === quote || byte === backslash

/** Where the next quote, backslash or control character is, of which every line has one: its end. */
const special = (bytes: Uint8Array, words: Int32Array, from: number): number => {
  let at = from
  for (; (at & 3) !== 0; at++) if (isSpecial(bytes[at])) return at
  // Four bytes at a time: the highest bit of each is set in the sum where one of them is such a byte.
  let i = at >> 2
  for (; i < words.length; i++) {
    const word = words[i]
    const quoted = word ^ 0x22222222
    const slashed = word ^ 0x5c5c5c5c
    const found =
      ((word - 0x20202020) & ~word) | ((quoted - 0x01010101) & ~quoted) | ((slashed - 0x01010101) & ~slashed)
    if ((found & 0x80808080) !== 0) break
  }
  at = 4 * i
  while (!isSpecial(bytes[at])) at++
  return at
}

/** Past white space; a line's end is none. */
const afterSpace = (bytes: Uint8Array, from: number): number => {
  let at = from
  while (bytes[at] === 0x20 || bytes[at] === 0x09 || bytes[at] === 0x0d) at++
  return at
}

const literals = ['true', 'false', 'null'].map((name) => Buffer.from(name))
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39

const startsWith = (bytes: Uint8Array, at: number, what: Uint8Array): boolean => {
  for (let i = 0; i < what.length; i++) if (bytes[at + i] !== what[i]) return false
  return true
}

/** Past a literal, or an integer that is written as `JSON.stringify` does; -1 where there is another value. */
const afterScalar = (bytes: Uint8Array, from: number): number => {
  for (const name of literals) if (startsWith(bytes, from, name)) return from + name.length
  const first = bytes[from] === minus ? from + 1 : from
  let at = first
  while (isDigit(bytes[at])) at++
  // A zero before other digits is a fault, one behind a minus would lose it.
  const size = at - first
  return size === 0 || size > 15 || (bytes[first] === 0x30 && (size > 1 || first > from)) ? -1 : at
}

/** Copies bytes. @returns the place behind them */
const copy = (bytes: Uint8Array, begin: number, end: number, into: Uint8Array, at: number): number => {
  // A view costs as much as a short loop.
  if (end - begin > 64) into.set(bytes.subarray(begin, end), at)
  else for (let i = begin; i < end; i++) into[at + i - begin] = bytes[i]
  return at + end - begin
}

/** A record's text and the user's fields, in the bytes of its line. */
class PlainRecord implements Late, Encoded {
  readonly id: string | undefined
  #block: Block | undefined
  readonly #begin: number
  readonly #end: number
  readonly #escapes: number
  /** Where each field's name and value begin and end, the quotes of strings included. */
  readonly #fields: readonly number[]
  #text = ''
  #metadata: Readonly<Record<string, unknown>> | string = ''

  constructor(
    id: string | undefined,
    block: Block,
    begin: number,
    end: number,
    escaped: number,
    fields: readonly number[],
  ) {
    this.id = id
    this.#block = block
    this.#begin = begin
    this.#end = end
    this.#escapes = escaped
    this.#fields = fields
  }

  get encoded(): Encoded | undefined {
    return this.#block && this
  }

  get text(): string {
    this.#settle()
    return this.#text
  }

  get length(): number {
    return this.text.length
  }

  get hasPairs(): boolean {
    return hasPairs(this.text)
  }

  get metadata(): Readonly<Record<string, unknown>> {
    this.#settle()
    if (typeof this.#metadata === 'string') this.#metadata = JSON.parse(this.#metadata) as Record<string, unknown>
    return this.#metadata
  }

  /** Lets go of the bytes, which are those of many lines. */
  #settle(): void {
    if (this.#block === undefined) return
    const { bytes, encoding } = this.#block
    const [begin, end] = [this.#begin, this.#end]
    this.#text =
      this.#escapes > 0
        ? (JSON.parse(bytes.toString(encoding, begin - 1, end + 1)) as string)
        : bytes.toString(encoding, begin, end)
    const metadata = Buffer.alloc(this.metadataRoom)
    this.#metadata = metadata.length === 0 ? {} : metadata.toString('utf8', 0, this.writeMetadata(metadata, 0))
    this.#block = undefined
  }

  get textRoom(): number {
    return this.#end - this.#begin
  }

  writeText(into: Uint8Array, start: number): number {
    const { bytes } = this.#block as Block
    const end = copy(bytes, this.#begin, this.#end, into, start)
    let to = end
    // Found in the line, moved where they were copied to.
    const moved = start - this.#begin
    for (let i = 0, from = this.#begin; i < this.#escapes; i++) {
      const at = bytes.indexOf(backslash, from) + moved
      if (i === 0) to = at
      else to = move(into, from + moved, at, to)
      into[to++] = escapes[bytes[at - moved + 1]]
      from = at - moved + 2
      if (i + 1 === this.#escapes) to = move(into, from + moved, end, to)
    }
    return to - start
  }

  get metadataRoom(): number {
    const fields = this.#fields
    let room = fields.length === 0 ? 0 : 1
    for (let i = 0; i < fields.length; i += 2) room += fields[i + 1] - fields[i] + 1
    return room
  }

  writeMetadata(into: Uint8Array, start: number): number {
    const { bytes } = this.#block as Block
    const fields = this.#fields
    let at = start
    for (let i = 0; i < fields.length; i += 2) {
      into[at++] = i === 0 ? opened : i % 4 === 0 ? comma : colon
      at = copy(bytes, fields[i], fields[i + 1], into, at)
    }
    into[at++] = closed
    return at - start
  }
}

/** Moves bytes to the front. @returns the place behind them */
const move = (bytes: Uint8Array, begin: number, end: number, to: number): number => {
  bytes.copyWithin(to, begin, end)
  return to + end - begin
}

/** Names that say more than a field does, or whose place among the others would not be kept. */
const isUnusual = (name: string): boolean =>
  /^\d+$/.test(name) || name === '__proto__' || name === 'tokens' || name === 'ner_tags' || name === 'hmtl'

const mostNames = 32

/** Reads plain records, whose names are mostly those of the record before. */
export class PlainRecords {
  readonly #textField: string
  #names: { readonly bytes: Uint8Array; readonly name: string }[] = []
  /** Escapes of the string that was read last, and whether JSON would write each of them so. */
  #escaped = 0
  #canonical = true

  constructor(textField: string) {
    this.#textField = textField
  }

  /** A line's record; undefined where it is no plain one. */
  read({ block, begin: first, end: last }: LineBytes): PlainRecord | undefined {
    const { bytes } = block
    let at = afterSpace(bytes, first)
    if (bytes[at] !== opened) return undefined
    let id: string | undefined
    let begin = -1
    let end = -1
    let escaped = 0
    const fields: number[] = []
    for (let k = 0; ; k++) {
      const nameBegin = afterSpace(bytes, at + 1)
      if (bytes[nameBegin] !== quote) return undefined
      const name = this.#nameAt(block, nameBegin + 1, k)
      if (name === undefined) return undefined
      const nameEnd = nameBegin + name.bytes.length + 1
      at = afterSpace(bytes, nameEnd)
      if (bytes[at] !== colon) return undefined
      const valueBegin = afterSpace(bytes, at + 1)
      const isString = bytes[valueBegin] === quote
      at = isString ? this.#afterString(block, valueBegin) : afterScalar(bytes, valueBegin)
      if (at === -1) return undefined
      if (name.name === this.#textField) {
        if (!isString) return undefined
        begin = valueBegin + 1
        end = at - 1
        escaped = this.#escaped
      } else if (name.name === 'id') {
        if (!isString || this.#escaped > 0) return undefined
        id = bytes.toString(block.encoding, valueBegin + 1, at - 1)
      } else if (isString && !this.#canonical) return undefined
      else fields.push(nameBegin, nameEnd, valueBegin, at)
      at = afterSpace(bytes, at)
      if (bytes[at] === closed) break
      if (bytes[at] !== comma) return undefined
    }
    return begin !== -1 && afterSpace(bytes, at + 1) === last
      ? new PlainRecord(id, block, begin, end, escaped, fields)
      : undefined
  }

  /** The name of the record's field k, with its closing quote; undefined for one that is unusual. */
  #nameAt(block: Block, begin: number, k: number): { readonly bytes: Uint8Array; readonly name: string } | undefined {
    const { bytes, encoding } = block
    if (k < this.#names.length && startsWith(bytes, begin, this.#names[k].bytes)) return this.#names[k]
    const end = special(bytes, block.words, begin)
    if (bytes[end] !== quote || k === mostNames) return undefined
    const name = bytes.toString(encoding, begin, end)
    this.#names.length = k
    if (isUnusual(name) || this.#names.some((other) => other.name === name)) return undefined
    const found = { bytes: Uint8Array.from(bytes.subarray(begin, end + 1)), name }
    this.#names.push(found)
    return found
  }

  /** Past the string that begins at `begin`; -1 where it is unusual. */
  #afterString({ bytes, words }: Block, begin: number): number {
    this.#escaped = 0
    this.#canonical = true
    for (let at = special(bytes, words, begin + 1); ; at = special(bytes, words, at + 2)) {
      if (bytes[at] === quote) return at + 1
      if (bytes[at] !== backslash) return -1
      const next = bytes[at + 1]
      if (next >= 128 || escapes[next] === 0) return -1
      if (next === slash) this.#canonical = false
      this.#escaped++
    }
  }
}
