/**
 * The ten probing tasks of SentEval (Conneau et al. 2018, section 2) made from trees: what a line of each is, by their
 * definitions as far as smaller text allows. Sentences have 5 to 28 words. Where a word could give the answer away
 * (tense, number), no form of it is in two splits.
 */
import { type Random, randomOf } from '../model/random.ts'
import type { Constituent, TreeSentence, TreeWord } from './trees.ts'
import { yieldOf } from './trees.ts'

export const splitNames = ['tr', 'va', 'te'] as const
export type SplitName = (typeof splitNames)[number]

export interface ProbingLine {
  readonly split: SplitName
  readonly label: string
  readonly words: readonly string[]
}

/** A sentence and the split of its document. */
export interface SplitSentence extends TreeSentence {
  readonly split: SplitName
}

export interface ProbingSource {
  readonly sentences: readonly SplitSentence[]
  /** Constituents of those of them that have any. */
  readonly constituents: ReadonlyMap<SplitSentence, Constituent>
  readonly seed: number
  /** Lines that a set has at most. */
  readonly most: number
}

const [shortest, longest] = [5, 28]
/** Last length of each class of SentLen. */
const lengthBins = [8, 12, 16, 20, 25, 28]
/** Words to be found by WC. */
const contentWords = 200
/** Classes of TopConst, the last of them all others. */
const topClasses = 20
/** How much commoner one bigram may be than the other that takes its place. */
const bigramFactor = 2

const forms = ({ words }: TreeSentence): string[] => words.map(({ form }) => form)
const childrenOf = ({ words }: TreeSentence, index: number): number[] =>
  words.flatMap(({ head }, i) => (head === index ? [i] : []))
const rootOf = ({ words }: TreeSentence): number => words.findIndex(({ head }) => head < 0)
const countBy = <T>(items: Iterable<T>): Map<T, number> => {
  const counts = new Map<T, number>()
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1)
  return counts
}
const isWord = (word: string) => /^\p{L}[\p{L}'’-]*$/u.test(word)

/** At most so many lines, those of training taken away first by chance; the order of all is by chance. */
const limited = (lines: ProbingLine[], most: number, random: Random): ProbingLine[] => {
  const shuffled = random.shuffle([...lines])
  const kept = shuffled.filter(({ split }) => split !== 'tr')
  return [...shuffled.filter(({ split }) => split === 'tr').slice(0, Math.max(0, most - kept.length)), ...kept]
}

/** Split of a form by chance, so that a word is in one of them: eight tenths, one, one. */
const splitOfForm = (form: string, seed: number): SplitName => {
  const x = randomOf(seed, 'form', form.toLowerCase()).next()
  return x < 0.8 ? 'tr' : x < 0.9 ? 'va' : 'te'
}

/** A line of what one word answers: in the split of the word, unless its document is kept for testing. */
const byForm = (sentence: SplitSentence, word: TreeWord, label: string, seed: number): ProbingLine[] => {
  const split = splitOfForm(word.form, seed)
  return sentence.split === 'te' && split !== 'te' ? [] : [{ split, label, words: forms(sentence) }]
}

const sentenceLength = ({ sentences }: ProbingSource): ProbingLine[] =>
  sentences.map((sentence) => ({
    split: sentence.split,
    label: String(lengthBins.findIndex((last) => sentence.words.length <= last)),
    words: forms(sentence),
  }))

/**
 * Which of 200 words of middling frequency a sentence has: exactly one of them. Most sentences have exactly one where
 * there is one a sentence on average, which says how frequent the words are to be.
 */
const wordContent = ({ sentences }: ProbingSource): ProbingLine[] => {
  const found = (sentence: SplitSentence) => new Set(forms(sentence).filter(isWord))
  const counts = countBy(sentences.flatMap((sentence) => [...found(sentence)]))
  const wanted = new Set(
    [...counts]
      .filter(([, count]) => count * contentWords >= sentences.length)
      .sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1))
      .slice(0, contentWords)
      .map(([word]) => word),
  )
  return sentences.flatMap((sentence) => {
    const [label, ...others] = [...found(sentence)].filter((form) => wanted.has(form))
    return label === undefined || others.length > 0 ? [] : [{ split: sentence.split, label, words: forms(sentence) }]
  })
}

/** Arcs from the root to the deepest word. */
export const depthOf = ({ words }: TreeSentence): number => {
  const depth = (index: number, steps: number): number =>
    index < 0 || steps > words.length ? 0 : 1 + depth(words[index].head, steps + 1)
  return Math.max(...words.map((_, i) => depth(i, 0))) - 1
}

