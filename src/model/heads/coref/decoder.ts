/** Clusters of documents: kept spans linked to those before them, also across the windows of a long document. */
import * as tf from '@tensorflow/tfjs-core'
import type { SpanLike, Spans } from '../../../io/document/document.ts'
import { tokenBeginningAt, tokenEndingAt } from '../../../io/document/tokens.ts'
import { indexes } from '../../batch.ts'
import { calibrated } from '../../calibration.ts'
import { gather } from '../../kernels/ops/rows.ts'
import type { DecodeOptions, Decoder, Draft, Forward, HeadContext, Window } from '../head.ts'
import type { CorefTaskConfig } from './keys.ts'
import { clashes, type Profile, withinBesideHead, withTraits } from './clash.ts'
import { coarsely } from './coarse.ts'
import { clustersFrom } from './clusters.ts'
import { areOthers, type Voice } from './speech/voices.ts'
import { chooseLink } from './linking.ts'
import { type Known, knownOf, traitsAt } from './known.ts'
import type { Name } from './names.ts'
import {
  antecedentPairs,
  candidateScores,
  candidateSpans,
  keepBest,
  mentionScores,
  pairScoreValues,
  spanRows,
  spanVectors,
} from './scores.ts'
import { isSameName, type Surface, surfaceOf } from './surface.ts'
import type { Traits } from './traits.ts'

/** Coreference of a document under way. */
interface Chain {
  /** Kept spans so far as token indexes, and each one's antecedent or -1. */
  readonly begin: number[]
  readonly end: number[]
  readonly parent: number[]
  /** Entity of each: the index of its first mention. */
  readonly entity: number[]
  /** What is known of each entity. */
  readonly profiles: Map<number, Profile>
  readonly scores: number[]
  /** The name that is the head of each. */
  readonly names: (Name | undefined)[]
  /** What each is in what somebody says. */
  readonly voices: (Voice | undefined)[]
  /** What the document says of its mentions, where that is asked for. */
  readonly known: Known | undefined
  /** Vectors and mention scores of the last kept spans, for the next window. */
  vectors: Float32Array
  recent: Float32Array
}

const emptyChain = (known?: Known): Chain => ({
  begin: [],
  end: [],
  parent: [],
  entity: [],
  profiles: new Map(),
  scores: [],
  names: [],
  voices: [],
  known,
  vectors: new Float32Array(0),
  recent: new Float32Array(0),
})

const joined = (a: Float32Array, b: Float32Array): Float32Array => {
  const out = new Float32Array(a.length + b.length)
  out.set(a)
  out.set(b, a.length)
  return out
}

/** The mentions that training takes, which are the clusters': a layer of mentions may lack some, such as pronouns. */
const goldSpans = (
  { document, tokens }: Draft,
  offset: number,
  count: number,
  maxWidth: number,
): { begin: Int32Array; end: Int32Array } => {
  const source: Spans | undefined = document.clusters ?? document.mentions
  const found = new Map<string, [number, number]>()
  if (source)
    for (let i = 0; i < source.begin.length; i++) {
      const begin = tokenBeginningAt(tokens, source.begin[i]) - offset
      const end = tokenEndingAt(tokens, source.end[i]) + 1 - offset
      if (begin >= 0 && end > begin && end <= count && end - begin <= maxWidth)
        found.set(`${begin} ${end}`, [begin, end])
    }
  const list = [...found.values()].sort((a, b) => a[0] - b[0] || a[1] - b[1])
  return { begin: Int32Array.from(list, ([begin]) => begin), end: Int32Array.from(list, ([, end]) => end) }
}

/** Spans of a window that the task's tagger of names found, as `begin end` in its tokens. */
const namesIn = ({ spanEnding }: Draft, offset: number, count: number, tagger: string): Set<string> => {
  const names = new Set<string>()
  for (let token = 0; token < count && tagger !== ''; token++)
    for (const { begin, task } of spanEnding.get(offset + token) ?? [])
      if (task === tagger) names.add(`${begin - offset} ${token + 1}`)
  return names
}

