import { HmtlError } from '../../src/io/errors.ts'
import type { Recipe } from '../recipe.ts'
import { listsIn, splitsByList } from '../splits.ts'

export const ace05: Recipe = {
  name: 'ace05',
  title: 'ACE 2005 multilingual training corpus, English',
  tasks: ['emd', 'relation', 'coref'],
  format: 'ace05',
  source: 'https://catalog.ldc.upenn.edu/LDC2006T06',
  licence: 'LDC user agreement',
  howToGet:
    'Get LDC2006T06; give data/English with --from and the folder of split lists with --splits (the field uses the 351/80/80 lists of Miwa and Bansal 2016, in their LSTM-ER repository)',
  labels: {
    emd: ['FAC', 'GPE', 'LOC', 'ORG', 'PER', 'VEH', 'WEA'],
    relation: ['ART', 'GEN-AFF', 'ORG-AFF', 'PART-WHOLE', 'PER-SOC', 'PHYS'],
  },
  schemes: [
    {
      name: 'lists',
      summary: 'documents named in train.txt, dev.txt and test.txt of --splits',
      async splits(_, { splitLists }) {
        if (splitLists === undefined)
          throw new HmtlError('HMTL_DATASET_SPLIT', 'ACE 2005 has no splits of its own', {
            remedy: 'Give a folder with train.txt, dev.txt and test.txt (document names, one a line) with --splits',
          })
        return splitsByList('ace05', await listsIn(splitLists), '.', ['.sgm', '.apf.xml', '.split.txt', '.txt'])
      },
    },
  ],
}
