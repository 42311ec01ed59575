import type { Recipe } from '../recipe.ts'
import { splitsByPath } from '../splits.ts'

const below = (name: string) => [`processed_data/json/${name}.json`, `json/${name}.json`, `${name}.json`]

export const scierc: Recipe = {
  name: 'scierc',
  title: 'SciERC: entities, relations and coreference in scientific abstracts',
  tasks: ['ner', 'relation', 'coref'],
  format: 'dygie',
  source: 'http://nlp.cs.washington.edu/sciIE/',
  licence: 'research use, see the site',
  howToGet: 'Download sciERC_processed from the site and unpack it',
  labels: {
    ner: ['Generic', 'Material', 'Method', 'Metric', 'OtherScientificTerm', 'Task'],
    relation: ['COMPARE', 'CONJUNCTION', 'EVALUATE-FOR', 'FEATURE-OF', 'HYPONYM-OF', 'PART-OF', 'USED-FOR'],
  },
  schemes: [
    {
      name: 'official',
      summary: '350 / 50 / 100 abstracts',
      splits: splitsByPath('dygie', { train: below('train'), dev: below('dev'), test: below('test') }),
    },
  ],
}
