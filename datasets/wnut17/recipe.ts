import type { Recipe } from '../recipe.ts'
import { splitsByPath } from '../splits.ts'

export const wnut17: Recipe = {
  name: 'wnut17',
  title: 'WNUT-17 emerging entities',
  tasks: ['ner'],
  format: 'conll2003',
  source: 'https://github.com/leondz/emerging_entities_17',
  licence: 'CC BY 4.0',
  howToGet: 'Clone the repository; the three files lie at its root',
  labels: { ner: ['corporation', 'creative-work', 'group', 'location', 'person', 'product'] },
  schemes: [
    {
      name: 'official',
      summary: 'train, dev and the annotated test file',
      splits: splitsByPath('conll2003', {
        train: ['wnut17train.conll'],
        dev: ['emerging.dev.conll'],
        test: ['emerging.test.annotated'],
      }),
    },
  ],
  sha256: {
    'wnut17train.conll': '731820e13f71af324c6b55a1575ec2ce59fbaa2a0806f8f0400b98d56cd6a7a5',
    'emerging.dev.conll': 'e053b752b8155113ca66e7db08af5f2f5f43ab993694e4774f1ec5bad42312d8',
    'emerging.test.annotated': '2aa79b764e56ec9264a1b30fdd9b70195bd00ff400b62edd8f399d5f13c178f0',
  },
}
