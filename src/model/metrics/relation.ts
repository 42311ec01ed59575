/** Where relations stand: the sentence of both arguments, and the tokens that end them. */
import {
  type Document,
  listRelations,
  type RelationLike,
  type SpanLike,
  type Spans,
} from '../../io/document/document.ts'
import { sentenceOfToken, sentenceSpans, tokenSpan } from '../../io/document/tokens.ts'

export interface Place {
  readonly sentence: number
  /** `last token of arg1, last token of arg2`. */
  readonly cell: string
}

export interface Placed extends Place {
  readonly relation: RelationLike
}

/** Why a relation has no place: its arguments are of two sentences, or one of them covers no token. */
export type Placeless = 'acrossSentences' | 'offTokens'

/** Relations that have no place, by reason. */
export type PlacelessCounts = Readonly<Record<Placeless, number>>

/** Tokens and sentences that relations are placed by. */
interface Layout {
  readonly tokens: Spans
  readonly sentences: Spans
}

const layoutOf = (document: Document): Layout | undefined =>
  document.tokens && { tokens: document.tokens, sentences: sentenceSpans(document) }

/**
 * The layouts of both sides: gold's sentences for both, of one text gold's tokens too; where gold has no tokens those of
 * the prediction. Undefined where neither side has any.
 */
export const layouts = (gold: Document, predicted: Document): [Layout, Layout] | undefined => {
  const own = layoutOf(gold.tokens ? gold : predicted)
  if (!own) return undefined
  const tokens = gold.text === predicted.text ? own.tokens : (predicted.tokens ?? own.tokens)
  return [own, { ...own, tokens }]
}

const placeIn = ({ tokens, sentences }: Layout, arg1: SpanLike, arg2: SpanLike): Place | Placeless => {
  const one = tokenSpan(tokens, arg1.start, arg1.end)
  const two = tokenSpan(tokens, arg2.start, arg2.end)
  if (!one || !two) return 'offTokens'
  const sentence = sentenceOfToken(sentences, one.end - 1)
  return sentence === sentenceOfToken(sentences, two.end - 1)
    ? { sentence, cell: `${one.end - 1} ${two.end - 1}` }
    : 'acrossSentences'
}

/** Places relations of a document; all in one sentence, by last characters, where it has no tokens. */
export const placer = (
  document: Document,
  layout: Layout | undefined = layoutOf(document),
): ((arg1: SpanLike, arg2: SpanLike) => Place | Placeless) =>
  layout
    ? (arg1, arg2) => placeIn(layout, arg1, arg2)
    : (arg1, arg2) => ({ sentence: 0, cell: `${arg1.end} ${arg2.end}` })

/** Relations within a sentence, and how many are none. */
export const placed = (
  document: Document,
  layout: Layout | undefined,
): { readonly within: Placed[]; readonly without: PlacelessCounts } => {
  const placeOf = placer(document, layout)
  const without = { acrossSentences: 0, offTokens: 0 }
  const within: Placed[] = []
  for (const relation of document.relations ? listRelations(document.relations) : []) {
    const place = placeOf(relation.arg1, relation.arg2)
    if (typeof place === 'string') without[place]++
    else within.push({ relation, ...place })
  }
  return { within, without }
}
