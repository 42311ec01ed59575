/**
 * Tag sequences and spans. Decoding follows conlleval's chunk rules, which read
 * IOB1, BIO, IOBES, BIOUL and BMEW alike and accept ill-formed sequences the way
 * the field's scorer does.
 */

export const schemes = ['iob1', 'bio', 'bioul', 'iobes'] as const
export type Scheme = (typeof schemes)[number]

/** Half-open token span with a label. */
export interface TagSpan {
  readonly begin: number
  readonly end: number
  readonly label: string
}

const outside = 'O'

/** Label of a span whose tags name no type (`B`, `I`): one that every format can hold. */
export const untyped = 'ENT'

/** Whether a cell is a tag: `O`, or B, I, E, S, U, L (or the M and W of BMEW forms) and most often a type. */
export const isTag = (cell: string): boolean => /^(?:O|[BIESUL](?:-.*)?|[MW]-.*)$/.test(cell)

/** Whether a cell is `O` or a tag with a type, which hardly anything else looks like. */
export const isTypedTag = (cell: string): boolean => cell === outside || /^[BIESULMW]-./.test(cell)

/**
 * How the tags of a corpus are meant: some say where a span begins (`B-PER`), or all of them only a type (`person`), as
 * Few-NERD's. Tags that are all single letters are a scheme without types.
 */
export const sayPositions = (tags: readonly string[]): boolean =>
  tags.some((tag) => tag !== outside && isTypedTag(tag)) || tags.every(isTag)

/** How tags are spelled that are not `B-PER`: `B_PER`, `PER-B`, `b-per`. */
export interface TagSpelling {
  /** The position follows the type. */
  readonly suffix: boolean
  readonly separator: string
  /** Positions are small letters. */
  readonly lower: boolean
}

const spellings: readonly TagSpelling[] = [...'_-:/.'].flatMap((separator) =>
  [false, true].flatMap((suffix) => [false, true].map((lower) => ({ suffix, separator, lower }))),
)

/** Position and type of a tag that is spelled so; undefined of another. */
const spelledParts = (tag: string, { suffix, separator, lower }: TagSpelling): [string, string] | undefined => {
  const [at, between] = suffix ? [tag[tag.length - 1], tag[tag.length - 2]] : [tag[0], tag[1]]
  const type = suffix ? tag.slice(0, -2) : tag.slice(2)
  const known = lower ? 'biesulmw' : 'BIESULMW'
  return between === separator && type !== '' && known.includes(at) ? [at.toUpperCase(), type] : undefined
}

const isOutside = (tag: string, { lower }: TagSpelling): boolean => tag === outside || (lower && tag === 'o')

/** Whether tags may all be spelled so. */
const areSpelled = (tags: readonly string[], spelling: TagSpelling): boolean =>
  tags.every((tag) => isOutside(tag, spelling) || spelledParts(tag, spelling) !== undefined)

/** Whether tags say that they are spelled so: a type both begins and goes on, or several begin with `B_` and none else. */
const saySpelling = (tags: readonly string[], spelling: TagSpelling): boolean => {
  const found = tags.flatMap((tag) => (isOutside(tag, spelling) ? [] : [spelledParts(tag, spelling) ?? ['', '']]))
  const begun = new Set(found.flatMap(([at, type]) => (at === 'B' ? [type] : [])))
  if (found.some(([at, type]) => 'IELM'.includes(at) && begun.has(type))) return true
  const { suffix, separator, lower } = spelling
  return !suffix && !lower && separator === '_' && begun.size > 1 && found.every(([at]) => 'BSU'.includes(at))
}

/** The spelling of tags that are not usual ones; undefined where they are, or say only types. */
export const spellingOf = (tags: readonly string[]): TagSpelling | undefined =>
  tags.every(isTag)
    ? undefined
    : spellings.find((spelling) => areSpelled(tags, spelling) && saySpelling(tags, spelling))

/** Whether tags may be in a spelling that only more of them would tell. */
export const mayBeSpelled = (tags: readonly string[]): boolean =>
  !tags.every(isTag) && spellings.some((spelling) => areSpelled(tags, spelling))

/** A tag as `B-PER`, whatever its spelling; one that is not spelled so as it is. */
export const respelled = (tag: string, spelling: TagSpelling | undefined): string => {
  if (!spelling) return tag
  if (isOutside(tag, spelling)) return outside
  return spelledParts(tag, spelling)?.join('-') ?? tag
}

/** Tells the spelling of lists of tags of one source, where only some of them tell it by themselves. */
export type TellSpelling = (tags: readonly string[]) => TagSpelling | undefined

