/** The paper's numbers (Sanh, Wolf and Ruder 2019). */

/**
 * F1 of tables 1 to 7 by the name of the configuration. Of the rows on hierarchy and
 * embeddings the paper gives differences, from F and A, and step by step from A-GM.
 */
export interface PaperRow {
  readonly row: string
  readonly ner?: number
  readonly emd?: number
  readonly relation?: number
  readonly coref?: number
}

/**
 * Accuracy in percent of the paper's table 8, tasks in the order of `probingTasks`; on SentEval's own data, 100,000
 * sentences to train on.
 */
export const paperProbing: Readonly<Record<string, readonly number[]>> = {
  'bag of fastText': [54.8, 91.6, 32.3, 63.1, 50.8, 87.8, 81.9, 79.3, 50.3, 52.7],
  'base max': [62.4, 43.0, 32.5, 76.3, 74.5, 88.1, 85.7, 82.7, 54.7, 56.9],
  'base average': [72.1, 70.0, 38.5, 79.9, 81.4, 89.7, 88.5, 86.5, 57.4, 63.0],
  'ner max': [50.7, 3.24, 19.5, 34.2, 57.2, 66.6, 63.5, 61.6, 50.7, 52.0],
  'emd max': [43.3, 1.8, 19.3, 30.0, 56.3, 64.0, 60.1, 57.9, 51.3, 50.4],
  'relation max': [56.8, 1.2, 19.3, 24.5, 53.9, 62.3, 60.8, 57.1, 50.4, 52.2],
  'coref max': [61.9, 11.0, 29.5, 55.9, 70.0, 82.8, 83.0, 76.5, 53.3, 58.7],
  SkipThought: [59.6, 35.7, 42.7, 70.5, 73.4, 90.1, 83.3, 79.0, 70.3, 70.1],
}

export const paperRows: Readonly<Record<string, PaperRow>> = {
  'paper-a': { row: 'A', ner: 87.36, emd: 85.69, relation: 61.3, coref: 64.78 },
  'paper-a-gm': { row: 'A-GM', ner: 87.1, emd: 87.24, relation: 62.69, coref: 70.29 },
  'paper-b': { row: 'B', ner: 87.12 },
  'paper-c': { row: 'C', emd: 86.14 },
  'paper-d': { row: 'D', relation: 55.99 },
  'paper-e': { row: 'E', coref: 65.67 },
  'paper-e-gm': { row: 'E-GM', coref: 69.38 },
  'paper-f': { row: 'F', ner: 86.91, emd: 86.02 },
  'paper-g': { row: 'G', emd: 85.5, relation: 60.49 },
  'paper-h': { row: 'H', emd: 85.65, coref: 63.02 },
  'paper-i': { row: 'I', ner: 87.51, emd: 86.26, relation: 60.18 },
  'paper-j': { row: 'J', ner: 87.5, emd: 85.87, coref: 66.64 },
  'paper-k': { row: 'K', ner: 86.43, emd: 85.19 },
  'paper-l': { row: 'L', ner: 86.21, emd: 85.14, relation: 59.17, coref: 64.17 },
  'paper-ablation-glove-char': { row: 'GloVe + char', ner: 83.43, emd: 83.13, relation: 57.47, coref: 66.44 },
  'paper-ablation-glove': { row: 'GloVe', ner: 78.91, emd: 83.0, relation: 53.77, coref: 64.26 },
  'paper-a-conll2003': { row: 'A-CoNLL-2003', ner: 91.63, emd: 86.53, relation: 60.83, coref: 70.14 },
  'paper-a-conll2012': { row: 'A-CoNLL-2012', ner: 86.9, emd: 85.04, relation: 61.07, coref: 62.48 },
}

/**
 * Updates to convergence of the full model against the single task, in percent, and the difference in F1 (table 9;
 * coreference of gold mentions).
 */
export const paperConvergence: Readonly<Record<string, { readonly updates: number; readonly f1: number }>> = {
  ner: { updates: -16, f1: -0.02 },
  emd: { updates: -44, f1: 1.14 },
  relation: { updates: 78, f1: 6.76 },
  coref: { updates: -28, f1: 0.91 },
}
