import type { Recipe } from '../recipe.ts'
import { splitsByPath } from '../splits.ts'

export const gumMentions: Recipe = {
  name: 'gum-mentions',
  title: "GUM's persons and organisations as mentions, by LitBank's rules",
  tasks: ['emd'],
  format: 'jsonl',
  source: 'https://github.com/amir-zeldes/gum',
  licence: 'CC BY 4.0 (annotations); texts CC BY or CC BY-SA',
  howToGet: 'GUM’s entities of person and organization as JSON lines with mentions PER and ORG',
  labels: { emd: ['ORG', 'PER'] },
  options: { offsetUnit: 'codepoint' },
  schemes: [
    {
      name: 'official',
      summary: "GUM's own train, dev and test",
      splits: splitsByPath('jsonl', { train: ['train.jsonl'], dev: ['dev.jsonl'], test: ['test.jsonl'] }),
    },
  ],
}
