import type { Recipe } from '../recipe.ts'
import { splitsByPath } from '../splits.ts'

export const uner: Recipe = {
  name: 'uner',
  title: 'Universal NER, English EWT',
  tasks: ['ner'],
  format: 'conll2003',
  source: 'https://github.com/UniversalNER/UNER_English-EWT',
  licence: 'CC BY-SA 4.0',
  howToGet: 'Clone the repository; give its folder',
  labels: { ner: ['LOC', 'ORG', 'PER'] },
  schemes: [
    {
      name: 'official',
      summary: 'the splits of the English Web Treebank',
      splits: splitsByPath('conll2003', {
        train: ['en_ewt-ud-train.iob2'],
        dev: ['en_ewt-ud-dev.iob2'],
        test: ['en_ewt-ud-test.iob2'],
      }),
    },
  ],
  sha256: {
    'en_ewt-ud-dev.iob2': '0cafd881cf31d39897b6d588420fab8fbbe4423d271725c59921ac9dd49c0713',
    'en_ewt-ud-test.iob2': '821ad826d5f503ac03b4edc3fbc2174f21fbb005ec25863caf2051c434616d6e',
  },
}
