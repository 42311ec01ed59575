/**
 * Halves of surrogate pairs that stand alone: JSON escapes can hold them, UTF-8
 * cannot. What is written as UTF-8 has U+FFFD in their place, which is counted.
 */
import { type Document, layerNames } from './document.ts'
import type { LossReport } from '../report.ts'

const alone = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

const countAlone = (text: string): number => (text.isWellFormed() ? 0 : (text.match(alone)?.length ?? 0))

/** Counts the lone surrogates of a document's text, id and labels; its metadata is JSON, which can hold them. */
export const reportLoneSurrogates = (document: Document, report: LossReport): void => {
  const { id, text } = document
  const add = (place: string, value: string) => {
    const count = countAlone(value)
    if (count > 0) report.add('lone-surrogate', id, place, count)
  }
  add('text', text)
  add('id', id)
  for (const layer of layerNames) {
    const items = document[layer]
    if (items && 'labels' in items) for (const label of items.labels) add(layer, label)
  }
}
