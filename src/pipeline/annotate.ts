/** What a worker does: documents in, the same documents with entities, mentions, relations and clusters out. */
import * as tf from '@tensorflow/tfjs-core'
import type { Document, Prepared } from '../io/document.ts'
import { type AnnotateOptions, createDecoder, type Decoder, type Work } from '../model/annotate.ts'
import type { Model } from '../model/hierarchy.ts'
import { chain, many, type Source, type Stage } from './chain.ts'
import { embed } from './embed.ts'
import { fill } from './fill.ts'
import { type Packed, pack } from './pack.ts'
import { prepareDocument } from './prepare.ts'
import { type Window, windowUnits } from './units.ts'

/** Tokens of a document that are seen at once; what is said of them goes on into the next. */
const windowTokens = 1024
/** Tokens computed at once. */
const batchTokens = 2048

export interface Annotation {
  /** The document as it came. */
  readonly source: Prepared
  readonly document: Document
}

/** Batches of windows into annotated documents: each as soon as its last window is done. */
export const annotate = (decoder: Decoder): Stage<Packed<Window>, Annotation> => {
  /** Of the document whose last window is yet to come. */
  let begun: { source: Prepared; work: Work } | undefined
  return ({ units, batch }) => {
    const open = begun ? [begun] : []
    const done: Annotation[] = []
    const places = units.map(({ of, from, to }) => {
      if (from === 0) open.push({ source: of, work: decoder.begin(of) })
      return { document: open.length - 1, from, to }
    })
    tf.tidy(() =>
      decoder.decode(
        batch,
        places,
        open.map(({ work }) => work),
      ),
    )
    const last = units[units.length - 1]
    begun = last.to === last.of.sentences.begin.length ? undefined : open.pop()
    for (const { source, work } of open) done.push({ source, document: decoder.finish(work) })
    return many(done)
  }
}

export interface AnnotatorOptions extends AnnotateOptions {
  /** Tokens computed at once. @default 2048 */
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
  const decoder = createDecoder(model, options)
  return (documents) =>
    chain(documents, prepareDocument, windowUnits(Math.min(tokens, windowTokens)), fill({ tokens }), embed(model.contextual), pack(model.indexer), annotate(decoder))
}
