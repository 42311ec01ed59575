/** What the program knows of a corpus: where it comes from, under which licence, and how its files become splits. */
import type { Document } from '../src/io/document/document.ts'
import type { FormatContext, FormatOptions } from '../src/io/format.ts'

export type Task = 'ner' | 'emd' | 'relation' | 'coref'

/** One split: a name and the documents that belong to it, from the corpus folder. */
export interface Split {
  readonly name: string
  documents(folder: string, context: FormatContext): AsyncIterable<Document>
}

export interface PrepareOptions {
  /** Folder with `train.txt`, `dev.txt` and `test.txt`, a document name a line. */
  readonly splitLists?: string | undefined
}

/** A way to cut the corpus; the first one listed is the default. */
export interface SplitScheme {
  readonly name: string
  readonly summary: string
  splits(folder: string, options: PrepareOptions): Promise<readonly Split[]>
}

export interface Recipe {
  readonly name: string
  readonly title: string
  readonly tasks: readonly Task[]
  readonly format: string
  readonly source: string
  readonly licence: string
  /** How a user comes by the files. */
  readonly howToGet: string
  readonly labels: Partial<Record<Task, readonly string[]>>
  readonly schemes: readonly SplitScheme[]
  readonly options?: FormatOptions
  /**
   * sha256 of files below the folder, or of `sha256  path` lines of all files below a subfolder (path ending in `/`).
   */
  readonly sha256?: Readonly<Record<string, string>>
  /** Counts that the corpus's own documentation gives and the documents do not, such as triples. */
  extraCounts?(document: Document): Readonly<Record<string, number>>
}
