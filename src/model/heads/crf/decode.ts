/**
 * Decoding a CRF: the best well-formed tag sequence by Viterbi, and the exact
 * probability of each of its spans by forward-backward over well-formed
 * sequences. Typed arrays, one sentence at a time.
 */

export interface DecodedSpan {
  /** Half-open, in tokens of the sentence. */
  readonly begin: number
  readonly end: number
  readonly label: string
  /** Posterior probability that exactly this span with this label is tagged. */
  readonly score: number
}

/** Which tag may follow which: [tags, tags], and which may begin and end a sentence. */
export interface Constraints {
  readonly transition: Uint8Array
  readonly begin: Uint8Array
  readonly end: Uint8Array
}

/** How spans are spelled in tags: with the last token and single ones marked, or only the first. */
export const tagSchemes = ['bioul', 'bio'] as const
export type TagScheme = (typeof tagSchemes)[number]

/** Tags of labels, `O` first. */
export const tagsOf = (labels: readonly string[], scheme: TagScheme = 'bioul'): string[] => {
  const prefixes = scheme === 'bioul' ? ['B', 'I', 'L', 'U'] : ['B', 'I']
  return ['O', ...labels.flatMap((label) => prefixes.map((prefix) => `${prefix}-${label}`))]
}

export const constraintsOf = (tags: readonly string[], scheme: TagScheme = 'bioul'): Constraints => {
  const size = tags.length
  const transition = new Uint8Array(size * size)
  // What goes on inside of a span wants one of its label before it; in BIOUL what is open must also go on.
  const goesOn = (tag: string) => tag[0] === 'I' || tag[0] === 'L'
  const open = (tag: string) => tag[0] === 'B' || tag[0] === 'I'
  const mayEnd = (tag: string) => scheme === 'bio' || !open(tag)
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) {
      const [from, to] = [tags[i], tags[j]]
      transition[i * size + j] = (goesOn(to) ? open(from) && from.slice(1) === to.slice(1) : mayEnd(from)) ? 1 : 0
    }
  return {
    transition,
    begin: Uint8Array.from(tags, (tag) => (goesOn(tag) ? 0 : 1)),
    end: Uint8Array.from(tags, (tag) => (mayEnd(tag) ? 1 : 0)),
  }
}

export interface CrfWeights {
  /** [tags, tags], from by to. */
  readonly transitions: Float32Array
  readonly start: Float32Array
  readonly end: Float32Array
}

/** For each tag those it goes with, one tag's after another's. */
const neighbours = (size: number, goes: (tag: number, other: number) => boolean) => {
  const [ids, owners, starts]: number[][] = [[], [], [0]]
  for (let tag = 0; tag < size; tag++) {
    for (let other = 0; other < size; other++)
      if (goes(tag, other)) {
        ids.push(other)
        owners.push(tag)
      }
    starts.push(ids.length)
  }
  return { ids: Int32Array.from(ids), owners: Int32Array.from(owners), starts: Int32Array.from(starts) }
}

/**
 * A decoder for one CRF; it keeps its weights ready in the forms the two passes need.
 * @param outsideBias added to the emissions of the tag `O`
 */
