import type { Recipe } from '../recipe.ts'
import { splitsOfFiles } from '../splits.ts'

const domains = ['ai', 'literature', 'music', 'politics', 'science']
const all = domains.flatMap((domain) => ['train', 'dev', 'test'].map((split) => `${domain}/${split}.txt`))

const people = ['person', 'politician', 'scientist', 'writer', 'musicalartist', 'researcher']
const places = ['location', 'country']
const organisations = ['organisation', 'politicalparty', 'band', 'university']

export const crossner: Recipe = {
  name: 'crossner',
  title: 'CrossNER: Wikipedia in five domains, 39 types',
  tasks: ['ner'],
  format: 'conll2003',
  source: 'https://github.com/zliucr/CrossNER',
  licence: 'MIT (text CC BY-SA 3.0)',
  howToGet: 'Clone the repository; give its folder ner_data',
  labels: { ner: [...people, ...places, ...organisations, 'award', 'event', 'product', 'misc'] },
  schemes: [
    {
      name: 'train',
      summary: 'all files of the five domains, to train on',
      splits: splitsOfFiles('conll2003', { train: all }),
    },
    {
      name: 'official',
      summary: 'the published files of the five domains together',
      splits: splitsOfFiles(
        'conll2003',
        Object.fromEntries(
          ['train', 'dev', 'test'].map((split) => [split, domains.map((domain) => `${domain}/${split}.txt`)]),
        ),
      ),
    },
  ],
}
