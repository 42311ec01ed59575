import { withLabels } from '../labels.ts'
import type { Recipe } from '../recipe.ts'
import { splitsByPath } from '../splits.ts'

const all = splitsByPath('conll2003', { train: ['en_pud-ud-test.iob2'] })

export const pud: Recipe = {
  name: 'pud',
  title: 'Universal NER, English PUD: news and Wikipedia',
  tasks: ['ner', 'relation'],
  format: 'conll2003',
  source: 'https://github.com/UniversalNER/UNER_English-PUD',
  licence: 'CC BY-SA 4.0',
  howToGet: 'Clone the repository; give its folder',
  labels: { ner: ['LOC', 'ORG', 'PER'] },
  schemes: [
    {
      name: 'train',
      summary: 'published as a test set alone; all of it to train on',
      splits: all,
    },
    {
      name: 'labels',
      summary: 'the same with relations that were read into it (datasets/pud/labels.txt)',
      splits: async (folder) => (await all(folder)).map((split) => withLabels(split, 'pud')),
    },
  ],
}
