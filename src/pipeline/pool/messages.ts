/** What a pool's workers are given, and what they make of it. */
import type { Document } from '../../io/document/document.ts'
import type { OffsetUnit } from '../../io/document/offsets.ts'
import type { PlainError } from '../../io/plain-error.ts'

export interface WorkerSettings {
  readonly model: string
  readonly modelName: string
  readonly engine: string
  readonly tasks: readonly string[] | undefined
  readonly minScore: number | undefined
  readonly goldMentions: boolean
  /** Set for JSON text instead of documents: the worker, not the main thread, spells it out. */
  readonly json: OffsetUnit | undefined
}

/** What became of one document. */
export type Outcome = { readonly document: Document } | { readonly json: string } | { readonly error: PlainError }
