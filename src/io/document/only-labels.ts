/** A document with some of its labels only. */
import type { Document } from './document.ts'

/** Layers whose items have a label. */
export type LabelledLayer = 'entities' | 'mentions' | 'relations'

type Column = Int32Array | Float32Array

/**
 * The document with only what has one of the labels, in these layers; others stay as they are.
 *
 * @example
 * onlyLabels(document, new Set(['PER', 'employer']), ['entities', 'relations'])
 */
export const onlyLabels = (
  document: Document,
  wanted: ReadonlySet<string>,
  layers: readonly LabelledLayer[],
): Document => {
  const changes: Record<string, unknown> = {}
  for (const name of layers) {
    const layer = document[name]
    if (!layer) continue
    const kept = Array.from(layer.label.keys()).filter((i) => wanted.has(layer.labels[layer.label[i]]))
    const picked = (column: Column): Column => {
      const out = column instanceof Float32Array ? new Float32Array(kept.length) : new Int32Array(kept.length)
      kept.forEach((from, to) => {
        out[to] = column[from]
      })
      return out
    }
    changes[name] = Object.fromEntries(
      Object.entries(layer).map(([key, value]) => [key, ArrayBuffer.isView(value) ? picked(value as Column) : value]),
    )
  }
  return { ...document, ...changes }
}
