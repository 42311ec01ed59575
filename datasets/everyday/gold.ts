/**
 * The gold as people write it, to documents with exact offsets. A text names its
 * spans by their words; where words occur more than once, `words[2]` is the second
 * occurrence and `words[2,3]` two spans. Whatever is not found, could be two things,
 * overlaps where it may not or crosses another span is an error with file and line.
 *
 *     # id
 *     The text, one paragraph.
 *
 *     entities
 *     PER: Ada Lovelace | Lovelace[2]
 *     mentions
 *     PER: Ada Lovelace | the countess | Lovelace[2]
 *     relations                                           (of names, and of pronouns where no name says it)
 *     place of birth: Ada Lovelace -> London
 *     clusters
 *     Ada Lovelace | the countess | Lovelace[2]
 */
import type { LabelledLike, RelationLike, SpanLike } from '../../src/io/document/document.ts'
import { HmtlError } from '../../src/io/errors.ts'
import { entityLabels, mentionLabels, pronounTypes, relationTypes } from './schema.ts'

/** A text as the records of our JSON lines have it. */
export interface GoldRecord {
  readonly id: string
  readonly kind: string
  readonly text: string
  readonly hmtl: {
    readonly entities: readonly LabelledLike[]
    readonly mentions: readonly LabelledLike[]
    readonly relations: readonly RelationLike[]
    readonly clusters: readonly (readonly SpanLike[])[]
  }
}

type Fail = (message: string) => never
interface Line {
  readonly line: string
  readonly fail: Fail
}

const layers = ['entities', 'mentions', 'relations', 'clusters']

const keyOf = ({ start, end }: SpanLike) => `${start} ${end}`
const overlap = (a: SpanLike, b: SpanLike) => a.start < b.end && b.start < a.end
const inside = (a: SpanLike, b: SpanLike) => a.start >= b.start && a.end <= b.end
const inOrder = (a: SpanLike, b: SpanLike) => a.start - b.start || a.end - b.end

/** Every place where `words` stand in `text` as whole words, in order, in UTF-16 code units. */
const occurrencesOf = (text: string, words: string): SpanLike[] => {
  const within = /[\p{L}\p{M}\p{N}_]/u
  const joins = (at: number) => {
    const before = text.slice(0, at).match(/.$/su)?.[0] ?? ''
    const after = text.slice(at).match(/^./su)?.[0] ?? ''
    return within.test(before) && within.test(after)
  }
  const found: SpanLike[] = []
  for (let start = text.indexOf(words); start >= 0; start = text.indexOf(words, start + 1)) {
    const end = start + words.length
    if (!joins(start) && !joins(end)) found.push({ start, end })
  }
  return found
}

/** The spans that `words`, `words[2]` or `words[2,3]` stand for. */
const spansOf = (text: string, item: string, fail: Fail): SpanLike[] => {
  const [, words = '', numbers] = item.match(/^(.*?)(?:\[(\d+(?:,\d+)*)\])?$/s) ?? []
  if (words === '' || words !== words.trim()) fail(`no words in "${item}"`)
  const found = occurrencesOf(text, words)
  if (found.length === 0) fail(`"${words}" is not in the text`)
  if (numbers === undefined) {
    if (found.length > 1) fail(`"${words}" occurs ${found.length} times; say which, as ${words}[1]`)
    return found
  }
  if (found.length === 1) fail(`"${words}" occurs once; "${item}" needs no number`)
  return numbers
    .split(',')
    .map((number) => found[Number(number) - 1] ?? fail(`"${words}" occurs ${found.length} times, not ${number}`))
}

const oneSpan = (text: string, item: string, fail: Fail): SpanLike => {
  const spans = spansOf(text, item, fail)
  if (spans.length > 1) fail(`"${item}" is more than one span`)
  return spans[0]
}

/** `label: rest`, of a label that is known. */
const labelled = (line: string, known: readonly string[], fail: Fail): [string, string] => {
  const colon = line.indexOf(': ')
  const label = line.slice(0, colon)
  if (colon < 0 || !known.includes(label)) fail(`"${line}" begins with none of ${known.join(', ')}`)
  return [label, line.slice(colon + 2)]
}

/** Spans of a layer whose spans lie side by side. */
const flatLayer = (text: string, lines: readonly Line[], known: readonly string[]): LabelledLike[] => {
  const spans: LabelledLike[] = []
  for (const { line, fail } of lines) {
    const [label, rest] = labelled(line, known, fail)
    for (const item of rest.split(' | ')) {
      for (const span of spansOf(text, item, fail)) {
        const other = spans.find((one) => overlap(one, span))
        if (other) fail(`"${item}" overlaps "${text.slice(other.start, other.end)}"`)
        spans.push({ ...span, label })
      }
    }
  }
  return spans.sort(inOrder)
}

