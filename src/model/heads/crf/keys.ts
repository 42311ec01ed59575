import { calibration, type HeadConfig } from '../../config/keys.ts'
import { choice, flag, number, wordLists } from '../../config/schema.ts'
import { annotationKeys } from '../annotation.ts'
import { convention, conventionKeys } from '../convention.ts'
import { tagSchemes } from './decode.ts'

export const crfKeys = {
  layer: choice(['entities', 'mentions'], {
    default: 'entities',
    sentence: 'Which layer of the documents is learned, and written.',
  }),
  scheme: choice(tagSchemes, { default: 'bioul', sentence: 'How spans are spelled in tags.' }),
  outsideBias: number({
    default: 0,
    past: true,
    sentence: "Added to every token's score of being outside of a span when decoding: below 0 more is found.",
  }),
  threshold: number({
    default: 0,
    min: 0,
    max: 1,
    past: true,
    sentence:
      'From which probability on, before calibration, a span of the best tagging is found; 0 keeps every one, as the paper does.',
  }),
  agreeBelow: number({
    default: 0,
    min: 0,
    max: 1,
    sentence:
      'Spans of the same text in a document whose score is below this take the label that the surer ones of them have; 0 leaves each as its sentence has it.',
  }),
  lexicon: wordLists(
    'label',
    'Words that, alone, are spans of a label unless much speaks against it, for closed classes that the data hardly have: `{"TIME": ["Monday", …]}`, with capitals as they are written.',
  ),
  lexiconBias: number({
    default: 6,
    past: true,
    sentence:
      'Added to the score of a label for its words in `lexicon`: the surer a tagger is of what is outside, the more it takes.',
  }),
  heads: flag({
    default: false,
    past: true,
    sentence: 'Mentions carry their heads, found by the order of English words: "minister" of "the minister who left".',
  }),
  convention,
  calibration,
}

export const crfDatasetKeys = { ...annotationKeys, ...conventionKeys }

export type CrfTaskConfig = HeadConfig<typeof crfKeys, typeof crfDatasetKeys>
export type CrfDataset = CrfTaskConfig['datasets'][number]