/**
 * Depth of the tree of dependencies, 2 to 8. Length must not give it away, so that of the sentences of one length no
 * depth is taken more than twice as often as the rarer half of the depths they have.
 */
const treeDepth = ({ sentences, seed }: ProbingSource): ProbingLine[] => {
  const random = randomOf(seed, 'tree depth')
  const cells = new Map<number, Map<number, SplitSentence[]>>()
  for (const sentence of random.shuffle([...sentences])) {
    const depth = depthOf(sentence)
    if (depth < 2 || depth > 8) continue
    const bin = Math.floor(sentence.words.length / 3)
    const row = cells.get(bin) ?? new Map<number, SplitSentence[]>()
    cells.set(bin, row.set(depth, [...(row.get(depth) ?? []), sentence]))
  }
  return [...cells.values()].flatMap((row) => {
    const sizes = [...row.values()].map(({ length }) => length).sort((a, b) => a - b)
    const most = 2 * sizes[Math.floor(sizes.length / 2)]
    return [...row].flatMap(([depth, list]) =>
      list.slice(0, most).map((sentence) => ({ split: sentence.split, label: String(depth), words: forms(sentence) })),
    )
  })
}

/** The phrases right below the sentence, the commonest sequences by name. */
const topConstituents = ({ constituents }: ProbingSource): ProbingLine[] => {
  const tops = [...constituents].map(([sentence, tree]) => {
    const top = tree.label === 'ROOT' || tree.label === '' ? (tree.parts[0] ?? tree) : tree
    return { sentence, sequence: top.parts.map(({ label }) => label.split(/[-=|]/)[0]).join('_') }
  })
  const named = new Set(
    [...countBy(tops.map(({ sequence }) => sequence))]
      .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
      .slice(0, topClasses - 1)
      .map(([sequence]) => sequence),
  )
  return tops.map(({ sentence, sequence }) => ({
    split: sentence.split,
    label: named.has(sequence) ? sequence : 'OTHER',
    words: forms(sentence),
  }))
}

/** Whether two words next to each other, chosen by chance, have changed places. */
const bigramShift = ({ sentences, seed }: ProbingSource): ProbingLine[] => {
  const random = randomOf(seed, 'bigram shift')
  return sentences.map((sentence, i) => {
    const words = forms(sentence)
    if (i % 2 === 0) return { split: sentence.split, label: 'O', words }
    const at = random.below(words.length - 1)
    ;[words[at], words[at + 1]] = [words[at + 1], words[at]]
    return { split: sentence.split, label: 'I', words }
  })
}

const tenses: Readonly<Record<string, string>> = { VBD: 'PAST', VBP: 'PRES', VBZ: 'PRES' }

/** The verb of the main clause that shows its tense: the root, or an auxiliary of it. */
const finiteVerb = (sentence: SplitSentence): TreeWord | undefined => {
  const root = rootOf(sentence)
  const candidates = [
    root,
    ...childrenOf(sentence, root).filter((i) => ['aux', 'cop'].includes(sentence.words[i].relation)),
  ]
  return candidates.map((i) => sentence.words[i]).find((word) => word && word.tag in tenses)
}

const pastPresent = ({ sentences, seed }: ProbingSource): ProbingLine[] =>
  sentences.flatMap((sentence) => {
    const verb = finiteVerb(sentence)
    return verb ? byForm(sentence, verb, tenses[verb.tag], seed) : []
  })

/** Number of the noun that has a relation to the root. */
const nounNumber =
  (relation: string) =>
  ({ sentences, seed }: ProbingSource): ProbingLine[] =>
    sentences.flatMap((sentence) => {
      const nouns = childrenOf(sentence, rootOf(sentence))
        .map((i) => sentence.words[i])
        .filter((word) => word.relation === relation && (word.tag === 'NN' || word.tag === 'NNS'))
      return nouns.length === 1 ? byForm(sentence, nouns[0], nouns[0].tag, seed) : []
    })

/**
 * Whether a noun or a verb was replaced by another of the same tag, such that the bigrams with the words beside it are
 * about as common. Sentences in which none can be replaced so are in neither class.
 */
