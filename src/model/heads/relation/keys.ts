import { calibration, type HeadConfig } from '../../config/keys.ts'
import {
  choice,
  flag,
  isObject,
  type Key,
  list,
  number,
  optional,
  text,
  whole,
  wordLists,
  wrongType,
  wrongValue,
} from '../../config/schema.ts'
import { annotationKeys } from '../annotation.ts'
import { convention, conventionKeys } from '../convention.ts'

const lowerCase = (word: string): string => word.toLowerCase()

/** Types that the first and the second argument may have. */
export type Sides = readonly [first: readonly string[], second: readonly string[]]

const isTypes = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((type) => typeof type === 'string')
const isSides = (value: unknown): boolean => Array.isArray(value) && value.length === 2 && value.every(isTypes)

export const relationDatasetKeys = {
  ...annotationKeys,
  ...conventionKeys,
  annotated: optional(
    text(
      {
        sentence:
          'The field of its documents that lists the labels which were looked for in them; of others they say nothing.',
      },
      'the name of a field',
    ),
  ),
  pairs: optional(
    choice(['all', 'given'], { sentence: '`given`: nothing is known of pairs that it does not relate. [all]' }),
  ),
  pronouns: optional(
    flag({
      sentence:
        "Its relations are annotated of pronouns too; where they are not, nothing is known of pairs with one of the task's `pronouns`. [false]",
    }),
  ),
}

export const relationKeys = {
  hidden: whole({ default: 64, min: 1, max: 65_536, sentence: 'Size of the pair layer.' }),
  maxLabels: whole({ default: 0, min: 0, sentence: 'Only these many commonest labels; 0: all.' }),
  bearingOnly: flag({
    default: false,
    sentence: 'Train and evaluate only on sentences with a relation, as the original does.',
  }),
  candidates: choice(['spans', 'tokens'], {
    default: 'spans',
    past: true,
    sentence:
      'What may be related: the last tokens of spans that taggers found, or any two tokens of a sentence, as in the original.',
  }),
  tagsOf: text(
    { default: '', past: true, sentence: 'A tagger whose marginals the head also sees.' },
    'the name of a tagger',
  ),
  between: whole({
    default: 0,
    min: 0,
    max: 65_536,
    past: true,
    sentence:
      'How many numbers a pair sees of the tokens between its two, the greatest of each; 0: none. Needs `pairFeatures`.',
  }),
  pairFeatures: flag({ default: false, past: true, sentence: 'Distance and product terms in the pair layer.' }),
  symmetric: list(
    text({ sentence: '' }),
    {
      default: [],
      past: true,
      sentence: 'Labels that hold both ways where they hold: learned, decided and written so.',
    },
    'a list of labels',
  ),
  argumentTypes: {
    default: {},
    may: '{"label": [[types of the first], [types of the second]]}',
    past: true,
    sentence:
      'Types of entities, as `tagsOf` finds them, that the arguments of a label may have. Where it is given, arguments are those entities alone.',
    read(value, where) {
      if (!isObject(value)) throw wrongType(where, this.may, value, 'Use {}')
      for (const [label, sides] of Object.entries(value))
        if (!isSides(sides))
          throw wrongValue(`${where}.${label}`, '[["PER"], ["LOC"]] or the like', sides, 'Name two lists of types')
      return value as Record<string, Sides>
    },
  } as Key<Readonly<Record<string, Sides>>>,
  pronouns: wordLists(
    'type',
    'Words that stand for an entity of a type and are arguments beside its names: `{"PER": ["he", "her", …]}`. Who is meant is for coreference to say.',
    lowerCase,
  ),
  cues: wordLists(
    'label',
    'A relation of a label holds only in a sentence with one of these words, of any case: `{"chief executive officer": ["ceo", "chief executive"]}`. For labels whose annotators asked for the word. Of dates, `(year–` and `–year)` are where a bracket behind a name has a life begin and end.',
    lowerCase,
  ),
  single: list(
    text({ sentence: '' }),
    {
      default: [],
      past: true,
      sentence:
        'Labels that hold once of a first argument in a document, as a country or a date of birth does: the most probable is found.',
    },
    'a list of labels',
  ),
  never: wordLists(
    'label',
    'Names, of any case, that are no second argument of a label: `{"country": ["africa", "europe"]}`.',
    lowerCase,
  ),
  threshold: number({ default: 0.5, min: 0, max: 1, sentence: 'Probability from which a relation holds.' }),
  secondThreshold: number({
    default: 0,
    min: 0,
    max: 1,
    past: true,
    sentence:
      'Probability from which a relation holds beside a more probable one of the same two, in either direction: few pairs have two.',
  }),
  beside: wordLists(
    'label',
    'Labels that often hold of the same two, in either direction: `{"employer": ["chief executive officer"]}`. Beside each other they hold from `threshold`.',
    (label) => label,
    'another label',
  ),
  convention,
  calibration,
}

export type RelationTaskConfig = HeadConfig<typeof relationKeys, typeof relationDatasetKeys>
export type RelationDataset = RelationTaskConfig['datasets'][number]
