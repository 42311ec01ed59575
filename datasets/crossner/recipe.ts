import type { Recipe } from '../recipe.ts'
import { splitsOfFiles } from '../splits.ts'

const domains = ['ai', 'literature', 'music', 'politics', 'science']
const all = domains.flatMap((domain) => ['train', 'dev', 'test'].map((split) => `${domain}/${split}.txt`))

const labels = (
  'academicjournal album algorithm astronomicalobject award band book chemicalcompound chemicalelement conference country ' +
  'discipline election enzyme event field literarygenre location magazine metrics misc musicalartist musicalinstrument ' +
  'musicgenre organisation person poem politicalparty politician product programlang protein researcher scientist song ' +
  'task theory university writer'
).split(' ')

export const crossner: Recipe = {
  name: 'crossner',
  title: 'CrossNER: Wikipedia in five domains, 39 types',
  tasks: ['ner'],
  format: 'conll2003',
  source: 'https://github.com/zliucr/CrossNER',
  licence: 'MIT (text CC BY-SA 3.0)',
  howToGet: 'Clone the repository; give its folder ner_data',
  labels: { ner: labels },
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