const cellEnd = /[\s,;|"'[\]]+/
const longestTag = 60

/** @param head of the source, whose first tags may need what later ones tell */
export const spellingTeller = (head = ''): TellSpelling => {
  const cells = new Set(head.split(cellEnd).filter((cell) => cell.length > 2 && cell.length <= longestTag))
  let told = spellings.find((spelling) => {
    const usual = !spelling.suffix && !spelling.lower && spelling.separator === '-'
    return (
      !usual &&
      saySpelling(
        [...cells].filter((cell) => spelledParts(cell, spelling)),
        spelling,
      )
    )
  })
  return (tags) => {
    if (tags.every(isTag)) return undefined
    const own = spellingOf(tags) ?? (told && areSpelled(tags, told) ? told : undefined)
    told = own ?? told
    return own
  }
}

/** Splits `B-PER` into its prefix and type; a bare `B` has the empty type. */
const parts = (tag: string): [prefix: string, type: string] => {
  if (tag === outside) return [outside, '']
  const dash = tag.indexOf('-')
  return dash === -1 ? [tag, ''] : [tag.slice(0, dash), tag.slice(dash + 1)]
}

const isSingle = (prefix: string): boolean => prefix === 'S' || prefix === 'U' || prefix === 'W'

const startsChunk = (previous: string, previousType: string, prefix: string, type: string): boolean => {
  if (prefix === outside) return false
  if (prefix === 'B' || isSingle(prefix)) return true
  // I, M, E or L: it goes on with an open chunk of its type, else opens one.
  return previous === outside || previous === 'E' || previous === 'L' || isSingle(previous) || type !== previousType
}

/** Spans of a sentence's tags; those that name no type have the label `untyped`. */
export const decodeTags = (tags: readonly string[], begin = 0, end = tags.length): TagSpan[] => {
  const spans: TagSpan[] = []
  let open = -1
  let previous = outside
  let previousType = ''
  for (let i = begin; i <= end; i++) {
    const [prefix, type] = i < end ? parts(tags[i]) : [outside, '']
    const starts = startsChunk(previous, previousType, prefix, type)
    if (open !== -1 && (starts || prefix === outside)) {
      spans.push({ begin: open, end: i, label: previousType || untyped })
      open = -1
    }
    if (starts) open = i
    previous = prefix
    previousType = type
  }
  return spans
}

/** Spans of a sentence's tags that say only a type: a run of one tag is one span. */
export const decodeTypes = (tags: readonly string[], begin = 0, end = tags.length): TagSpan[] => {
  const spans: TagSpan[] = []
  for (let from = begin, to = begin; from < end; from = to) {
    while (to < end && tags[to] === tags[from]) to++
    if (tags[from] !== outside) spans.push({ begin: from, end: to, label: tags[from] })
  }
  return spans
}

/** Writes spans as tags that say only a type; spans of one label that touch become one. */
export const encodeTypes = (spans: readonly TagSpan[], begin: number, end: number, tags: string[] = []): string[] => {
  for (let i = begin; i < end; i++) tags[i] = outside
  for (const span of spans) tags.fill(span.label, span.begin, span.end)
  return tags
}

/** Writes spans (sorted, not overlapping) as tags into `tags` from `begin` to `end`. */
export const encodeTags = (
  spans: readonly TagSpan[],
  begin: number,
  end: number,
  scheme: Scheme,
  tags: string[] = [],
): string[] => {
  for (let i = begin; i < end; i++) tags[i] = outside
  let last: TagSpan | undefined
  for (const span of spans) {
    const { label } = span
    const single = span.end - span.begin === 1
    for (let i = span.begin; i < span.end; i++) {
      const isFirst = i === span.begin
      const isLast = i === span.end - 1
      let prefix: string
      if (scheme === 'iob1') prefix = isFirst && last?.end === span.begin && last.label === label ? 'B' : 'I'
      else if (scheme === 'bio') prefix = isFirst ? 'B' : 'I'
      else if (single) prefix = scheme === 'bioul' ? 'U' : 'S'
      else if (isFirst) prefix = 'B'
      else if (isLast) prefix = scheme === 'bioul' ? 'L' : 'E'
      else prefix = 'I'
      tags[i] = label === '' ? prefix : `${prefix}-${label}`
    }
    last = span
  }
  return tags
}

/** The scheme that tags were most likely written in; `bio` where they do not tell. */
export const detectScheme = (tags: readonly string[]): Scheme => {
  let begins = false
  let opensWithInside = false
  let previous = outside
  let previousType = ''
  for (const tag of tags) {
    const [prefix, type] = parts(tag)
    if (prefix === 'S' || prefix === 'E' || prefix === 'W') return 'iobes'
    if (prefix === 'U' || prefix === 'L') return 'bioul'
    if (prefix === 'B' && (previous === outside || previousType !== type)) begins = true
    if (prefix === 'I' && (previous === outside || previousType !== type)) opensWithInside = true
    previous = prefix
    previousType = type
  }
  return opensWithInside && !begins ? 'iob1' : 'bio'
}
