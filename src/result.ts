/** What a caller of the library gets: plain objects over a document's text. */
import {
  type Document,
  type LabelledLike,
  listClusters,
  listMentions,
  listRelations,
  listSpans,
  type SpanLike,
} from './io/document/document.ts'

/** A piece of the text. Offsets are half-open, in UTF-16 code units, as JavaScript counts: `text.slice(start, end)`. */
export interface FoundText {
  readonly text: string
  readonly start: number
  readonly end: number
}

export interface FoundSpan extends FoundText {
  readonly label: string
  /** Probability, 0 to 1. */
  readonly score?: number
}

export interface FoundMention extends FoundSpan {
  /** The word that the mention is about, where it is not the whole mention. */
  readonly head?: FoundText
}

/** Directed: `arg1` was born in `arg2`. */
export interface FoundRelation {
  readonly label: string
  readonly arg1: FoundText
  readonly arg2: FoundText
  readonly score?: number
}

/**
 * Who and what a text talks about. Plain objects: JSON has the fields that a line of `hmtl annotate` has under `hmtl`,
 * with the text of each span, without tokens and sentences. A layer whose task was not run is not there.
 */
export interface Result {
  readonly id: string
  readonly text: string
  readonly entities?: readonly FoundSpan[]
  readonly mentions?: readonly FoundMention[]
  readonly relations?: readonly FoundRelation[]
  /** Mentions of the same thing, a list for each thing. */
  readonly clusters?: readonly (readonly FoundText[])[]
  /** The document itself, typed arrays and all: tokens, sentences, the record's other fields. No part of the JSON. */
  readonly document: Document
}

const round = (score: number): number => Math.round(score * 1e6) / 1e6

export const resultOf = (document: Document): Result => {
  const { id, text, entities, mentions, relations, clusters } = document
  const found = ({ start, end }: SpanLike): FoundText => ({ text: text.slice(start, end), start, end })
  const scored = ({ score }: { readonly score?: number | undefined }) =>
    score === undefined ? {} : { score: round(score) }
  const labelled = (span: LabelledLike): FoundSpan => {
    const { text: own, start, end } = found(span)
    return { text: own, label: span.label, start, end, ...scored(span) }
  }
  const result = {
    id,
    text,
    ...(entities && { entities: listSpans(entities).map(labelled) }),
    ...(mentions && {
      mentions: listMentions(mentions).map((mention) => ({
        ...labelled(mention),
        ...(mention.head && { head: found(mention.head) }),
      })),
    }),
    ...(relations && {
      relations: listRelations(relations).map((relation) => ({
        label: relation.label,
        arg1: found(relation.arg1),
        arg2: found(relation.arg2),
        ...scored(relation),
      })),
    }),
    ...(clusters && { clusters: listClusters(clusters).map((cluster) => cluster.map(found)) }),
  }
  return Object.defineProperty(result, 'document', { value: document }) as Result
}
