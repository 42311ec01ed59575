/** F1 of the paper's tables by the name of the configuration (Sanh, Wolf and Ruder 2019, tables 1 to 7; spec section 16). */
export interface PaperRow {
  readonly row: string
  readonly ner?: number
  readonly emd?: number
  readonly relation?: number
  readonly coref?: number
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
  'paper-a-conll2003': { row: 'A-CoNLL-2003', ner: 91.63, emd: 86.53, relation: 60.83, coref: 70.14 },
  'paper-a-conll2012': { row: 'A-CoNLL-2012', ner: 86.9, emd: 85.04, relation: 61.07, coref: 62.48 },
}
