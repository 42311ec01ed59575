import type { Recipe } from '../recipe.ts'
import { splitsByPath } from '../splits.ts'

export const docred: Recipe = {
  name: 'docred',
  title: 'DocRED, the test documents: names of six types and which are the same, no relations',
  tasks: ['ner', 'coref'],
  format: 'redocred',
  source: 'https://github.com/thunlp/DocRED',
  licence: 'MIT (text CC BY-SA 3.0)',
  howToGet:
    'Give the folder with test.json; documents that are in Re-DocRED’s development or test file must be left out',
  labels: { ner: ['LOC', 'MISC', 'NUM', 'ORG', 'PER', 'TIME'] },
  schemes: [
    {
      name: 'train',
      summary: 'its relations were never published, so all of it to train names on',
      splits: splitsByPath('redocred', { train: ['test.json'] }),
    },
  ],
}
