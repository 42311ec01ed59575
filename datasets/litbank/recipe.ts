import { join } from 'node:path'
import type { Recipe } from '../recipe.ts'
import { splitsByList } from '../splits.ts'

const lists = (folder: string) => ({
  train: join(folder, 'train.ids'),
  dev: join(folder, 'dev.ids'),
  test: join(folder, 'test.ids'),
})
const extensions = ['.tsv']

export const litbank: Recipe = {
  name: 'litbank',
  title: 'LitBank: ACE entities and coreference in 100 works of fiction',
  tasks: ['emd', 'coref', 'ner'],
  format: 'litbank',
  source: 'https://github.com/dbamman/litbank',
  licence: 'CC BY 4.0',
  howToGet:
    'Clone the repository; the split lists are in dbamman/NAACL2019-literary-entities and dbamman/lrec2020-coref',
  labels: { emd: ['FAC', 'GPE', 'LOC', 'ORG', 'PER', 'VEH'], ner: ['FAC', 'GPE', 'LOC', 'ORG', 'PER', 'VEH'] },
  schemes: [
    {
      name: '80-10-10',
      summary: '80, 10 and 10 works (NAACL 2019)',
      splits: (folder) =>
        splitsByList('litbank', lists(join(folder, 'splits', 'entities_80_10_10')), 'entities/tsv', extensions),
    },
    ...Array.from({ length: 10 }, (_, fold) => ({
      name: `fold-${fold}`,
      summary: `fold ${fold} of ten (LREC 2020)`,
      splits: (folder: string) =>
        splitsByList(
          'litbank',
          lists(join(folder, 'splits', 'coref_tenfold', String(fold))),
          'entities/tsv',
          extensions,
        ),
    })),
  ],
  sha256: {
    'entities/tsv/': '9e73505027f76ac8f2b685f204c8db962c032e4e6fe79e101eb861d9bc052bcc',
    'coref/tsv/': '74054c3d1d89f8fcb6e9543ad247e312c28ee0a5f79a45be780ace0612d80db2',
  },
}