/** Entities that a mention can hardly be of, of those of its antecedents. */
const clashing = (
  chain: Chain,
  antecedents: Int32Array,
  mention: { begin: number; end: number },
  traits: Traits,
  words: readonly string[],
): Set<number> => {
  const head = mention.begin + traits.head.end - 1
  const out = new Set(withinBesideHead(chain, mention, head).map((at) => chain.entity[at]))
  if (!traits.gender && !traits.number && !traits.name) return out
  const seen = new Set<number>()
  for (const at of antecedents) {
    const entity = chain.entity[at]
    if (seen.has(entity)) continue
    seen.add(entity)
    const profile = chain.profiles.get(entity)
    if (profile && clashes(traits, profile, words)) out.add(entity)
  }
  return out
}

const isWord = (token: string): boolean => /[\p{L}\p{N}]/u.test(token)
/** What no mention begins or ends with: of 32,520 in LitBank and GUM three do. */
const isStop = (token: string): boolean => /^[.,;:!?…–—-]+$/.test(token)

/**
 * Candidates that have a letter or a digit (two equal emoji are no mentions of one thing) and no stop at either end, or
 * are names all the same: Yahoo!
 */
const plausible = (
  { begin, end }: ReturnType<typeof candidateSpans>,
  tokens: readonly string[],
  names: ReadonlySet<string>,
): ReturnType<typeof candidateSpans> => {
  const before = new Int32Array(tokens.length + 1)
  for (let i = 0; i < tokens.length; i++) before[i + 1] = before[i] + (isWord(tokens[i]) ? 1 : 0)
  const stops = tokens.map(isStop)
  const may = (_: number, i: number) =>
    before[end[i]] > before[begin[i]] &&
    ((!stops[begin[i]] && !stops[end[i] - 1]) || names.has(`${begin[i]} ${end[i]}`))
  return { begin: begin.filter(may), end: end.filter(may) }
}

/** The kept candidates and those that are names, in their order. */
const withNames = (
  kept: Int32Array,
  { begin, end }: ReturnType<typeof candidateSpans>,
  names: ReadonlySet<string>,
): Int32Array => {
  if (names.size === 0) return kept
  const all = new Set(kept)
  for (let i = 0; i < begin.length; i++) if (names.has(`${begin[i]} ${end[i]}`)) all.add(i)
  return Int32Array.from(all).sort()
}

