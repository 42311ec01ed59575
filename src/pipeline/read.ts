/** Where every run begins: what is named, as documents. */
import type { Document } from '../io/document.ts'
import { type ReadOptions, readDocuments } from '../io/read.ts'
import type { Input } from '../io/source.ts'
import type { Stage } from './chain.ts'

/** @param options of `readDocuments` */
export const read =
  (options?: ReadOptions): Stage<Input, Document> =>
  (input) =>
    readDocuments(input, options)
