/**
 * What a document's row says once more as lists of structures, for tools that query tables: `entities` and `mentions`
 * of
 * {start, end, label, text, score}, `relations`, `clusters`. DuckDB and polars make rows of them by one unnest. They
 * are written beside the flat columns, which alone are read back.
 */
import type { SchemaElement } from 'hyparquet-writer'
import type { Document, LabelledSpans, Spans } from '../document/document.ts'

const int = (name: string): SchemaElement => ({ name, type: 'INT32', repetition_type: 'OPTIONAL' })
const string = (name: string): SchemaElement => ({
  name,
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  repetition_type: 'OPTIONAL',
})
const score: SchemaElement = { name: 'score', type: 'FLOAT', repetition_type: 'OPTIONAL' }

/** A field that is a structure, whose children follow it; `children` are whole, each with what follows it. */
const struct = (name: string, children: readonly (readonly SchemaElement[])[]): SchemaElement[] => [
  { name, repetition_type: 'OPTIONAL', num_children: children.length },
  ...children.flat(),
]

const list = (name: string, element: readonly SchemaElement[]): SchemaElement[] => [
  { name, repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  ...element,
]

const place = [[int('start')], [int('end')], [string('text')]]
const span = [[int('start')], [int('end')], [string('label')], [string('text')], [score]]

/** The columns' part of the schema. */
export const nestedSchema: readonly SchemaElement[] = [
  ...list('entities', struct('element', span)),
  ...list('mentions', struct('element', [...span, struct('head', place)])),
  ...list('relations', struct('element', [[string('label')], struct('arg1', place), struct('arg2', place), [score]])),
  ...list('clusters', list('element', struct('element', place))),
]

type Get = (text: string, own: Document, row: Document) => unknown[] | null

const scoreOf = (scores: Float32Array | undefined, i: number): number | null =>
  scores === undefined || Number.isNaN(scores[i]) ? null : scores[i]

const placeOf = (text: string, own: Spans, row: Spans, i: number) => ({
  start: row.begin[i],
  end: row.end[i],
  text: text.slice(own.begin[i], own.end[i]),
})

const spanOf = (text: string, own: LabelledSpans, row: LabelledSpans, i: number) => ({
  ...placeOf(text, own, row, i),
  label: own.labels[own.label[i]],
  score: scoreOf(own.score, i),
})

const counted = (length: number, make: (i: number) => unknown): unknown[] => Array.from({ length }, (_, i) => make(i))

/**
 * The columns, each with what it holds of a document: texts by the document's own offsets, offsets by those of its row,
 * which may count other units.
 */
export const nestedColumns: readonly (readonly [name: string, get: Get])[] = [
  [
    'entities',
    (text, { entities: own }, { entities: row }) =>
      own && row ? counted(own.begin.length, (i) => spanOf(text, own, row, i)) : null,
  ],
  [
    'mentions',
    (text, { mentions: own }, { mentions: row }) =>
      own && row
        ? counted(own.begin.length, (i) => ({
            ...spanOf(text, own, row, i),
            head: placeOf(
              text,
              { begin: own.headBegin, end: own.headEnd },
              { begin: row.headBegin, end: row.headEnd },
              i,
            ),
          }))
        : null,
  ],
  [
    'relations',
    (text, { relations: own }, { relations: row }) =>
      own && row
        ? counted(own.label.length, (i) => ({
            label: own.labels[own.label[i]],
            arg1: placeOf(text, { begin: own.begin1, end: own.end1 }, { begin: row.begin1, end: row.end1 }, i),
            arg2: placeOf(text, { begin: own.begin2, end: own.end2 }, { begin: row.begin2, end: row.end2 }, i),
            score: scoreOf(own.score, i),
          }))
        : null,
  ],
  [
    'clusters',
    (text, { clusters: own }, { clusters: row }) =>
      own && row
        ? counted(own.offsets.length - 1, (c) =>
            counted(own.offsets[c + 1] - own.offsets[c], (i) => placeOf(text, own, row, own.offsets[c] + i)),
          )
        : null,
  ],
]
