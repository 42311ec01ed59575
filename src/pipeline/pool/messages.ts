/** What the main thread and its workers say to each other. */
import type { Document } from '../../io/document.ts'
import type { OffsetUnit } from '../../io/offsets.ts'

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

export interface Request {
  readonly id: number
  readonly documents: readonly Document[]
}

/** What became of one document. */
export type Outcome = { readonly document: Document } | { readonly json: string } | { readonly error: { readonly code: string; readonly message: string } }

export type Reply =
  | { readonly ready: true }
  | { readonly id: number; readonly outcomes: readonly Outcome[] }
  | { readonly failed: { readonly code: string; readonly message: string } }
