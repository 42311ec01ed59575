import type { Recipe } from '../recipe.ts'
import { splitsOfFiles } from '../splits.ts'

const domains = ['ai', 'literature', 'music', 'politics', 'science']
const all = domains.flatMap((domain) => ['train', 'dev', 'test'].map((split) => `${domain}/${split}.txt`))

/** Labels of CrossNER that are people, places and organisations; the others have no one type of ours. */
export const crossnerFolded: Readonly<Record<string, readonly string[]>> = {
  PER: ['person', 'politician', 'scientist', 'writer', 'musicalartist', 'researcher'],
  LOC: ['location', 'country'],
  ORG: ['organisation', 'politicalparty', 'band', 'university'],
}

export const crossner: Recipe = {
  name: 'crossner',
  title: 'CrossNER: Wikipedia in five domains, 39 types',
  tasks: ['ner'],
  format: 'conll2003',
  source: 'https://github.com/zliucr/CrossNER',
  licence: 'MIT (text CC BY-SA 3.0)',
  howToGet: 'Clone the repository; give its folder ner_data',
  labels: { ner: [...Object.values(crossnerFolded).flat(), 'award', 'event', 'product', 'misc'] },
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
