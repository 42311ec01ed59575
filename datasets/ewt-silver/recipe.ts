import type { Recipe } from '../recipe.ts'
import { splitsByPath } from '../splits.ts'

export const ewtSilver: Recipe = {
  name: 'ewt-silver',
  title: 'Silver names on the training text of UD English EWT: what two of three programs say',
  tasks: ['ner'],
  format: 'conll2003',
  source: 'https://github.com/UniversalDependencies/UD_English-EWT',
  licence: 'CC BY-SA 4.0',
  howToGet: 'Label its training text with programs of your own and keep what most of them agree on',
  labels: { ner: ['LOC', 'ORG', 'PER'] },
  schemes: [
    {
      name: 'vote',
      summary: 'two of three programs',
      splits: splitsByPath('conll2003', { train: ['train-vote.txt'] }),
    },
    {
      name: 'agreed',
      summary: 'the sentences on which two programs agree wholly',
      splits: splitsByPath('conll2003', { train: ['train-vote-agreed.txt'] }),
    },
  ],
}