const relationLayer = (text: string, lines: readonly Line[], entities: readonly LabelledLike[]): RelationLike[] => {
  const seen = new Set<string>()
  return lines.map(({ line, fail }) => {
    const [label, rest] = labelled(line, Object.keys(relationTypes), fail)
    const sides = rest.split(' -> ')
    if (sides.length !== 2) fail(`"${rest}" is not "subject -> object"`)
    const [arg1, arg2] = sides.map((item, side) => {
      const span = oneSpan(text, item, fail)
      const entity = entities.find((one) => keyOf(one) === keyOf(span))
      const pronoun = pronounTypes.get(text.slice(span.start, span.end).toLowerCase())
      const types = entity ? [entity.label] : (pronoun ?? fail(`"${item}" is no entity and no pronoun`))
      if (!types.some((type) => relationTypes[label][side].includes(type)))
        fail(`"${label}" takes no ${types.join(' or ')} such as "${item}"`)
      return span
    })
    const key = `${label} ${keyOf(arg1)} ${keyOf(arg2)}`
    if (seen.has(key) || keyOf(arg1) === keyOf(arg2)) fail(`"${line}" is said twice, or of one name`)
    seen.add(key)
    return { label, arg1, arg2 }
  })
}

const clusterLayer = (text: string, lines: readonly Line[]): SpanLike[][] => {
  const seen = new Set<string>()
  return lines.map(({ line, fail }) => {
    const cluster = line.split(' | ').flatMap((item) => spansOf(text, item, fail))
    if (cluster.length < 2) fail('a cluster has two mentions or more')
    for (const span of cluster) {
      if (seen.has(keyOf(span))) fail(`"${text.slice(span.start, span.end)}" is in a cluster already`)
      seen.add(keyOf(span))
    }
    return cluster.sort(inOrder)
  })
}

/** Spans of all layers nest or lie apart. */
const checkNesting = (text: string, spans: readonly SpanLike[], fail: Fail): void => {
  for (const a of spans)
    for (const b of spans)
      if (overlap(a, b) && !inside(a, b) && !inside(b, a))
        fail(`"${text.slice(a.start, a.end)}" and "${text.slice(b.start, b.end)}" cross`)
}

/**
 * The documents of a file of gold, as the records of our JSON lines.
 * @param source the file's contents
 * @param kind what kind of text it holds; kept as the field `kind`
 * @throws HmtlError `HMTL_INPUT_FIELD`, with the line and what is wrong in it
 */
export const parseGold = (source: string, kind: string): GoldRecord[] => {
  const lines: Line[] = source.split('\n').map((line, i) => ({
    line: line.trim(),
    fail: (message: string) => {
      throw new HmtlError('HMTL_INPUT_FIELD', `${kind}:${i + 1}: ${message}`, {
        line: i + 1,
        remedy: 'The form is in datasets/everyday/README.md',
      })
    },
  }))
  const heads = lines.flatMap(({ line }, i) => (line.startsWith('# ') ? [i] : []))
  const before = lines.slice(0, heads[0]).find(({ line }) => line !== '')
  if (before) before.fail('stands before the first "# id"')
  const ids = new Set<string>()
  return heads.map((from, h) => {
    const [{ line: head, fail }, ...body] = lines.slice(from, heads[h + 1]).filter(({ line }) => line !== '')
    const id = head.slice(2)
    if (ids.has(id)) fail(`"${id}" is a second time`)
    ids.add(id)
    const at = layers.map((layer) => body.findIndex(({ line }) => line === layer))
    if (at[0] !== 1 || at.some((index, l) => l > 0 && index <= at[l - 1]))
      fail(`needs one paragraph of text, then ${layers.join(', ')}, in this order`)
    const text = body[0].line
    const [ofEntities, ofMentions, ofRelations, ofClusters] = at.map((index, l) => body.slice(index + 1, at[l + 1]))
    const entities = flatLayer(text, ofEntities, entityLabels)
    const mentions = flatLayer(text, ofMentions, mentionLabels)
    const relations = relationLayer(text, ofRelations, entities)
    const clusters = clusterLayer(text, ofClusters)
    checkNesting(text, [...entities, ...mentions, ...clusters.flat()], fail)
    return { id, kind, text, hmtl: { entities, mentions, relations, clusters } }
  })
}
