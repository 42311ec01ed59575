/** Where every run begins: paths of files and folders, as documents. */
import type { Document } from '../io/document/document.ts'
import { type ReadOptions, readDocuments } from '../io/read.ts'
import type { Stage } from './chain.ts'

/** @param options of `readDocuments` */
export const read =
  (options?: ReadOptions): Stage<string, Document> =>
  (path) =>
    readDocuments(path, options)
