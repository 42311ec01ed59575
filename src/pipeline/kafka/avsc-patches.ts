/**
 * avsc reads as many items of an array or a map as its bytes say there are, past
 * the end of these too: ten damaged bytes take all the memory there is. Here the
 * two readers stop: a value has at most as many items as bytes, and none begins
 * after its last byte.
 */
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

interface Tap {
  readonly buf: Buffer
  pos: number
  readLong(): number
  skipLong(): void
  readString(): string
}

interface ItemType {
  _read(tap: Tap): unknown
}

interface Avsc {
  readonly Type: { forSchema(schema: unknown): { fromBuffer(bytes: Buffer): unknown } }
  readonly types: {
    readonly ArrayType: { readonly prototype: { readonly itemsType: ItemType; _read(tap: Tap): unknown } }
    readonly MapType: { readonly prototype: { readonly valuesType: ItemType; _read(tap: Tap): unknown } }
  }
}

/** Items read of each value so far, those of arrays in arrays too. */
const counts = new WeakMap<Tap, number>()

const eachItem = (tap: Tap, read: () => void): void => {
  for (let left = tap.readLong(); left !== 0; left = tap.readLong()) {
    if (left < 0) {
      left = -left
      tap.skipLong()
    }
    for (; left > 0; left--) {
      const count = (counts.get(tap) ?? 0) + 1
      counts.set(tap, count)
      if (tap.pos > tap.buf.length || count > tap.buf.length)
        throw new RangeError('more items than the value has bytes')
      read()
    }
  }
}

let loaded: Avsc | undefined

/** avsc, patched once. */
export const loadAvsc = (): Avsc => {
  if (loaded) return loaded
  const avsc = require('avsc') as Avsc
  avsc.types.ArrayType.prototype._read = function (tap) {
    const items: unknown[] = []
    eachItem(tap, () => items.push(this.itemsType._read(tap)))
    return items
  }
  avsc.types.MapType.prototype._read = function (tap) {
    const values: Record<string, unknown> = Object.create(null)
    eachItem(tap, () => {
      const key = tap.readString()
      values[key] = this.valuesType._read(tap)
    })
    return values
  }
  loaded = avsc
  return avsc
}
