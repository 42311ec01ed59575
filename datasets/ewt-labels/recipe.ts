import { heldOut, withLabels } from '../labels.ts'
import type { Recipe } from '../recipe.ts'
import { splitsByPath } from '../splits.ts'

export const ewtLabels: Recipe = {
  name: 'ewt-labels',
  title: 'Names and relations that a large language model read into the training text of UD English EWT',
  tasks: ['ner', 'relation'],
  format: 'conllu',
  source: 'https://github.com/UniversalDependencies/UD_English-EWT',
  licence: 'CC BY-SA 4.0 (text); labels: MIT',
  howToGet: 'Clone the repository at commit 15d613d; give its folder',
  labels: { ner: ['LOC', 'ORG', 'PER'] },
  schemes: [
    {
      name: '95-5',
      summary: 'the training text; every twentieth document is development data',
      splits: async (folder) => {
        const [train] = await splitsByPath('conllu', { train: ['train.conllu', 'en_ewt-ud-train.conllu'] })(folder)
        return heldOut(withLabels(train, 'ewt-labels'), 20)
      },
    },
  ],
}
