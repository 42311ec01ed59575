/** A document's own JSON with its annotations put in at the end: not a byte of the rest changes. */
import { type Document, layerNames } from '../io/document/document.ts'
import { stringifyExact } from '../io/syntax/exact-json.ts'
import { rawLineOf } from '../io/formats/jsonl.ts'
import { keptAnnotations, toJson } from '../io/document/json.ts'
import type { OffsetUnit } from '../io/document/offsets.ts'

export interface AnnotatedLineOptions {
  readonly textField?: string | undefined
  readonly offsetUnit?: OffsetUnit | undefined
}

const spliced = (line: string, annotations: string): string => {
  const body = line.trimEnd().slice(0, -1).trimEnd()
  return `${body}${body.endsWith('{') ? '' : ','}"hmtl":${annotations}}`
}

/** @param annotations the `hmtl` object as JSON text */
export const annotatedLine = (
  source: Document,
  annotations: string,
  { textField, offsetUnit }: AnnotatedLineOptions = {},
): string => {
  const raw = rawLineOf(source)
  if (raw !== undefined) return spliced(raw, annotations)
  const bare = {
    ...source,
    tokens: undefined,
    sentences: undefined,
    ...Object.fromEntries(layerNames.map((layer) => [layer, undefined])),
  }
  const { model: _, ...kept } = keptAnnotations(source.metadata)
  const { hmtl: __, ...line } = toJson(bare, { textField, offsetUnit })
  const others = Object.keys(kept).length === 0 ? '' : `${stringifyExact(kept).slice(1, -1)},`
  return spliced(stringifyExact(line), `{${others}${annotations.slice(1)}`)
}
