import type { Recipe } from '../recipe.ts'
import { splitsOfFiles } from '../splits.ts'

export const tweebank: Recipe = {
  name: 'tweebank',
  title: 'Tweebank-NER 1.0: tweets',
  tasks: ['ner'],
  format: 'conll2003',
  source: 'https://github.com/mit-ccc/TweebankNLP',
  licence: 'Apache-2.0',
  howToGet: 'Clone the repository; give its folder Tweebank-NER-v1.0',
  labels: { ner: ['LOC', 'MISC', 'ORG', 'PER'] },
  schemes: [
    {
      name: 'official',
      summary: 'the published files',
      splits: splitsOfFiles('conll2003', { train: ['train.bio'], dev: ['dev.bio'], test: ['test.bio'] }),
    },
  ],
}
