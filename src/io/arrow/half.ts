/** float16 as bits. */

const f32 = new Float32Array(1)
const u32 = new Uint32Array(f32.buffer)

/** To the nearest, ties to even; what is too large becomes the largest. */
export const halfOf = (value: number): number => {
  f32[0] = value
  const bits = u32[0]
  const sign = (bits >>> 16) & 0x8000
  const exponent = ((bits >>> 23) & 0xff) - 112
  const mantissa = bits & 0x7fffff
  if (exponent >= 31) return sign | 0x7bff
  if (exponent <= 0) {
    if (exponent < -10) return sign
    const shifted = (mantissa | 0x800000) >> (1 - exponent)
    return sign | ((shifted + 0xfff + ((shifted >> 13) & 1)) >> 13)
  }
  const rounded = ((exponent << 23) | mantissa) + 0xfff + ((mantissa >> 13) & 1)
  return sign | Math.min(rounded >> 13, 0x7bff)
}

export const ofHalf = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const mantissa = bits & 0x3ff
  if (exponent === 0) return sign * mantissa * 2 ** -24
  if (exponent === 31) return mantissa ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15)
}

let table: Float32Array | undefined

/** Many at once, by a table of all that there are. */
export const floatsOfHalves = (bits: Uint16Array): Float32Array<ArrayBuffer> => {
  table ??= Float32Array.from({ length: 0x10000 }, (_, each) => ofHalf(each))
  const values = new Float32Array(bits.length)
  for (let i = 0; i < bits.length; i++) values[i] = table[bits[i]]
  return values
}

/** Many at once, to the nearest. */
export const halvesOfFloats = (values: Float32Array): Uint16Array<ArrayBuffer> => {
  const bits = new Uint16Array(values.length)
  for (let i = 0; i < values.length; i++) bits[i] = halfOf(values[i])
  return bits
}
