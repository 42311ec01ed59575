/** What an annotation that was broken off has written, held against the run that goes on with it. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Document } from '../../src/io/document/document.ts'
import { HmtlError } from '../../src/io/errors.ts'
import { type AnnotatedLineOptions, annotatedLine } from '../../src/pipeline/annotated-line.ts'

export interface Kept {
  readonly path: string
  /** Length of the complete lines. */
  readonly bytes: number
  readonly lines: number
  /** The first whose document did not fail, as it was parsed. */
  readonly first: Annotations | undefined
}

type Annotations = Readonly<Record<string, unknown>>

const newline = 10

/** Complete lines of a file, without their ends. */
async function* completeLines(path: string): AsyncGenerator<Buffer> {
  let rest: Buffer[] = []
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    let from = 0
    for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, from)) {
      yield Buffer.concat([...rest, chunk.subarray(from, at)])
      rest = []
      from = at + 1
    }
    if (from < chunk.length) rest.push(Buffer.from(chunk.subarray(from)))
  }
}

const annotationsOf = (line: Buffer): Annotations | undefined => {
  try {
    const { hmtl } = JSON.parse(line.toString('utf8'))
    return typeof hmtl === 'object' && hmtl !== null && !('error' in hmtl) ? hmtl : undefined
  } catch {
    return undefined
  }
}

/** What there is of an output; a line that was not finished is none. */
export const keptOf = async (path: string): Promise<Kept> => {
  const nothing = { path, bytes: 0, lines: 0, first: undefined }
  if (!(await stat(path).catch(() => undefined))) return nothing
  let { bytes, lines, first }: Kept = nothing
  for await (const line of completeLines(path)) {
    bytes += line.length + 1
    lines++
    first ??= annotationsOf(line)
  }
  return { path, bytes, lines, first }
}

const another = (message: string) =>
  new HmtlError('HMTL_OUTPUT_FAILED', message, {
    remedy: 'Resume with the inputs and options it was begun with, or leave --resume out',
  })

/** What a document's line begins with, whatever was found in it. */
const beginOf = (document: Document, options: AnnotatedLineOptions): string =>
  annotatedLine(document, '{', options).slice(0, -1)

/**
 * The documents behind those whose lines are kept.
 * @throws HmtlError `HMTL_OUTPUT_FAILED` where a line is not that of its document
 */
export async function* skipKept(
  documents: AsyncIterable<Document>,
  { path, lines }: Kept,
  options: AnnotatedLineOptions,
): AsyncGenerator<Document> {
  const before = lines > 0 ? completeLines(path) : undefined
  let skipped = 0
  try {
    for await (const document of documents) {
      if (skipped === lines) {
        yield document
        continue
      }
      const line = (await before?.next())?.value
      skipped++
      if (!line?.toString('utf8').startsWith(beginOf(document, options)))
        throw another(
          `line ${skipped} of ${path} is not of document ${document.id}, which stands there in these inputs`,
        )
    }
  } finally {
    await before?.return(undefined)
  }
  if (skipped < lines) throw another(`${path} has ${lines - skipped} lines more than these inputs have documents`)
}

const said = (value: unknown): string => (value === undefined ? 'none' : String(value))

/** Layers that a line has. */
const layersOf = (annotations: Annotations): string =>
  ['entities', 'mentions', 'relations', 'clusters'].filter((layer) => layer in annotations).join(' ')

/**
 * Whether what is found now is found as what is kept was.
 * @param json of the first document that is annotated
 * @throws HmtlError `HMTL_OUTPUT_FAILED`
 */
export const checkAlike = ({ path, first }: Kept, json: string): void => {
  if (!first) return
  const now = JSON.parse(json) as Annotations
  const marks = [
    ['model', first.model, now.model],
    ['offset unit', first.offsetUnit, now.offsetUnit],
    ['layers', layersOf(first), layersOf(now)],
  ] as const
  for (const [name, was, is] of marks)
    if (was !== is) throw another(`${path} was made with ${name} ${said(was)}, not ${said(is)}`)
}
