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

/** Some of many: those from one place to another, into `to` from `at` on. */
export const copyHalves = (bits: Uint16Array, from: number, until: number, to: Float32Array, at: number): void => {
  const as32 = new Uint32Array(to.buffer, to.byteOffset, to.length)
  for (let i = from, j = at; i < until; i++, j++) {
    const half = bits[i]
    if ((half & 0x7c00) === 0x7c00) to[j] = ofHalf(half)
    else {
      // Its exponent counts from 15, that of 32 bits from 127: what is below normal numbers comes out right too.
      as32[j] = ((half & 0x8000) << 16) | ((half & 0x7fff) << 13)
      to[j] *= 2 ** 112
    }
  }
}

/** Many at once. */
export const floatsOfHalves = (bits: Uint16Array): Float32Array<ArrayBuffer> => {
  const values = new Float32Array(bits.length)
  copyHalves(bits, 0, bits.length, values, 0)
  return values
}

/** Whether all are numbers that are finite: an exponent of ones alone has another meaning. */
export const allFiniteHalves = (bits: Uint16Array): boolean => {
  // Two at a time where they lie so: a model has millions.
  const even = bits.byteOffset % 4 === 0 ? bits.length >> 1 : 0
  const pairs = new Uint32Array(bits.buffer, even > 0 ? bits.byteOffset : 0, even)
  for (let i = 0; i < even; i++)
    if ((pairs[i] & 0x7c00) === 0x7c00 || (pairs[i] & 0x7c000000) === 0x7c000000) return false
  for (let i = 2 * even; i < bits.length; i++) if ((bits[i] & 0x7c00) === 0x7c00) return false
  return true
}

/** Many at once, to the nearest. */
export const halvesOfFloats = (values: Float32Array): Uint16Array<ArrayBuffer> => {
  const bits = new Uint16Array(values.length)
  for (let i = 0; i < values.length; i++) bits[i] = halfOf(values[i])
  return bits
}
