import type { Document } from '../../src/io/document/document.ts'
import type { Recipe } from '../recipe.ts'
import { splitsWhere } from '../splits.ts'

/** Relations that other corpora have too, by their ids. */
const common = new Set(['P25', 'P26', 'P40', 'P155', 'P206', 'P361', 'P463'])

/** Ids are `P177-12`: the twelfth sentence of a relation. */
const isCommon = ({ id }: Document) => common.has(id.split('-')[0])
const nth = ({ id }: Document) => Number(id.split('-')[1])

export const fewrel: Recipe = {
  name: 'fewrel',
  title: 'FewRel 1.0, the validation relations: one pair a sentence, checked by people',
  tasks: ['relation'],
  format: 'jsonl',
  source: 'https://github.com/thunlp/FewRel',
  licence: 'MIT (text CC BY-SA 3.0)',
  howToGet: 'val_wiki.json as JSON lines, each sentence with its two entities and their relation',
  labels: {
    relation: [
      'spouse',
      'part of',
      'member of',
      'located in or next to body of water',
      'mother',
      'child',
      'follows',
      'main subject',
      'military rank',
      'original language of film or TV show',
      'crosses',
      'sport',
      'competition class',
      'position played on team / speciality',
      'voice type',
      'constellation',
    ],
  },
  options: { inputOffsetUnit: 'codepoint' },
  schemes: [
    {
      name: '550-50-100',
      summary: 'of each relation 550 sentences, 50 and 100, in order',
      splits: splitsWhere('jsonl', 'val_wiki.jsonl', {
        train: (document) => nth(document) < 550,
        dev: (document) => nth(document) >= 550 && nth(document) < 600,
        test: (document) => nth(document) >= 600,
      }),
    },
    {
      name: 'common-200-50-100',
      summary: 'of each of the seven relations that other corpora have too 200 sentences, 50 and 100',
      splits: splitsWhere('jsonl', 'val_wiki.jsonl', {
        train: (document) => isCommon(document) && nth(document) < 200,
        dev: (document) => isCommon(document) && nth(document) >= 550 && nth(document) < 600,
        test: (document) => isCommon(document) && nth(document) >= 600,
      }),
    },
  ],
}