export const corefDecoder = (
  { parameters }: HeadContext,
  task: CorefTaskConfig,
  { minScore, goldMentions, convention, onLink, onPairs }: DecodeOptions,
): Decoder => {
  const chains = new WeakMap<Draft, Chain>()
  const gold = goldMentions ?? task.goldMentions

  /** @param sentenceStarts first token of each of the window's sentences in the batch, and the end of the last */
  const linkWindow = ({ draft, from }: Window, state: Forward, sentenceStarts: Int32Array): void => {
    const first = sentenceStarts[0]
    const tokenRows = state.batch.packing.rows.subarray(first, sentenceStarts[sentenceStarts.length - 1])
    const relative = sentenceStarts.map((start) => start - first)
    const offset = draft.sentences.begin[from]
    const chain = chains.get(draft) ?? emptyChain(task.clash > 0 ? knownOf(draft, task.speakers) : undefined)
    chains.set(draft, chain)
    const [states, inputs] = [state.states(task), state.input(task)]
    const names = gold ? new Set<string>() : namesIn(draft, offset, tokenRows.length, task.namesOf)
    const tokens = draft.words.slice(offset, offset + tokenRows.length)
    const candidates = gold
      ? goldSpans(draft, offset, tokenRows.length, task.maxSpanWidth)
      : plausible(candidateSpans(relative, task.maxSpanWidth), tokens, names)
    if (candidates.begin.length === 0) return
    const all = candidateScores(
      task,
      parameters,
      states,
      inputs,
      spanRows(candidates.begin, candidates.end, tokenRows),
      convention,
    ).dataSync() as Float32Array
    const best = () => keepBest(all, Math.max(task.leastSpans, Math.floor(task.spansPerWord * tokenRows.length)))
    const kept = gold ? Int32Array.from(all.keys()) : withNames(best(), candidates, names)
    if (kept.length === 0) return
    const begin = kept.map((i) => candidates.begin[i])
    const end = kept.map((i) => candidates.end[i])
    const vectors = spanVectors(task, parameters, states, inputs, spanRows(begin, end, tokenRows))
    const D = vectors.shape[1]
    const carried = chain.vectors.length / D
    // Spans kept from earlier windows stand before this window's; each of the latter looks back over both.
    const together =
      carried > 0
        ? tf.tensor2d(joined(chain.vectors, vectors.dataSync() as Float32Array), [carried + kept.length, D])
        : vectors
    const everyOne = kept.length === all.length && !gold
    const own = everyOne
      ? (mentionScores(task, parameters, vectors, undefined, convention).dataSync() as Float32Array)
      : Float32Array.from(kept, (i) => all[i])
    const mention = joined(chain.recent, own)
    const total = carried + kept.length
    const base = chain.begin.length - carried
    const wordsAt = (i: number): readonly string[] =>
      i < carried
        ? draft.words.slice(chain.begin[base + i], chain.end[base + i])
        : draft.words.slice(offset + begin[i - carried], offset + end[i - carried])
    const surfaces: Surface[] | undefined = task.textFeatures
      ? Array.from({ length: total }, (_, i) => surfaceOf(wordsAt(i)))
      : undefined
    const every = antecedentPairs(total, task.maxAntecedents, carried, surfaces)
    const pairs = task.coarse ? coarsely(every, mention, task.coarse.prior, task.coarse.most) : every
    const scores = pairScoreValues(task, parameters, together, pairs, convention)
    onPairs?.(pairs.bucket, scores)
    for (let i = 0; i < kept.length; i++) {
      const [least, most] = [pairs.starts[i], pairs.starts[i + 1]]
      const bonus = mention[carried + i] + task.linkBias
      const antecedents = pairs.antecedents.subarray(least, most).map((at) => base + at)
      const linkScores = Float64Array.from(
        antecedents,
        (at, k) =>
          scores[least + k] + bonus + mention[at - base] + (isSameName(pairs.bucket[least + k]) ? task.nameBias : 0),
      )
      const place = { begin: offset + begin[i], end: offset + end[i] }
      const traits = chain.known && traitsAt(draft, chain.known, place, task.namesOf)
      const against = traits && clashing(chain, antecedents, place, traits, draft.words)
      if (against && against.size > 0)
        for (let k = 0; k < antecedents.length; k++)
          if (against.has(chain.entity[antecedents[k]])) linkScores[k] -= task.clash
      // Of the pair alone: an entity that one of its mentions joined wrongly is not one that nobody of it belongs to.
      const voice = traits?.voice
      for (let k = 0; voice && k < antecedents.length; k++) {
        const other = chain.voices[antecedents[k]]
        if (other && areOthers(voice, other)) linkScores[k] -= task.clash
      }
      const { parent, probability: raw } = chooseLink(antecedents, linkScores, (at) =>
        task.linking === 'entity' ? chain.entity[at] : at,
      )
      const probability = calibrated(raw, task.calibration)
      const linked = parent !== -1 && probability >= minScore
      const entity = linked ? chain.entity[parent] : chain.parent.length
      chain.begin.push(place.begin)
      chain.end.push(place.end)
      chain.entity.push(entity)
      const profile = traits && withTraits(chain.profiles.get(entity), traits)
      if (profile) chain.profiles.set(entity, profile)
      chain.parent.push(linked ? parent : -1)
      if (onLink && linked) {
        const spanAt = (at: number): SpanLike => ({
          start: draft.tokens.begin[chain.begin[at]],
          end: draft.tokens.end[chain.end[at] - 1],
        })
        onLink({
          document: draft.document.id,
          mention: spanAt(chain.begin.length - 1),
          antecedent: spanAt(parent),
          score: probability,
        })
      }
      chain.names.push(traits?.name)
      chain.voices.push(voice)
      chain.scores.push(mention[carried + i])
    }
    const keep = Math.min(total, task.maxAntecedents)
    const last = indexes(Int32Array.from({ length: keep }, (_, i) => total - keep + i))
    chain.vectors = (gather(together, last).dataSync() as Float32Array).slice()
    chain.recent = mention.slice(total - keep)
  }

  const written = { singletons: task.singletons, withNames: task.namesOf !== '' && !gold }
  return {
    read(state, pack) {
      const { starts } = state.batch.packing
      let sentence = 0
      for (const window of pack) {
        const count = window.to - window.from
        linkWindow(window, state, starts.subarray(sentence, sentence + count + 1))
        sentence += count
      }
    },
    layers(draft) {
      const chain = chains.get(draft) ?? emptyChain()
      return { clusters: clustersFrom(chain, draft, written) }
    },
  }
}
