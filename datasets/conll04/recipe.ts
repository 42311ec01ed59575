import type { Recipe } from '../recipe.ts'
import { splitsByPath } from '../splits.ts'

export const conll04: Recipe = {
  name: 'conll04',
  title: 'CoNLL04 (Roth and Yih 2004), multi-head form',
  tasks: ['ner', 'relation'],
  format: 'conll04',
  source: 'https://github.com/bekou/multihead_joint_entity_relation_extraction',
  licence: 'CogComp, research use',
  howToGet: 'Take the CoNLL04 folder of the repository',
  labels: {
    ner: ['Loc', 'Org', 'Other', 'Peop'],
    relation: ['Kill', 'Live_In', 'Located_In', 'OrgBased_In', 'Work_For'],
  },
  schemes: [
    {
      name: 'official',
      summary: '910 / 243 / 288 sentences',
      splits: splitsByPath('conll04', { train: ['train.txt'], dev: ['dev.txt'], test: ['test.txt'] }),
    },
  ],
}
