import type { Recipe } from '../recipe.ts'
import { splitsWhere } from '../splits.ts'

export const re3d: Recipe = {
  name: 're3d',
  title: 're3d, the parts under free licences: mentions in reports and news on Syria and Iraq',
  tasks: ['emd'],
  format: 'jsonl',
  source: 'https://github.com/dstl/re3d',
  licence: 'by folder: public domain, OGL 3.0, CC BY-SA 3.0, CC BY 3.0 AU',
  howToGet: 'Its documents and entities as JSON lines with mentions PER, ORG, LOC and VEH',
  labels: { emd: ['LOC', 'ORG', 'PER', 'VEH'] },
  options: { inputOffsetUnit: 'codepoint' },
  schemes: [
    {
      name: 'fifths',
      summary: 'every fifth document to test',
      splits: splitsWhere('jsonl', 'mentions.jsonl', {
        train: (_, index) => index % 5 !== 4,
        test: (_, index) => index % 5 === 4,
      }),
    },
  ],
}
