/** Runs of the paper's rows as its tables, seeds together, the paper's numbers beside them. */
import { paperConvergence, paperRows } from './paper.ts'

export interface RunScores {
  /** Name of the configuration: `paper-ROW` or `free-ROW`. */
  readonly config: string
  /** Test score of each task in percent; development scores where the run has none. */
  readonly scores: Readonly<Record<string, number>>
  readonly test: boolean
  /** Own updates of each task at its best development score. */
  readonly ownUpdates: Readonly<Record<string, number | undefined>>
}

export interface PaperTable {
  readonly title: string
  readonly rows: readonly (readonly string[])[]
}

const tasks = ['ner', 'emd', 'relation', 'coref'] as const
const titles = ['NER', 'EMD', 'RE', 'CR']

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
const deviation = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((sum, x) => sum + (x - mean(values)) ** 2, 0) / Math.max(1, values.length - 1))

const withSpread = (values: readonly number[]): string =>
  values.length === 0
    ? ''
    : values.length === 1
      ? values[0].toFixed(1)
      : `${mean(values).toFixed(1)} ± ${deviation(values).toFixed(1)}`
const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`

const mainRows = ['a', 'a-gm', 'b', 'c', 'd', 'e', 'e-gm', 'f', 'g', 'h', 'i', 'j', 'a-conll2003', 'a-conll2012']
/** Row, what it is compared with. */
const orders = [
  ['k', 'f'],
  ['l', 'a'],
] as const
/** Row, what it is compared with, and the two of the paper that say the same. */
const ablations: Readonly<
  Record<string, readonly { readonly row: string; readonly from: string; readonly paper: readonly [string, string] }[]>
> = {
  paper: [
    { row: 'ablation-glove-char', from: 'a-gm', paper: ['ablation-glove-char', 'a-gm'] },
    { row: 'ablation-glove', from: 'a-gm', paper: ['ablation-glove', 'a-gm'] },
  ],
  free: [
    { row: 'ablation-contextual', from: 'a', paper: ['a-gm', 'ablation-glove-char'] },
    { row: 'ablation-glove', from: 'a', paper: ['ablation-glove', 'ablation-glove-char'] },
  ],
}
const singles: Readonly<Record<string, string>> = { ner: 'b', emd: 'c', relation: 'd', coref: 'e' }

/** @param runs of one set, `paper` or `free`; tables of which no run is there are left out */
export const paperTables = (set: 'paper' | 'free', runs: readonly RunScores[]): PaperTable[] => {
  const of = (row: string) => runs.filter(({ config }) => config === `${set}-${row}`)
  const scores = (row: string, task: string) => of(row).flatMap((run) => (task in run.scores ? [run.scores[task]] : []))
  const paper = (row: string, task: string) => paperRows[`paper-${row}`]?.[task as 'ner']
  const here = (row: string) => of(row).length > 0
  const difference = (row: string, from: string, task: string) => {
    const [one, other] = [scores(row, task), scores(from, task)]
    return one.length > 0 && other.length > 0 ? signed(mean(one) - mean(other)) : ''
  }
  const paperDifference = (row: string, from: string, task: string) => {
    const [one, other] = [paper(row, task), paper(from, task)]
    return one !== undefined && other !== undefined ? signed(one - other) : ''
  }
  const tables: PaperTable[] = []
  const add = (title: string, head: readonly string[], rows: readonly (readonly string[])[]) => {
    if (rows.length > 0) tables.push({ title, rows: [head, ...rows] })
  }
  const pairs = titles.flatMap((title) => [title, `${title}, paper`])
  add(
    'Tasks alone and together, F1',
    ['row', 'runs', ...pairs],
    mainRows
      .filter(here)
      .map((row) => [
        row.toUpperCase(),
        String(of(row).length),
        ...tasks.flatMap((task) => [withSpread(scores(row, task)), paper(row, task)?.toFixed(1) ?? '']),
      ]),
  )
  add(
    'Order of the hierarchy, difference of F1',
    ['row', 'against', ...pairs],
    orders
      .filter(([row, from]) => here(row) && here(from))
      .map(([row, from]) => [
        row.toUpperCase(),
        from.toUpperCase(),
        ...tasks.flatMap((task) => [difference(row, from, task), paperDifference(row, from, task)]),
      ]),
  )
  add(
    'Table 7: embeddings, difference of F1',
    ['row', 'against', ...pairs],
    ablations[set]
      .filter(({ row, from }) => here(row) && here(from))
      .map(({ row, from, paper: [one, other] }) => [
        row,
        from.toUpperCase(),
        ...tasks.flatMap((task) => [difference(row, from, task), paperDifference(one, other, task)]),
      ]),
  )
  add(
    'Table 9: updates to convergence, the full model against the task alone',
    ['task', 'updates', 'updates, paper', 'F1', 'F1, paper'],
    tasks.flatMap((task, i) => {
      const single = singles[task]
      if (!here('a') || !here(single)) return []
      const updates = (row: string) => mean(of(row).flatMap(({ ownUpdates }) => ownUpdates[task] ?? []))
      const [full, alone] = [updates('a'), updates(single)]
      const share = (100 * (full - alone)) / alone
      const known = paperConvergence[task]
      return [
        [
          titles[i],
          Number.isFinite(share) ? `${signed(share)} %` : '',
          `${signed(known.updates)} %`,
          difference('a', single, task),
          signed(known.f1),
        ],
      ]
    }),
  )
  return tables
}
