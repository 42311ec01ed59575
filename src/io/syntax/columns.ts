/**
 * What column formats share when they write: labelled spans brought onto
 * tokens, one level deep, with everything that does not fit counted.
 */
import type { Document, LabelledSpans, Spans } from '../document/document.ts'
import type { FormatContext } from '../format.ts'
import { type TagSpan, untyped } from '../document/tags.ts'
import { sentenceSpans, tokenSpan } from '../document/tokens.ts'

/**
 * The outermost spans of a layer as token spans, by sentence, sorted and not
 * overlapping. Counted losses: `nested-<kind>` (inside or across another),
 * `unaligned-<kind>` (widened to whole tokens), `off-token-<kind>` (covers no
 * token), `cross-sentence-<kind>`.
 */
export const flatTokenSpans = (
  document: Document,
  layer: LabelledSpans | undefined,
  kind: string,
  context: FormatContext,
  tokens: Spans,
): TagSpan[] => {
  if (!layer) return []
  const spans = alignSpans(document, layer, kind, context, tokens)
  // Longest first where they begin together, so that the outermost is kept.
  spans.sort((a, b) => a.begin - b.begin || b.end - a.end)
  const kept: TagSpan[] = []
  let end = 0
  for (const span of spans) {
    if (span.begin < end)
      context.report.add(`nested-${kind}`, document.id, `tokens ${span.begin}..${span.end} ${span.label}`)
    else {
      kept.push({ ...span, label: columnLabel(span.label, document, context) })
      end = span.end
    }
  }
  return kept
}

/** Every span of a layer on tokens, nested ones too; spans across sentences are counted and dropped. */
export const alignSpans = (
  document: Document,
  layer: LabelledSpans,
  kind: string,
  context: FormatContext,
  tokens: Spans,
): TagSpan[] => {
  const { begin: starts, end: stops } = sentenceSpans(document)
  const sentenceOf = new Int32Array(tokens.begin.length)
  for (let s = 0; s < starts.length; s++) sentenceOf.fill(s, starts[s], stops[s])
  const out: TagSpan[] = []
  for (let i = 0; i < layer.begin.length; i++) {
    const where = `${layer.begin[i]}..${layer.end[i]}`
    const span = tokenSpan(tokens, layer.begin[i], layer.end[i])
    if (!span) {
      context.report.add(`off-token-${kind}`, document.id, where)
      continue
    }
    if (sentenceOf[span.begin] !== sentenceOf[span.end - 1]) {
      context.report.add(`cross-sentence-${kind}`, document.id, where)
      continue
    }
    if (!span.exact) context.report.add(`unaligned-${kind}`, document.id, where)
    out.push({ begin: span.begin, end: span.end, label: layer.labels[layer.label[i]] })
  }
  return out
}

/** Token spans back to spans of text. */
export const onText = (spans: readonly TagSpan[], tokens: Spans) =>
  spans.map(({ begin, end, label }) => ({ start: tokens.begin[begin], end: tokens.end[end - 1], label }))

/**
 * A word for a column: the separator inside it (CoNLL-U allows spaces) would add
 * columns. Between tabs a space is nothing special, and a no-break space never is.
 */
export const columnWord = (word: string, document: Document, context: FormatContext, separator: string): string => {
  if (!(separator === '\t' ? /[\t\n\r]/ : /[ \t\n\r]/).test(word)) return word
  context.report.add('white-space-in-token', document.id, JSON.stringify(word))
  return word.replace(separator === '\t' ? /[\t\n\r]+/g : /[ \t\n\r]+/g, '_')
}

/** What stands for an empty label where a format cannot do without one. */
export const noLabel = untyped

/** A label for a column: what the column's own syntax is made of cannot stand in it, nor can nothing. */
export const columnLabel = (
  label: string,
  document: Document,
  context: FormatContext,
  syntax = /\s/g,
  none = noLabel,
): string => {
  const fit = label.replace(syntax, '_') || none
  if (fit !== label) context.report.add('label-changed', document.id, `${JSON.stringify(label)} to ${fit}`)
  return fit
}

/** Sentences from counts of their tokens. */
export const sentencesOfLengths = (lengths: readonly number[]): Spans => {
  const begin = new Int32Array(lengths.length)
  const end = new Int32Array(lengths.length)
  let at = 0
  for (let i = 0; i < lengths.length; i++) {
    begin[i] = at
    at += lengths[i]
    end[i] = at
  }
  return { begin, end }
}

/** A value of the metadata that is a plain object, else an empty one. */
export const metadataOf = (document: Document, key: string): Record<string, unknown> => {
  const value = document.metadata[key]
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}

export const isStrings = (value: unknown, length?: number): value is string[] =>
  Array.isArray(value) &&
  (length === undefined || value.length === length) &&
  value.every((item) => typeof item === 'string')
