/**
 * JSON whose numbers come back as they stood. A double has no place for
 * `1234567890123456789`, `1e400` or the last digit of `1.10`; the user's own
 * fields pass through us and must not be the poorer for it. Numbers that a
 * double writes back alike stay numbers, so that almost nothing pays for this.
 */

/** Set when a `JsonNumber` is asked for its JSON, so that nobody has to search for one. */
let met = false

/** A number of JSON that a double cannot write back, with its text. */
export class JsonNumber {
  /** As it stood, such as `1.10`. */
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  valueOf(): number {
    return Number(this.text)
  }

  toString(): string {
    return this.text
  }

  /** What `JSON.stringify` writes: the nearest double. `stringifyExact` writes the text. */
  toJSON(): number {
    met = true
    return Number(this.text)
  }
}

/** No text of a user can hold it, so it may stand for a number inside of a string. */
const mark = crypto.getRandomValues(new Uint32Array(4)).join('-')

/**
 * Numbers that might not be written back alike: 16 digits or more, an exponent,
 * a zero at the end of a fraction, seven places of nothing, a negative zero.
 */
const suspicious = /\d[\d.]{15}|\d[eE]|\.\d*0(?!\d)|\.0{6}|-0(?![.\d]*[1-9])/

const numberAt = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const quote = 0x22
const minus = 0x2d
const isDigit = (code: number) => code >= 0x30 && code <= 0x39

/** Past the string that begins at `at`. */
const afterString = (json: string, at: number): number => {
  for (let end = json.indexOf('"', at + 1); ; end = json.indexOf('"', end + 1)) {
    let slashes = end
    while (json.charCodeAt(slashes - 1) === 0x5c) slashes--
    if ((end - slashes) % 2 === 0) return end + 1
  }
}

/** The JSON with each number that a double would change as a marked string; undefined where there is none. */
const withMarks = (json: string): string | undefined => {
  let out = ''
  let from = 0
  let at = 0
  while (at < json.length) {
    const code = json.charCodeAt(at)
    if (code === quote) at = afterString(json, at)
    else if (code === minus || isDigit(code)) {
      numberAt.lastIndex = at
      const number = (numberAt.exec(json) as RegExpExecArray)[0]
      if (JSON.stringify(Number(number)) !== number) {
        out += `${json.slice(from, at)}"${mark}${number}"`
        from = at + number.length
      }
      at += number.length
    } else at++
  }
  return from === 0 ? undefined : out + json.slice(from)
}

/** Whether a parsed value may hold numbers; what is nested deep is not looked at and may. */
export const holdsNumber = (value: unknown, depth = 0): boolean => {
  if (typeof value === 'number') return true
  if (typeof value !== 'object' || value === null) return false
  if (depth > 32) return true
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++)
      if (typeof value[i] !== 'string' && holdsNumber(value[i], depth + 1)) return true
    return false
  }
  for (const key in value) if (holdsNumber((value as Record<string, unknown>)[key], depth + 1)) return true
  return false
}

/**
 * Parses JSON; a number that a double cannot write back becomes a `JsonNumber`.
 * @param parsed what `JSON.parse` made of it, where that is known already
 * @throws SyntaxError as `JSON.parse`
 *
 * @example
 * stringifyExact(parseExact('{"id": 1234567890123456789}'))   // {"id":1234567890123456789}
 */
export const parseExact = (json: string, parsed: unknown = JSON.parse(json)): unknown => {
  const marked = suspicious.test(json) ? withMarks(json) : undefined
  if (marked === undefined) return parsed
  return JSON.parse(marked, (_, value) =>
    typeof value === 'string' && value.startsWith(mark) ? new JsonNumber(value.slice(mark.length)) : value,
  )
}

const marks = new RegExp(`"${mark}([^"]*)"`, 'g')

/** `JSON.stringify` that writes each `JsonNumber` as it stood. */
export const stringifyExact = (value: unknown): string => {
  met = false
  const json = JSON.stringify(value)
  if (!met) return json
  // A replacer sees what toJSON made, and the holder still has the number itself.
  const marked = JSON.stringify(value, function (this: Record<string, unknown>, key: string, item: unknown) {
    const own = this[key]
    return own instanceof JsonNumber ? `${mark}${own.text}` : item
  })
  return marked.replace(marks, '$1')
}

/** A number of that text, which is one that JSON may have: a double where one is written so. */
export const numberOf = (text: string): number | JsonNumber => {
  const number = Number(text)
  return JSON.stringify(number) === text ? number : new JsonNumber(text)
}

/** A value with doubles in place of every `JsonNumber`, for what is computed with. */
export const withDoubles = (value: unknown): unknown => {
  if (value instanceof JsonNumber) return value.valueOf()
  if (Array.isArray(value)) return value.map(withDoubles)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withDoubles(item)]))
}

/** An id as text, where it is a text or a number; else undefined. */
export const idText = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof JsonNumber) return String(value)
  return undefined
}
