/** Values of tables that a double or a date of JavaScript cuts short: integers, decimals and moments, exactly. */
import { JsonNumber, numberOf } from '../syntax/exact-json.ts'

export const exactInteger = (value: number | bigint): number | JsonNumber =>
  Number.isSafeInteger(Number(value)) ? Number(value) : new JsonNumber(String(value))

/** The integer that bytes are in two's complement, the highest first. */
export const integerOfBytes = (bytes: Uint8Array): bigint =>
  bytes.length === 0 ? 0n : BigInt.asIntN(8 * bytes.length, BigInt(`0x${Buffer.from(bytes).toString('hex')}`))

/** A decimal as its digits say it, with the zeros at its end. */
export const exactDecimal = (unscaled: bigint, scale: number): number | JsonNumber => {
  if (scale <= 0) return numberOf(String(unscaled * 10n ** BigInt(-scale)))
  const sign = unscaled < 0n ? '-' : ''
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  return numberOf(`${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`)
}

/** More digits after the point than any table may have. */
export const mostScale = 256

/** A moment as ISO 8601 has it, to the last unit; its number of units where no date is so far off. */
export const exactMoment = (units: number | bigint, perSecond: number): string | number | JsonNumber => {
  const given = BigInt(units)
  const [part, whole] = perSecond > 1000 ? [BigInt(perSecond / 1000), 1n] : [1n, BigInt(1000 / perSecond)]
  const rest = ((given % part) + part) % part
  const date = new Date(Number(((given - rest) / part) * whole))
  if (Number.isNaN(date.getTime())) return exactInteger(units)
  const text = date.toISOString()
  const digits = String(perSecond).length - 1
  return rest === 0n ? text : `${text.slice(0, -1)}${String(rest).padStart(digits - 3, '0')}Z`
}

/** A day, by its number from 1970. */
export const exactDay = (days: number): string | number => {
  const date = new Date(days * 86_400_000)
  return Number.isNaN(date.getTime()) ? days : date.toISOString()
}
