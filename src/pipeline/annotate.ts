/** What a worker does: documents in, the same documents with entities, mentions, relations and clusters out. */
import type { Document, Prepared } from '../io/document/document.ts'
import { type AnnotateOptions, createReader, type Reader } from '../model/annotate.ts'
import type { Draft } from '../model/heads/head.ts'
import type { Model } from '../model/hierarchy.ts'
import { mixWeightsOf } from '../model/layers/embedding.ts'
import { chain, many, type Source, type Stage } from './chain.ts'
import { embed } from './embed.ts'
import { fill } from './fill.ts'
import { type Packed, pack } from './pack.ts'
import { prepareDocument } from './prepare.ts'
import { type Window, windowUnits } from './units.ts'

/** Tokens of a document that are seen at once; what is said of them goes on into the next. */
const windowTokens = 1024
/** Tokens computed at once. */
const batchTokens = 1024

export interface Annotation {
  /** The document as it came. */
  readonly source: Prepared
  readonly document: Document
}

/** Batches of windows into annotated documents: each as soon as its last window is read. */
export const annotate = (reader: Reader): Stage<Packed<Window>, Annotation> => {
  /** Of the document whose last window is yet to come. */
  let begun: { source: Prepared; draft: Draft } | undefined
  return ({ units, batch }) => {
    const open = begun ? [begun] : []
    const windows = units.map(({ of, from, to, tokens }) => {
      if (from === 0) open.push({ source: of, draft: reader.begin(of) })
      return { draft: open[open.length - 1].draft, from, to, tokens }
    })
    reader.read(
      batch,
      windows.filter(({ tokens }) => tokens > 0),
    )
    const last = units[units.length - 1]
    begun = last.to === last.of.sentences.begin.length ? undefined : open.pop()
    return many(open.map(({ source, draft }) => ({ source, document: reader.finish(draft) })))
  }
}

export interface AnnotatorOptions extends AnnotateOptions {
  /** Tokens computed at once. @default 1024 */
  readonly batchTokens?: number | undefined
}

/**
 * Annotates documents by a model in this thread, with its present weights.
 * @returns a function, since what a model decides by is made ready only once
 * @throws HmtlError `HMTL_USAGE` for a task that the model does not have
 */
export const createAnnotator = (
  model: Model,
  { batchTokens: tokens = batchTokens, ...options }: AnnotatorOptions = {},
): ((documents: Source<Document>) => AsyncGenerator<Annotation>) => {
  const reader = createReader(model, options)
  const { contextual, parameters } = model
  const mix = contextual && mixWeightsOf(parameters, contextual.layers)
  return (documents) =>
    chain(
      documents,
      prepareDocument,
      windowUnits(Math.min(tokens, windowTokens)),
      fill({ tokens }),
      embed(contextual, mix),
      pack(model.indexer),
      annotate(reader),
    )
}
