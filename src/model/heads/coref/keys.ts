import { calibration, dropout, type HeadConfig } from '../../config/keys.ts'
import { choice, flag, isObject, type Key, number, optional, text, whole, wrongType } from '../../config/schema.ts'
import { convention, conventionKeys } from '../convention.ts'
import { antecedentBuckets, comparisons } from './surface.ts'

const most = 65_536

const share = number({
  default: 0.5,
  min: 0,
  max: 1,
  past: true,
  sentence:
    'In training, where no more than this share of the gold mentions are among the kept spans, the others are kept besides, whatever their scores: where few spans are mentions they would be pruned before they are learned, and never come back. 0: never, as in the original.',
})

/** Models of before had it as a flag. */
const keepGold: typeof share = {
  ...share,
  read: (value, where) => (typeof value === 'boolean' ? Number(value) : share.read(value, where)),
}

export interface Coarse {
  readonly most: number
  readonly prior: readonly number[]
}

/** Distances by themselves, or a set of them for each comparison of texts. */
const priorLengths = [antecedentBuckets, antecedentBuckets * comparisons]

const coarse: Key<Coarse | undefined> = {
  may: '{"most": antecedents, "prior": [a score a bucket]}',
  past: true,
  sentence:
    'Only so many antecedents of each span are scored in full, in training too: those that a coarse score likes best, made of mention scores and of a number a bucket of distance and likeness of texts. `scripts/coarse.mjs` measures the numbers. Absent: all of them.',
  read(value, where) {
    const { most: fine, prior } = (isObject(value) ? value : {}) as { most?: unknown; prior?: unknown }
    const isPrior = Array.isArray(prior) && priorLengths.includes(prior.length) && prior.every(Number.isFinite)
    if (!isPrior || !Number.isInteger(fine) || (fine as number) < 1)
      throw wrongType(where, this.may, value, 'Leave it out, or let scripts/coarse.mjs write it')
    return { most: fine as number, prior: prior as number[] }
  },
}

export const corefKeys = {
  coarse,
  maxSpanWidth: whole({ default: 8, min: 1, max: 1024, sentence: 'Tokens of a candidate span at most.' }),
  spansPerWord: number({
    default: 0.4,
    above: 0,
    max: 1024,
    sentence: 'Candidates that are kept, a token of the text.',
  }),
  leastSpans: whole({
    default: 0,
    min: 0,
    max: most,
    past: true,
    sentence: 'Candidates that are kept of a text however short it is, at inference: a headline is all names.',
  }),
  namesOf: text(
    {
      default: '',
      past: true,
      sentence:
        'A tagger whose spans are kept beside the best candidates, at inference: who has a name is named again.',
    },
    'the name of a tagger',
  ),
  maxAntecedents: whole({ default: 70, min: 1, max: most, sentence: 'Kept spans that each looks back over.' }),
  hidden: whole({ default: 150, min: 1, max: most, sentence: 'Size of the layers of both scorers.' }),
  feature: whole({
    default: 20,
    min: 1,
    max: most,
    sentence: "Size of the vectors of a span's width and of a distance.",
  }),
  project: whole({
    default: 0,
    min: 0,
    max: most,
    past: true,
    sentence: 'Size to which span vectors are projected before the product term of a pair; 0: they stay whole.',
  }),
  headDropout: dropout(0.3, 'In the scorers.'),
  lexicalDropout: dropout(0.5, 'Before the encoder.'),
  maxTokens: whole({
    default: 520,
    min: 1,
    sentence: 'Longest piece of a document that is trained on at once, in tokens.',
  }),
  singletons: flag({
    default: false,
    past: true,
    sentence: 'Clusters of one: mentions that no other corefers with, where the mention score is above 0.',
  }),
  goldMentions: flag({
    default: false,
    sentence: "Candidates are the gold mentions alone, in training and evaluation (the paper's GM rows).",
  }),
  keepGold,
  mentionLoss: flag({
    default: false,
    past: true,
    sentence: 'Also teach the mention scorer which kept spans are mentions.',
  }),
  textFeatures: flag({
    default: false,
    past: true,
    sentence: 'Pairs are also told apart by what their texts have in common.',
  }),
  convention,
  linkBias: number({
    default: 0,
    past: true,
    sentence: "Added to every antecedent's score against having none: above 0 more is linked.",
  }),
  nameBias: number({
    default: 0,
    past: true,
    sentence:
      "Added to an antecedent's score where both are the same name, at inference: what has one name in a text is mostly one thing.",
  }),
  clash: number({
    default: 0,
    min: 0,
    past: true,
    sentence:
      'Taken off the scores of an entity, at inference, that the mention can hardly be of: all its names are others, its gender or number is another, or one of its mentions lies within this one beside the head ("his" in "his boss"). Names are those of `namesOf`.',
  }),
  speakers: flag({
    default: false,
    past: true,
    sentence:
      'With `clash`: who speaks is told by turns, quotation marks and letters, and "I", "you" and "he" of one speaker, and "I" of two, are others.',
  }),
  linking: choice(['antecedent', 'entity'], {
    default: 'antecedent',
    past: true,
    sentence: 'A mention joins its most probable antecedent; or `entity`: the entity whose mentions are so together.',
  }),
  calibration,
}

export const corefDatasetKeys = {
  ...conventionKeys,
  mentions: optional(
    choice(['all', 'given'], {
      sentence:
        '`given`: it annotates some mentions alone, such as names, which are the candidates in training: of other spans it says nothing. [all]',
    }),
  ),
  maxTokens: optional(
    whole({
      min: 1,
      sentence:
        'Longest piece of its documents that is trained on at once, in tokens: who reads headlines and messages wants short ones learned too. [of the task]',
    }),
  ),
}

export type CorefTaskConfig = HeadConfig<typeof corefKeys, typeof corefDatasetKeys>
export type CorefDataset = CorefTaskConfig['datasets'][number]
