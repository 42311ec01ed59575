import type { Document } from '../../src/io/document/document.ts'
import type { Recipe } from '../recipe.ts'
import { splitsWhere } from '../splits.ts'

const fold = ({ metadata }: Document) => Number((metadata as { fold?: unknown }).fold)

/** Passages of one document stay together: its number is what its passages' ids begin with. */
const isDev = ({ id }: Document) => Number(id.split('/')[0]) % 10 === 0

export const knowledgenet: Recipe = {
  name: 'knowledgenet',
  title: 'KnowledgeNet: facts of 15 properties, exhaustive for those that a passage names',
  tasks: ['relation'],
  format: 'jsonl',
  source: 'https://github.com/diffbot/knowledge-net',
  licence: 'CC BY-SA 4.0',
  howToGet: 'Passages as JSON lines with "fold", "annotated" (names of properties) and the facts as relations',
  labels: {
    relation: [
      'employer',
      'residence',
      'spouse',
      'place of birth',
      'educated at',
      'headquarters location',
      'child of',
      'date of birth',
      'founded by',
      'chief executive officer',
      'country of citizenship',
      'member of political party',
      'date of death',
      'parent organization',
      'inception',
    ],
  },
  options: { inputOffsetUnit: 'codepoint' },
  schemes: [
    {
      name: 'folds',
      summary: "folds 1 to 3, every tenth document of them to develop; fold 4, the authors' development part, to test",
      splits: splitsWhere('jsonl', 'train.jsonl', {
        train: (document) => fold(document) !== 4 && !isDev(document),
        dev: (document) => fold(document) !== 4 && isDev(document),
        test: (document) => fold(document) === 4,
      }),
    },
  ],
}
