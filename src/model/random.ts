/**
 * Seeded random numbers (sfc32) whose state can be saved, so that a resumed run draws what the uninterrupted one would
 * have.
 */

export type RandomState = readonly [number, number, number, number]

export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** Standard normal. */
  normal(): number
  /** Integer in [0, n). */
  below(n: number): number
  /** A 32-bit seed for something else. */
  seed(): number
  shuffle<T>(items: T[]): T[]
  state(): RandomState
}

export const randomFrom = ([a0, b0, c0, d0]: RandomState): Random => {
  let [a, b, c, d] = [a0 | 0, b0 | 0, c0 | 0, d0 | 0]
  const seed = () => {
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return t >>> 0
  }
  const next = () => seed() / 4294967296
  const below = (n: number) => Math.floor(next() * n)
  return {
    next,
    seed,
    below,
    normal() {
      // Box–Muller, one of the pair: no hidden state besides the generator's.
      const u = 1 - next()
      return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * next())
    },
    shuffle(items) {
      for (let i = items.length - 1; i > 0; i--) {
        const j = below(i + 1)
        ;[items[i], items[j]] = [items[j], items[i]]
      }
      return items
    },
    state: () => [a, b, c, d],
  }
}

/** A generator for a seed and any number of names (task, epoch …): different names, independent streams. */
export const randomOf = (seed: number, ...names: (string | number)[]): Random => {
  let h = 0x811c9dc5 ^ seed
  for (const name of names) {
    for (const character of `${name}/`) h = Math.imul(h ^ character.charCodeAt(0), 0x01000193)
  }
  const random = randomFrom([seed, h, h ^ 0x9e3779b9, 1])
  for (let i = 0; i < 15; i++) random.seed()
  return random
}
