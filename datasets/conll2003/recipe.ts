import type { Recipe } from '../recipe.ts'
import { splitsByPath } from '../splits.ts'

export const conll2003: Recipe = {
  name: 'conll2003',
  title: 'CoNLL-2003 shared task, English',
  tasks: ['ner'],
  format: 'conll2003',
  source: 'https://www.clips.uantwerpen.be/conll2003/ner/',
  licence: 'Reuters Corpus agreement',
  howToGet: 'Ask NIST for the Reuters corpus and build the files with the task’s scripts',
  labels: { ner: ['LOC', 'MISC', 'ORG', 'PER'] },
  schemes: [
    {
      name: 'official',
      summary: 'eng.train, eng.testa, eng.testb, under any of their usual names',
      splits: splitsByPath('conll2003', {
        train: ['eng.train', 'train.txt', 'train.conll', 'eng.train.txt'],
        dev: ['eng.testa', 'valid.txt', 'dev.txt', 'testa.txt', 'dev.conll'],
        test: ['eng.testb', 'test.txt', 'testb.txt', 'test.conll'],
      }),
    },
  ],
}
