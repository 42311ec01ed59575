/**
 * What the beginning of JSON input looks like: whether records stand in an array,
 * and which fields the first one has. Told from its structure, since every name
 * may also stand somewhere inside of a record.
 */

import { afterMarks, isJoined } from './json-marks.ts'

export interface JsonHead {
  /** The records are the items of one array. */
  readonly array: boolean
  /** The first record goes over several lines. */
  readonly spread: boolean
  /** Another record follows the first one on its line; undefined where what follows is not in sight. */
  readonly joined: boolean | undefined
  /** The first record's end is in sight, or that it has none. */
  readonly whole: boolean
  /** Where the first record ends, or what is in sight of it. */
  readonly end: number
  /** It has none: a damaged line, or no records, and perhaps no JSON after all. */
  readonly broken: boolean
  /**
   * Top-level fields of the first record, each with the first two characters of its value, white space left out: `[[`,
   * `{"`, `12`.
   */
  readonly fields: ReadonlyMap<string, string>
  /** The same fields, each with the beginning of its value as it stands, as much as tells a list of spans. */
  readonly begins: ReadonlyMap<string, string>
}

const mostBegin = 512

const quote = 0x22
const backslash = 0x5c
const newline = 0x0a
const isSpace = (code: number): boolean => code === 0x20 || code === 0x09 || code === 0x0d || code === newline
const opens = (code: number): boolean => code === 0x7b || code === 0x5b
const closes = (code: number): boolean => code === 0x7d || code === 0x5d

const afterSpace = (text: string, at: number): number => {
  while (at < text.length && isSpace(text.charCodeAt(at))) at++
  return at
}

/**
 * Index after the string that begins at `at`; -1 where it goes on past the text, -2 where a line end is inside, which
 * no JSON string has.
 */
const stringEnd = (text: string, at: number): number => {
  for (let i = at + 1; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === backslash) i++
    else if (code === quote) return i + 1
    else if (code === newline) return -2
  }
  return -1
}

/** Index after the value that begins at `at`; negative as `stringEnd`. */
const valueEnd = (text: string, at: number): number => {
  let depth = 0
  for (let i = at; i < text.length; ) {
    const code = text.charCodeAt(i)
    if (code === quote) {
      i = stringEnd(text, i)
      if (i < 0 || depth === 0) return i
      continue
    }
    if (opens(code)) depth++
    else if (closes(code)) {
      if (depth === 0) return i
      if (--depth === 0) return i + 1
    } else if (depth === 0 && code === 0x2c) return i
    i++
  }
  return -1
}

/**
 * @param head the first characters of the input; undefined where they do not begin a JSON object or an array of some
 */
export const jsonHead = (head: string): JsonHead | undefined => {
  let at = afterMarks(head)
  const array = head[at] === '['
  if (array) at = afterSpace(head, at + 1)
  const fields = new Map<string, string>()
  const begins = new Map<string, string>()
  const begin = at
  if (head[at] !== '{') {
    // An array that holds nothing, or no objects, is still JSON; brackets in a text are not.
    const other = array && /^(?:\]\s*$|"(?:[^"\\\n]|\\.)*"\s*[,\]])/.test(head.slice(at))
    return other
      ? { array, spread: false, joined: false, whole: true, end: at, broken: true, fields, begins }
      : undefined
  }
  const found = (whole: boolean, end: number): JsonHead => ({
    array,
    spread: head.slice(begin, end).includes('\n'),
    joined: array ? false : whole ? isJoined(head, end + 1) : undefined,
    whole,
    end,
    broken: false,
    fields,
    begins,
  })
  // A record that breaks off at a line's end is a damaged line, and says nothing of what follows.
  const damaged: JsonHead = {
    array,
    spread: false,
    joined: false,
    whole: true,
    end: begin,
    broken: true,
    fields,
    begins,
  }
  at = afterSpace(head, at + 1)
  if (head[at] === '}') return found(true, at)
  if (at < head.length && head[at] !== '"') return undefined
  for (;;) {
    if (at >= head.length) return found(false, at)
    if (head[at] !== '"') return damaged
    const nameEnd = stringEnd(head, at)
    if (nameEnd === -1) return found(false, head.length)
    if (nameEnd === -2) return damaged
    const name = head.slice(at + 1, nameEnd - 1)
    at = afterSpace(head, nameEnd)
    if (at >= head.length) return found(false, at)
    if (head[at] !== ':') return damaged
    at = afterSpace(head, at + 1)
    if (at >= head.length) return found(false, at)
    const second = opens(head.charCodeAt(at)) ? afterSpace(head, at + 1) : at + 1
    fields.set(name, head.slice(at, at + 1) + head.slice(second, second + 1))
    const from = at
    at = valueEnd(head, at)
    begins.set(name, head.slice(from, Math.min(at < 0 ? head.length : at, from + mostBegin)))
    if (at === -1) return found(false, head.length)
    if (at === -2) return damaged
    at = afterSpace(head, at)
    if (at >= head.length) return found(false, at)
    if (head[at] === '}') return found(true, at)
    if (head[at] !== ',') return damaged
    at = afterSpace(head, at + 1)
  }
}

/** Lists of spans that a record has without any where nothing is annotated in it. */
const mayBeEmpty = ['entities', 'label', 'labels', 'spans']
const nothing = new Set(['[]', 'nu'])
/** Records that are looked at for one that is annotated. */
const mostLooked = 200

/**
 * As `jsonHead`; where the first record has a list of spans without any, with the fields of the first one that has some,
 * among those in sight.
 */
export const tellingHead = (head: string): JsonHead | undefined => {
  const first = jsonHead(head)
  const empty = first ? mayBeEmpty.filter((name) => nothing.has(first.fields.get(name) ?? '')) : []
  if (!first?.whole || first.broken || empty.length === 0) return first
  let at = first.end + 1
  for (let i = 0; i < mostLooked; i++) {
    while (at < head.length && (isSpace(head.charCodeAt(at)) || head[at] === ',')) at++
    const next = head[at] === '{' ? jsonHead(head.slice(at)) : undefined
    if (!next?.whole || next.broken) return first
    const isTelling = empty.some((name) => !nothing.has(next.fields.get(name) ?? '[]'))
    if (isTelling) return { ...first, fields: next.fields, begins: next.begins }
    at += next.end + 1
  }
  return first
}

/** Nothing of it is seen yet. */
const unseen: JsonHead = {
  array: false,
  spread: false,
  joined: false,
  whole: false,
  end: 0,
  broken: false,
  fields: new Map(),
  begins: new Map(),
}

/**
 * The fields that stand beside a text in an array, `["…", {…}]`, alone or as the first item of another array; undefined
 * where there are none.
 */
export const pairHead = (head: string): JsonHead | undefined => {
  const opened = /^\s*\[\s*(?:\[\s*)?/.exec(head)
  if (!opened) return undefined
  let at = opened[0].length
  if (at >= head.length) return unseen
  if (head[at] !== '"') return undefined
  at = stringEnd(head, at)
  if (at < 0) return at === -1 ? unseen : undefined
  at = afterSpace(head, at)
  if (at >= head.length) return unseen
  if (head[at] !== ',') return undefined
  at = afterSpace(head, at + 1)
  if (at >= head.length) return unseen
  return head[at] === '{' ? jsonHead(head.slice(at)) : undefined
}
