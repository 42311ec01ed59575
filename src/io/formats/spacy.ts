/**
 * spaCy's DocBin: tokens, sentences, entities as `doc.ents`, mentions and clusters as span groups, for training and
 * looking at with spaCy 3. Written only. Layout: https://spacy.io/api/docbin (MessagePack in zlib), as spaCy 3.8 writes
 * it.
 */
import { deflateSync } from 'node:zlib'
import {
  type Document,
  type LabelledLike,
  listClusters,
  listMentions,
  listSpans,
  type SpanLike,
} from '../document/document.ts'
import { fromUtf16 } from '../document/offsets.ts'
import { reportLoneSurrogates } from '../document/surrogates.ts'
import { type Format, type FormatContext, reportUncarried, requireTokens, writtenOnly } from '../format.ts'
import { type Packable, packed } from '../syntax/msgpack.ts'
import { murmur64 } from '../syntax/murmur.ts'
import { spacySymbols } from '../syntax/spacy-symbols.ts'

/** Numbers of spaCy's attributes: ORTH, ENT_IOB, ENT_TYPE, SENT_START. */
const attributes = [65, 77, 78, 80]
const [inside, outside, beginning] = [1n, 2n, 3n]
/** -1: a word that surely begins no sentence. */
const within = 2n ** 64n - 1n

interface Word {
  readonly text: string
  /** A space follows. */
  spaced: boolean
  readonly start: number
  readonly end: number
}

/**
 * Words that make up the whole text, as spaCy has it: one space after a word is the word's, all other white space is a
 * word.
 */
const wordsOf = (text: string, begin: Int32Array, end: Int32Array): Word[] => {
  const words: Word[] = []
  const gap = (from: number, to: number) => {
    if (from >= to) return
    const last = words[words.length - 1]
    const rest = last && text[from] === ' ' ? from + 1 : from
    if (rest > from && last) last.spaced = true
    if (rest < to) words.push({ text: text.slice(rest, to), spaced: false, start: rest, end: to })
  }
  let at = 0
  begin.forEach((from, i) => {
    gap(at, from)
    words.push({ text: text.slice(from, end[i]), spaced: false, start: from, end: end[i] })
    at = end[i]
  })
  gap(at, text.length)
  return words
}

/** Spans in the order of the text, whatever theirs is; the longest first where they begin together, which is kept. */
const outermostFirst = (spans: readonly LabelledLike[]): LabelledLike[] =>
  [...spans].sort((a, b) => a.start - b.start || b.end - a.end)

/** A group of spans, as spaCy stores one. */
const groupBytes = (name: string, spans: readonly Uint8Array[]): Buffer =>
  packed({ name, attrs: {}, spans: [...spans] })

/** Everything of a stream is in one message: its tokens are held, 33 bytes each, until the end. */
async function* write(documents: AsyncIterable<Document>, context: FormatContext): AsyncGenerator<Uint8Array> {
  const strings = new Map<string, bigint>([['', 0n]])
  const idOf = (text: string): bigint => {
    const known = strings.get(text)
    if (known !== undefined) return known
    const hash = spacySymbols.get(text) ?? murmur64(text)
    strings.set(text, hash)
    return hash
  }
  const tokens: BigUint64Array[] = []
  const spaces: Uint8Array[] = []
  const lengths: number[] = []
  const groups: Buffer[] = []
  for await (const document of documents) {
    const { id, text } = document
    reportUncarried(document, ['entities', 'mentions', 'clusters'], context)
    reportLoneSurrogates(document, context.report)
    const { begin, end } = requireTokens(document, 'spacy')
    const words = wordsOf(text, begin, end)
    const startingAt = new Map(words.map(({ start }, i) => [start, i]))
    const ending = new Map(words.map((word, i) => [word.end, i + 1]))
    const place = (span: SpanLike, layer: string) => {
      const [from, to] = [startingAt.get(span.start), ending.get(span.end)]
      if (from !== undefined && to !== undefined && from < to) return { from, to }
      context.report.add('span-off-tokens', id, layer)
      return undefined
    }
    const row = new BigUint64Array(words.length * attributes.length)
    words.forEach((word, i) => {
      row[i * 4] = idOf(word.text)
      row[i * 4 + 1] = document.entities ? outside : 0n
      row[i * 4 + 3] = document.sentences ? within : 0n
    })
    const { sentences } = document
    sentences?.begin.forEach((first) => {
      const at = startingAt.get(begin[first])
      if (at !== undefined) row[at * 4 + 3] = 1n
    })
    let covered = 0
    for (const entity of outermostFirst(document.entities ? listSpans(document.entities) : [])) {
      const at = place(entity, 'entities')
      if (!at) continue
      if (at.from < covered) {
        context.report.add('nested-entity', id, entity.label)
        continue
      }
      covered = at.to
      for (let i = at.from; i < at.to; i++) {
        row[i * 4 + 1] = i === at.from ? beginning : inside
        row[i * 4 + 2] = idOf(entity.label)
      }
    }
    const map = fromUtf16(text, 'codepoint')
    /** id, kb_id, label, first and last token, first and last character. */
    const spanBytes = (span: LabelledLike, layer: string): Uint8Array[] => {
      const at = place(span, layer)
      if (!at) return []
      const bytes = Buffer.alloc(40)
      bytes.writeBigUInt64BE(idOf(span.label), 16)
      bytes.writeInt32BE(at.from, 24)
      bytes.writeInt32BE(at.to, 28)
      bytes.writeInt32BE(map(span.start), 32)
      bytes.writeInt32BE(map(span.end), 36)
      return [bytes]
    }
    const named: [string, Uint8Array[]][] = []
    if (document.mentions)
      named.push(['mentions', listMentions(document.mentions).flatMap((span) => spanBytes(span, 'mentions'))])
    for (const [c, cluster] of (document.clusters ? listClusters(document.clusters) : []).entries())
      named.push([`coref_clusters_${c + 1}`, cluster.flatMap((span) => spanBytes({ ...span, label: '' }, 'clusters'))])
    const stored = new Map<Packable, Packable>(named.map(([name, spans]) => [groupBytes(name, spans), [name]]))
    groups.push(stored.size > 0 ? packed(stored) : packed([]))
    tokens.push(row)
    spaces.push(Uint8Array.from(words, ({ spaced }) => (spaced ? 1 : 0)))
    lengths.push(words.length)
  }
  const bytesOf = (arrays: readonly (BigUint64Array | Uint8Array)[]) =>
    Buffer.concat(
      arrays.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength)),
    )
  const message: Packable = {
    version: '0.1',
    attrs: attributes,
    tokens: bytesOf(tokens),
    spaces: bytesOf(spaces),
    lengths: Buffer.from(Int32Array.from(lengths).buffer),
    strings: [...strings.keys()].sort(),
    cats: lengths.map(() => ({})),
    flags: lengths.map(() => ({ has_unknown_spaces: false })),
    span_groups: groups,
  }
  yield deflateSync(packed(message))
}

export const spacy: Format = {
  name: 'spacy',
  summary: 'a DocBin of spaCy 3: entities, sentences, mentions and clusters as span groups (writing only)',
  ...writtenOnly('spacy'),
  write,
  needsTokens: true,
  carries: ['entities', 'mentions', 'clusters'],
  extension: '.spacy',
}
