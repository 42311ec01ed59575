import type { Recipe } from '../recipe.ts'
import { splitsByPath } from '../splits.ts'

export const pud: Recipe = {
  name: 'pud',
  title: 'Universal NER, English PUD: news and Wikipedia',
  tasks: ['ner'],
  format: 'conll2003',
  source: 'https://github.com/UniversalNER/UNER_English-PUD',
  licence: 'CC BY-SA 4.0',
  howToGet: 'Clone the repository; give its folder',
  labels: { ner: ['LOC', 'ORG', 'PER'] },
  schemes: [
    {
      name: 'train',
      summary: 'published as a test set alone; all of it to train on',
      splits: splitsByPath('conll2003', { train: ['en_pud-ud-test.iob2'] }),
    },
  ],
}
