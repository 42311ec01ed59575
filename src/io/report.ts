/**
 * What a conversion could not carry, counted by kind with a few examples each.
 * A format that has no place for something says so here; nothing disappears silently.
 */

export interface LossEntry {
  readonly kind: string
  readonly count: number
  /** The first few places, `document: detail`. */
  readonly examples: readonly string[]
}

const maxExamples = 5

export class LossReport {
  readonly #entries = new Map<string, { count: number; examples: string[] }>()

  /** Counts `count` losses of a kind, such as `nested-entity`. */
  add(kind: string, document: string, detail = '', count = 1): void {
    if (count <= 0) return
    let entry = this.#entries.get(kind)
    if (!entry) this.#entries.set(kind, (entry = { count: 0, examples: [] }))
    entry.count += count
    if (entry.examples.length < maxExamples) entry.examples.push(detail ? `${document}: ${detail}` : document)
  }

  get size(): number {
    return this.#entries.size
  }

  count(kind: string): number {
    return this.#entries.get(kind)?.count ?? 0
  }

  entries(): LossEntry[] {
    return [...this.#entries].map(([kind, { count, examples }]) => ({ kind, count, examples: [...examples] }))
  }

  toJSON(): LossEntry[] {
    return this.entries()
  }
}
