import { calibration, type HeadConfig } from '../../config/keys.ts'
import { choice, flag, list, number, text, type WordLists, wordLists, wrongValue } from '../../config/schema.ts'
import { nearest } from '../../config/nearest.ts'
import { annotationKeys } from '../annotation.ts'
import { convention, conventionKeys } from '../convention.ts'
import { tagSchemes } from './decode.ts'
import { type Form, forms } from './forms.ts'
import { written } from './written.ts'

const isForm = (name: string): name is Form => (forms as readonly string[]).includes(name)

const formLists = (sentence: string) => {
  const lists = wordLists('label', sentence)
  const may = `{"label": [${forms.map((form) => `"${form}"`).join(', ')}]}`
  return {
    ...lists,
    may,
    read(value: unknown, where: string): WordLists {
      const given = lists.read(value, where)
      for (const [label, names] of Object.entries(given)) {
        const odd = names.find((name) => !isForm(name))
        if (odd !== undefined) throw wrongValue(`${where}.${label}`, may, odd, `Use ${nearest(odd, forms)}`)
      }
      return given
    },
  }
}

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
  forms: formLists(
    'Forms of words that are spans of a label unless much speaks against it: `{"TIME": ["date"]}`; a `date` in digits is 31/07/2025, 31.07.2025 or 2025-07-31.',
  ),
  notForms: formLists(
    'Forms of words that are no part of a span of a label: `{"TIME": ["phone"], "NUM": ["item", "note"]}`; the digits of a `phone` or an account, the number of an `item` at the beginning of a line, of a `note` in square brackets.',
  ),
  lexiconBias: number({
    default: 6,
    past: true,
    sentence:
      'Added to the score of a label for its words in `lexicon` and `forms`: the surer a tagger is of what is outside, the more it takes.',
  }),
  written,
  writtenUnless: list(
    text({ sentence: '' }),
    {
      default: [],
      past: true,
      sentence: 'Conventions by which spans keep the labels that were learned, whatever `written` says.',
    },
    'a list of conventions',
  ),
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
