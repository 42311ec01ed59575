/** Which of a document's layers of spans a format writes that has a single one, or none of its own for both. */
import { type Document, type LabelledLike, listSpans } from '../document/document.ts'
import type { FormatContext } from '../format.ts'

export type SpanLayer = 'entities' | 'mentions'

/** The layer that was asked for, else the first that the document has. @param first the one that the format is made for */
export const layerToWrite = (
  document: Document,
  { options }: FormatContext,
  first: SpanLayer = 'entities',
): SpanLayer => {
  const other = first === 'entities' ? 'mentions' : 'entities'
  return options.layer ?? (document[first] || !document[other] ? first : other)
}

/** The layers that a format writes as one: the one that was asked for, else both. */
export const layersToWrite = ({ options }: FormatContext): readonly SpanLayer[] =>
  options.layer ? [options.layer] : ['entities', 'mentions']

/** The spans of these layers, each span and label once. */
export const spansToWrite = (document: Document, layers: readonly SpanLayer[]): LabelledLike[] => {
  const seen = new Map<string, LabelledLike>()
  for (const layer of layers)
    for (const span of document[layer] ? listSpans(document[layer]) : []) {
      const name = `${span.start} ${span.end} ${span.label}`
      if (!seen.has(name)) seen.set(name, span)
    }
  return [...seen.values()]
}

/** Counts the mentions that are read again as entities, where a document's two layers are written as one. */
export const reportMerged = (document: Document, layers: readonly SpanLayer[], context: FormatContext): void => {
  if (layers.length > 1 && document.entities?.begin.length)
    context.report.add('mention-as-entity', document.id, '', document.mentions?.begin.length ?? 0)
}

/** Counts the entities that a format of mentions writes as such, for want of mentions, where none were asked for. */
export const reportEntities = (document: Document, layer: SpanLayer, { options, report }: FormatContext): void => {
  if (layer === 'entities' && options.layer === undefined)
    report.add('entity-as-mention', document.id, '', document.entities?.begin.length ?? 0)
}
