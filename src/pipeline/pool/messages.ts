/** What a pool's workers are given, and what they make of it. */
import type { Document } from '../../io/document/document.ts'
import type { OffsetUnit } from '../../io/document/offsets.ts'
import type { PlainError } from '../../io/plain-error.ts'

/** What is wanted of documents; it may differ from one group to the next. */
export interface Wish {
  /** Names of the tasks to run. @default all of the model's */
  readonly tasks?: readonly string[] | undefined
  /** Leaves out what the model holds less probable. @default 0 */
  readonly minScore?: number | undefined
  /** Only these labels, of the layers that have one of them. @default all of the model's */
  readonly labels?: readonly string[] | undefined
  /** Link the documents' own mentions instead of finding candidates. @default false */
  readonly goldMentions?: boolean | undefined
  /**
   * By whose rules to annotate, of the conventions that the model learned (its card names them). @default the model's
   * own
   */
  readonly convention?: string | undefined
  /** Set for JSON text instead of documents: the worker, not the main thread, spells it out. */
  readonly json?: OffsetUnit | undefined
}

export interface WorkerSettings {
  readonly model: string
  readonly modelName: string
  readonly engine: string
  /** What is wanted of a group that says nothing else. */
  readonly wish: Wish
}

/** A group of documents for a worker. */
export interface Asked {
  readonly documents: readonly Document[]
  readonly wish: Wish
}

/** What became of one document. */
export type Outcome = { readonly document: Document } | { readonly json: string } | { readonly error: PlainError }