const oddManOut = ({ sentences, seed }: ProbingSource): ProbingLine[] => {
  const random = randomOf(seed, 'odd man out')
  const pair = (left: string, right: string) => `${left}\n${right}`
  const all = sentences.map(forms)
  const bigrams = countBy(all.flatMap((words) => words.slice(1).map((word, i) => pair(words[i], word))))
  const followers = new Map<string, Set<string>>()
  for (const words of all)
    words.slice(1).forEach((word, i) => {
      followers.set(words[i], (followers.get(words[i]) ?? new Set()).add(word))
    })
  const tags = new Map<string, Set<string>>()
  for (const { words } of sentences)
    for (const { form, tag } of words) tags.set(form, (tags.get(form) ?? new Set()).add(tag))
  const like = (one: number, other: number) => other > 0 && one <= bigramFactor * other && other <= bigramFactor * one
  const replacement = (words: readonly string[], at: number, tag: string): string | undefined => {
    const [before, word, after] = [words[at - 1], words[at], words[at + 1]]
    const of = (left: string, right: string) => bigrams.get(pair(left, right)) ?? 0
    const fits = [...(followers.get(before) ?? [])].filter(
      (other) =>
        other !== word &&
        tags.get(other)?.has(tag) &&
        like(of(before, word), of(before, other)) &&
        like(of(word, after), of(other, after)),
    )
    return fits.length > 0 ? fits[random.below(fits.length)] : undefined
  }
  let replaced = false
  return sentences.flatMap((sentence) => {
    const words = forms(sentence)
    const places = random.shuffle(
      sentence.words.flatMap(({ tag }, i) =>
        /^(?:NNS?|VB[DGNPZ]?)$/.test(tag) && i > 0 && i + 1 < words.length ? [i] : [],
      ),
    )
    for (const at of places) {
      const other = replacement(words, at, sentence.words[at].tag)
      if (other === undefined) continue
      replaced = !replaced
      if (replaced) words[at] = other
      return [{ split: sentence.split, label: replaced ? 'C' : 'O', words }]
    }
    return []
  })
}

/** Whether two clauses of a sentence, joined by a conjunction, have changed places. */
const coordinationInversion = ({ sentences, seed }: ProbingSource): ProbingLine[] => {
  const random = randomOf(seed, 'coordination')
  return sentences.flatMap((sentence) => {
    const { words } = sentence
    const root = rootOf(sentence)
    const hasSubject = (i: number) => childrenOf(sentence, i).some((child) => words[child].relation === 'nsubj')
    const joined = childrenOf(sentence, root).filter((i) => words[i].relation === 'conj')
    const [second] = joined
    if (joined.length !== 1 || !hasSubject(root) || !hasSubject(second)) return []
    const conjunction = childrenOf(sentence, second).find((i) => words[i].relation === 'cc')
    if (conjunction === undefined || conjunction < root) return []
    const list = forms(sentence)
    const stop = /^[.!?]+$/.test(list[list.length - 1]) ? list.length - 1 : list.length
    const comma = list[conjunction - 1] === ',' ? conjunction - 1 : conjunction
    const [first, middle, last, end] = [
      list.slice(0, comma),
      list.slice(comma, conjunction + 1),
      list.slice(conjunction + 1, stop),
      list.slice(stop),
    ]
    if (first.length < 2 || last.length < 2) return []
    if (random.below(2) === 0) return [{ split: sentence.split, label: 'O', words: list }]
    // Its capital would tell which clause was the first.
    if (words[0].upos !== 'PROPN' && first[0] !== 'I') first[0] = first[0][0].toLowerCase() + first[0].slice(1)
    last[0] = last[0][0].toUpperCase() + last[0].slice(1)
    return [{ split: sentence.split, label: 'I', words: [...last, ...middle, ...first, ...end] }]
  })
}

const makers: Readonly<Record<string, (source: ProbingSource) => ProbingLine[]>> = {
  sentence_length: sentenceLength,
  word_content: wordContent,
  tree_depth: treeDepth,
  top_constituents: topConstituents,
  bigram_shift: bigramShift,
  past_present: pastPresent,
  subj_number: nounNumber('nsubj'),
  obj_number: nounNumber('obj'),
  odd_man_out: oddManOut,
  coordination_inversion: coordinationInversion,
}

/** The lines of each of the ten sets by the name of its file; the same source gives the same. */
export const probingSets = (source: ProbingSource): Record<string, ProbingLine[]> => {
  const fits = ({ words }: TreeSentence) =>
    words.length >= shortest && words.length <= longest && words.every(({ form }) => !/\s/.test(form))
  const sentences = source.sentences.filter(fits)
  const constituents = new Map(
    [...source.constituents].filter(
      ([sentence, tree]) => fits(sentence) && yieldOf(tree).length === sentence.words.length,
    ),
  )
  return Object.fromEntries(
    Object.entries(makers).map(([file, make]) => [
      file,
      limited(make({ ...source, sentences, constituents }), source.most, randomOf(source.seed, 'lines', file)),
    ]),
  )
}
