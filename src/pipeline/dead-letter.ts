/** Documents that failed leave the stream here. */
import type { Document } from '../io/document/document.ts'
import type { HmtlError } from '../io/errors.ts'
import { errorOf } from '../io/plain-error.ts'
import { none, type Stage } from './chain.ts'
import type { Outcome } from './pool/messages.ts'
import type { Annotated } from './pool/in-workers.ts'

type Made = Exclude<Outcome, { readonly error: unknown }>

/** @param dead told of each document that failed, and why; it may throw */
export const deadLetter =
  (dead: (error: HmtlError, source: Document) => void): Stage<Annotated, Annotated<Made>> =>
  ({ source, outcome }) => {
    if (!('error' in outcome)) return { source, outcome }
    dead(errorOf(outcome.error), source)
    return none
  }