export const createDecoder = (
  tags: readonly string[],
  { transitions, start, end }: CrfWeights,
  scheme: TagScheme = 'bioul',
  outsideBias = 0,
) => {
  const size = tags.length
  const allowed = constraintsOf(tags, scheme)
  const expTransitions = Float64Array.from(transitions, (x, at) => (allowed.transition[at] ? Math.exp(x) : 0))
  // The few neighbours each tag may have, one tag after another, with what it costs to come from or go to each.
  const before = neighbours(size, (j, i) => allowed.transition[i * size + j] === 1)
  const after = neighbours(size, (i, j) => allowed.transition[i * size + j] === 1)
  const costs = before.ids.map((i, at) => i * size + before.owners[at])
  const viterbiCosts = Float64Array.from(costs, (at) => transitions[at])
  const forwardWeights = Float64Array.from(costs, (at) => expTransitions[at])
  const backwardWeights = Float64Array.from(after.ids, (j, at) => expTransitions[after.owners[at] * size + j])
  const expStart = Float64Array.from(start, (x, j) => (allowed.begin[j] ? Math.exp(x) : 0))
  const expEnd = Float64Array.from(end, (x, j) => (allowed.end[j] ? Math.exp(x) : 0))
  const labelOf = tags.map((tag) => tag.slice(2))
  const bias = new Float64Array(size)
  bias[0] = outsideBias
  /** Whether a tag is of the same span as the one before it. */
  const continues = (from: number, to: number): boolean =>
    (tags[to][0] === 'I' || tags[to][0] === 'L') && allowed.transition[from * size + to] === 1

  /** @param rowOf first element of each token's emissions in `emissions` */
  const viterbi = (emissions: Float32Array, rowOf: Int32Array): Int32Array => {
    const steps = rowOf.length
    let score = new Float64Array(size)
    let next = new Float64Array(size)
    const back = new Int32Array(steps * size)
    for (let j = 0; j < size; j++)
      score[j] = allowed.begin[j] ? start[j] + emissions[rowOf[0] + j] + bias[j] : Number.NEGATIVE_INFINITY
    for (let t = 1; t < steps; t++) {
      for (let j = 0; j < size; j++) {
        let best = Number.NEGATIVE_INFINITY
        let from = 0
        for (let k = before.starts[j]; k < before.starts[j + 1]; k++) {
          const s = score[before.ids[k]] + viterbiCosts[k]
          if (s > best) {
            best = s
            from = before.ids[k]
          }
        }
        next[j] = best + emissions[rowOf[t] + j] + bias[j]
        back[t * size + j] = from
      }
      ;[score, next] = [next, score]
    }
    let best = Number.NEGATIVE_INFINITY
    let at = 0
    for (let j = 0; j < size; j++)
      if (allowed.end[j] && score[j] + end[j] > best) {
        best = score[j] + end[j]
        at = j
      }
    const path = new Int32Array(steps)
    for (let t = steps - 1; t >= 0; t--) {
      path[t] = at
      at = back[t * size + at]
    }
    return path
  }

  /** Forward probabilities, scaled to a sum of 1 a token, with the factors; and each tag's factor of a token. */
  const forward = (emissions: Float32Array, rowOf: Int32Array) => {
    const steps = rowOf.length
    const psi = new Float64Array(steps * size)
    const alpha = new Float64Array(steps * size)
    const scale = new Float64Array(steps)
    for (let t = 0; t < steps; t++) {
      let most = Number.NEGATIVE_INFINITY
      for (let j = 0; j < size; j++) most = Math.max(most, emissions[rowOf[t] + j] + bias[j])
      let total = 0
      for (let j = 0; j < size; j++) {
        const p = Math.exp(emissions[rowOf[t] + j] + bias[j] - most)
        psi[t * size + j] = p
        let sum = t === 0 ? expStart[j] : 0
        if (t > 0)
          for (let k = before.starts[j]; k < before.starts[j + 1]; k++)
            sum += alpha[(t - 1) * size + before.ids[k]] * forwardWeights[k]
        total += alpha[t * size + j] = sum * p
      }
      scale[t] = total || 1e-300
      for (let j = 0; j < size; j++) alpha[t * size + j] /= scale[t]
    }
    return { psi, alpha, scale }
  }

  /** A path drawn by its probability: its last tag, then backwards what came before each. */
  const draw = ({ alpha, scale }: ReturnType<typeof forward>, random: () => number): Int32Array => {
    const steps = scale.length
    const path = new Int32Array(steps)
    const masses = new Float64Array(size)
    const pick = (): number => {
      let left = random() * masses.reduce((sum, mass) => sum + mass, 0)
      let chosen = 0
      for (let j = 0; j < size; j++) {
        if (masses[j] === 0) continue
        chosen = j
        left -= masses[j]
        if (left < 0) break
      }
      return chosen
    }
    for (let t = steps - 1; t >= 0; t--) {
      const next = path[t + 1]
      for (let j = 0; j < size; j++)
        masses[j] = alpha[t * size + j] * (t === steps - 1 ? expEnd[j] : expTransitions[j * size + next])
      path[t] = pick()
    }
    return path
  }

  /** Posterior of each span of a path. */
  const spansOf = ({ psi, alpha, scale }: ReturnType<typeof forward>, path: Int32Array): DecodedSpan[] => {
    const steps = path.length
    const beta = new Float64Array(steps * size)
    const ahead = new Float64Array(size)
    let z = 0
    for (let j = 0; j < size; j++) z += alpha[(steps - 1) * size + j] * expEnd[j]
    for (let i = 0; i < size; i++) beta[(steps - 1) * size + i] = expEnd[i] / (z || 1e-300)
    for (let t = steps - 2; t >= 0; t--) {
      for (let j = 0; j < size; j++) ahead[j] = (psi[(t + 1) * size + j] * beta[(t + 1) * size + j]) / scale[t + 1]
      for (let i = 0; i < size; i++) {
        let sum = 0
        for (let k = after.starts[i]; k < after.starts[i + 1]; k++) sum += backwardWeights[k] * ahead[after.ids[k]]
        beta[t * size + i] = sum
      }
    }
    /** Mass of all that may follow a span whose last tag is this; in BIO the next must not go on with it. */
    const endingMass = (t: number, tag: number): number => {
      if (scheme === 'bioul' || t === steps - 1) return beta[t * size + tag]
      let sum = 0
      for (let k = after.starts[tag]; k < after.starts[tag + 1]; k++) {
        const j = after.ids[k]
        if (!continues(tag, j))
          sum += (backwardWeights[k] * psi[(t + 1) * size + j] * beta[(t + 1) * size + j]) / scale[t + 1]
      }
      return sum
    }
    const spans: DecodedSpan[] = []
    for (let t = 0; t < steps; t++) {
      if (path[t] === 0) continue
      const begin = t
      while (t + 1 < steps && continues(path[t], path[t + 1])) t++
      let p = alpha[begin * size + path[begin]]
      for (let k = begin + 1; k <= t; k++)
        p *= (expTransitions[path[k - 1] * size + path[k]] * psi[k * size + path[k]]) / scale[k]
      p *= endingMass(t, path[t])
      spans.push({ begin, end: t + 1, label: labelOf[path[t]], score: Math.min(1, p) })
    }
    return spans
  }

  return {
    decode(emissions: Float32Array, rowOf: Int32Array): DecodedSpan[] {
      if (rowOf.length === 0) return []
      const path = viterbi(emissions, rowOf)
      return path.every((tag) => tag === 0) ? [] : spansOf(forward(emissions, rowOf), path)
    },
    /**
     * The spans of a tagging drawn by its probability instead of the best one.
     * @param random uniform in [0, 1)
     */
    draw(emissions: Float32Array, rowOf: Int32Array, random: () => number): DecodedSpan[] {
      if (rowOf.length === 0) return []
      const sums = forward(emissions, rowOf)
      return spansOf(sums, draw(sums, random))
    },
  }
}
