/**
 * What the paper says of its rows, as differences between two of them: each can be held against runs. Sentences are
 * ours; figures are those of the paper's tables (Sanh, Wolf and Ruder 2019).
 */
export const taskTitles = { ner: 'NER', emd: 'EMD', relation: 'RE', coref: 'CR' } as const
export type PaperTask = keyof typeof taskTitles

/** What is expected of the difference; `same`: that there is none of a point or more. */
export type Expected = 'higher' | 'lower' | 'same'

export interface Claim {
  readonly group: string
  readonly sentence: string
  readonly task: PaperTask
  /** Names of rows of `configs/paper-free`. */
  readonly from: string
  readonly to: string
  readonly expected: Expected
  /** The paper's difference in F1 points, where it has one. */
  readonly paper?: number
}

const together = 'The tasks together against each alone (table 1)'
const upwards = 'Fewer tasks together (table 1)'
const order = 'The order of the hierarchy (table 1, K and L)'
const embeddings = 'Embeddings (table 7)'
const sampling = 'How tasks are drawn (section 3.3)'
const hierarchy = 'The hierarchy itself (ours; no row of the paper)'

const claim = (
  group: string,
  sentence: string,
  task: PaperTask,
  [from, to]: readonly [string, string],
  expected: Expected,
  paper?: number,
): Claim => ({ group, sentence, task, from, to, expected, ...(paper !== undefined && { paper }) })

export const claims: readonly Claim[] = [
  claim(together, 'Relations gain most', 'relation', ['d', 'a'], 'higher', 5.31),
  claim(together, 'Mentions gain, where coreference has gold mentions', 'emd', ['c', 'a-gm'], 'higher', 1.1),
  claim(together, 'Mentions lose a little, where it has not', 'emd', ['c', 'a'], 'same', -0.45),
  claim(together, 'Entities stay as they are', 'ner', ['b', 'a'], 'same', 0.24),
  claim(together, 'Coreference among gold mentions gains', 'coref', ['e-gm', 'a-gm'], 'higher', 0.91),
  claim(together, 'Coreference among mentions it finds loses', 'coref', ['e', 'a'], 'lower', -0.89),
  claim(together, 'Gold mentions are worth much to coreference', 'coref', ['a', 'a-gm'], 'higher', 5.51),
  claim(upwards, 'Mentions help relations', 'relation', ['d', 'g'], 'higher', 4.5),
  claim(upwards, 'Relations do not help mentions alone', 'emd', ['c', 'g'], 'lower', -0.64),
  claim(upwards, 'Coreference does not help mentions alone', 'emd', ['c', 'h'], 'lower', -0.49),
  claim(upwards, 'Mentions alone do not help coreference', 'coref', ['e', 'h'], 'lower', -2.65),
  claim(upwards, 'Relations above them help entities', 'ner', ['f', 'i'], 'higher', 0.6),
  claim(upwards, 'Coreference above them helps entities', 'ner', ['f', 'j'], 'higher', 0.59),
  claim(upwards, 'Entities and mentions help coreference', 'coref', ['e', 'j'], 'higher', 0.97),
  claim(order, 'Mentions under entities are worse for entities', 'ner', ['f', 'k'], 'lower', -0.48),
  claim(order, 'and for mentions', 'emd', ['f', 'k'], 'lower', -0.83),
  claim(order, 'The same below relations and coreference: entities', 'ner', ['a', 'l'], 'lower', -1.15),
  claim(order, 'relations', 'relation', ['a', 'l'], 'lower', -2.13),
  claim(embeddings, 'A contextual encoder helps entities', 'ner', ['a', 'ablation-contextual'], 'higher', 3.67),
  claim(embeddings, 'mentions', 'emd', ['a', 'ablation-contextual'], 'higher', 4.11),
  claim(embeddings, 'relations', 'relation', ['a', 'ablation-contextual'], 'higher', 5.22),
  claim(embeddings, 'coreference', 'coref', ['a', 'ablation-contextual'], 'higher', 3.85),
  claim(embeddings, 'Without characters entities lose', 'ner', ['a', 'ablation-glove'], 'lower', -4.52),
  claim(embeddings, 'and relations', 'relation', ['a', 'ablation-glove'], 'lower', -3.7),
  claim(
    sampling,
    'Uniform sampling is worse than proportional: relations',
    'relation',
    ['a', 'sampling-uniform'],
    'lower',
  ),
  claim(sampling, 'One after the other is worse: entities', 'ner', ['a', 'sampling-successive'], 'lower'),
  claim(sampling, 'One after the other is worse: relations', 'relation', ['a', 'sampling-successive'], 'lower'),
  claim(hierarchy, 'A flat model of as many weights is worse: entities', 'ner', ['a', 'flat'], 'lower'),
  claim(hierarchy, 'mentions', 'emd', ['a', 'flat'], 'lower'),
  claim(hierarchy, 'relations', 'relation', ['a', 'flat'], 'lower'),
  claim(hierarchy, 'coreference', 'coref', ['a', 'flat'], 'lower'),
  claim(hierarchy, 'Without the shortcut to the embeddings: mentions', 'emd', ['a', 'no-shortcut'], 'lower'),
  claim(hierarchy, 'relations', 'relation', ['a', 'no-shortcut'], 'lower'),
  claim(hierarchy, 'coreference', 'coref', ['a', 'no-shortcut'], 'lower'),
  claim(hierarchy, 'Each on the embeddings alone: relations', 'relation', ['a', 'all-on-base'], 'lower'),
  claim(hierarchy, 'coreference', 'coref', ['a', 'all-on-base'], 'lower'),
  claim(hierarchy, 'All on entities: relations', 'relation', ['a', 'all-on-ner'], 'lower'),
  claim(hierarchy, 'coreference', 'coref', ['a', 'all-on-ner'], 'lower'),
]
