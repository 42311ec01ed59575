import type { Recipe } from '../recipe.ts'
import { splitsByPath } from '../splits.ts'

export const conll2012: Recipe = {
  name: 'conll2012',
  title: 'CoNLL-2012 shared task, OntoNotes 5',
  tasks: ['ner', 'coref'],
  format: 'conll2012',
  source: 'https://catalog.ldc.upenn.edu/LDC2013T19',
  licence: 'LDC user agreement',
  howToGet:
    'Get OntoNotes 5 from the LDC and run the task’s skeleton2conll; give the folder above train, development and test',
  labels: {
    ner: [
      'CARDINAL',
      'DATE',
      'EVENT',
      'FAC',
      'GPE',
      'LANGUAGE',
      'LAW',
      'LOC',
      'MONEY',
      'NORP',
      'ORDINAL',
      'ORG',
      'PERCENT',
      'PERSON',
      'PRODUCT',
      'QUANTITY',
      'TIME',
      'WORK_OF_ART',
    ],
  },
  schemes: [
    {
      name: 'official',
      summary: 'train, development and test folders, or one file each',
      splits: splitsByPath('conll2012', {
        train: ['train/data/english', 'train/english', 'train', 'train.english.v4_gold_conll'],
        dev: ['development/data/english', 'development/english', 'development', 'dev', 'dev.english.v4_gold_conll'],
        test: ['test/data/english', 'test/english', 'test', 'test.english.v4_gold_conll'],
      }),
    },
  ],
}
