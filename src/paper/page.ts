/** The paper's rows on free data as one page and as tables of text: scores, claims, curves, updates to convergence. */
import { page, tableOf } from '../report/page.ts'
import { paperConvergence, paperRows } from '../report/paper.ts'
import { claims, type PaperTask, taskTitles } from './claims.ts'
import { judge, type Judged, seedsOf } from './judge.ts'
import { type Bar, type Curve, curvesPlot, differencesPlot } from './plots.ts'
import { type PaperRun, rowOf, scoreOfDocuments } from './run.ts'

const tasks = Object.keys(taskTitles) as PaperTask[]
const minus = (text: string): string => text.replace('-', '−')
const signed = (value: number): string => `${value < 0 ? '' : '+'}${minus(value.toFixed(1))}`
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
const deviation = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((sum, x) => sum + (x - mean(values)) ** 2, 0) / Math.max(1, values.length - 1))
const spread = (values: readonly number[], digits = 1): string =>
  values.length === 0
    ? ''
    : `${mean(values).toFixed(digits)}${values.length > 1 ? ` ± ${deviation(values).toFixed(digits)}` : ''}`

export interface Table {
  readonly title: string
  readonly note: string
  readonly rows: readonly (readonly string[])[]
}

const rowsOf = (runs: readonly PaperRun[]): string[] => [...new Set(runs.map(rowOf))]

const scoresTable = (runs: readonly PaperRun[]): Table => ({
  title: 'Test scores of the rows',
  note: 'F1, of coreference the CoNLL average; mean and standard deviation over seeds. The paper’s rows are on ACE 2005 and OntoNotes with ELMo: what compares is differences, not heights.',
  rows: [
    ['row', 'seeds', ...tasks.flatMap((task) => [taskTitles[task], 'paper']), 'minutes a run'],
    ...rowsOf(runs)
      .sort()
      .map((row) => {
        const own = runs.filter((run) => rowOf(run) === row)
        return [
          row,
          String(own.length),
          ...tasks.flatMap((task) => [
            spread(seedsOf(runs, row, task).map((documents) => 100 * scoreOfDocuments(documents))),
            paperRows[`paper-${row}`]?.[task]?.toFixed(1) ?? '',
          ]),
          (mean(own.map(({ seconds }) => seconds)) / 60).toFixed(0),
        ]
      }),
  ],
})

const claimsTable = (judged: readonly Judged[]): Table => ({
  title: 'The paper’s claims',
  note: 'Difference in F1 points between two rows, the mean over the seeds that both have; the interval is that of 1,000 draws of test documents, the same for both rows (paired bootstrap). A claim is confirmed or refuted only where the interval leaves 0 out and three seeds of each row are there, five where the paper’s difference is less than a point; `same` is confirmed where all of the interval lies within a point of 0.',
  rows: [
    ['claim', 'task', 'rows', 'expected', 'paper', 'here', '95 %', 'seeds', 'so it is'],
    ...judged.map(
      ({ group, sentence, task, from, to, expected, paper, difference: { low, high, mean, seeds }, verdict }) => [
        `${group.replace(/ \(.*/, '')}: ${sentence[0].toLowerCase()}${sentence.slice(1)}`,
        taskTitles[task],
        `${to} against ${from}`,
        expected,
        paper === undefined ? '' : signed(paper),
        signed(100 * mean),
        `${signed(100 * low)} to ${signed(100 * high)}`,
        String(Math.min(...seeds)),
        verdict,
      ],
    ),
  ],
})

/** Updates of its own that a task had at its best development score. */
const ownUpdates = (run: PaperRun, task: string): number | undefined =>
  run.curve
    .filter(({ dev }) => task in dev)
    .reduce<{ score: number; updates: number } | undefined>((best, { dev, taskUpdates }) => {
      return !best || dev[task] > best.score ? { score: dev[task], updates: taskUpdates[task] ?? 0 } : best
    }, undefined)?.updates

/**
 * Its own updates when the full model first had a task’s best development score of the same seed alone; undefined where
 * it never had.
 */
const updatesToReach = (run: PaperRun, alone: PaperRun, task: string): number | undefined => {
  const best = Math.max(...alone.curve.map(({ dev }) => dev[task]))
  return run.curve.find(({ dev }) => dev[task] >= best)?.taskUpdates[task]
}

const singles: Readonly<Record<PaperTask, string>> = { ner: 'b', emd: 'c', relation: 'd', coref: 'e' }

const convergenceTable = (runs: readonly PaperRun[]): Table => ({
  title: 'Updates to convergence (table 9)',
  note: 'Of the task’s own, at its best development score: alone, and in the full model. In the paper coreference has gold mentions. Last: when the full model first had what the task has at best alone, of the seeds in which it did.',
  rows: [
    ['task', 'alone', 'together', 'difference', 'paper', 'together, to reach the best alone'],
    ...tasks.flatMap((task) => {
      const of = (row: string) => runs.filter((run) => rowOf(run) === row).flatMap((run) => ownUpdates(run, task) ?? [])
      const [alone, full] = [of(singles[task]), of('a')]
      if (alone.length === 0 || full.length === 0) return []
      const change = 100 * (mean(full) / mean(alone) - 1)
      const pairs = runs
        .filter((run) => rowOf(run) === 'a')
        .flatMap((run) => {
          const other = runs.find((each) => rowOf(each) === singles[task] && each.seed === run.seed)
          return other ? [updatesToReach(run, other, task)] : []
        })
      const reached = pairs.filter((updates) => updates !== undefined)
      return [
        [
          taskTitles[task],
          spread(alone, 0),
          spread(full, 0),
          `${signed(change)} %`,
          `${signed(paperConvergence[task].updates)} %`,
          reached.length === 0 ? 'never' : `${spread(reached, 0)} (${reached.length} of ${pairs.length} seeds)`,
        ],
      ]
    }),
  ],
})

/** Which of three places an oracle would give each task: the embeddings, entities, or mentions as in A. */
const oracleTable = (runs: readonly PaperRun[]): Table => {
  const places = { 'all-on-base': 'the embeddings', 'all-on-ner': 'entities', a: 'the hierarchy (A)' } as const
  return {
    title: 'Where an oracle would put each task (ours)',
    note: 'Test scores with its encoder on the embeddings alone, on the states of entities, and where the paper puts it.',
    rows: [
      ['on', ...tasks.map((task) => taskTitles[task])],
      ...Object.entries(places).flatMap(([row, name]) => {
        const scores = tasks.map((task) => seedsOf(runs, row, task).map((seed) => 100 * scoreOfDocuments(seed)))
        return scores.some(({ length }) => length > 0) ? [[name, ...scores.map((each) => spread(each))]] : []
      }),
    ],
  }
}

/** Tables of what there are runs of. */
const paperPageTables = (runs: readonly PaperRun[]): Table[] =>
  [scoresTable(runs), claimsTable(judge(claims, runs)), convergenceTable(runs), oracleTable(runs)].filter(
    ({ rows }) => rows.length > 1,
  )

const curveOf = (runs: readonly PaperRun[], row: string, name: string, task: PaperTask): Curve => {
  const own = runs.filter((run) => rowOf(run) === row && run.curve.some(({ dev }) => task in dev))
  const length = Math.max(0, ...own.map(({ curve }) => curve.length))
  // A run that stopped earlier stays at what it had: its range would jump otherwise.
  const points = Array.from({ length }, (_, i) => {
    const at = own.map(({ curve }) => curve[Math.min(i, curve.length - 1)])
    const scores = at.map(({ dev }) => 100 * dev[task])
    const updates = own.filter(({ curve }) => i < curve.length).map(({ curve }) => curve[i].taskUpdates[task] ?? 0)
    return [mean(updates), mean(scores), Math.min(...scores), Math.max(...scores)] as const
  })
  return { name, points: points.length === 0 ? [] : [[0, 0, 0, 0], ...points] }
}

const verdictHues = { confirmed: 140, refuted: 0, open: 215 } as const

const bar = ({ sentence, task, to, from, paper, difference, verdict }: Judged): Bar => ({
  label: `${sentence} (${taskTitles[task]}, ${to} − ${from})`,
  mean: 100 * difference.mean,
  low: 100 * difference.low,
  high: 100 * difference.high,
  paper,
  hue: verdictHues[verdict],
})

const style = `<style>.row{display:grid;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr));gap:0 2rem}.row figure{margin:.5rem 0}td{white-space:nowrap}td:first-child{white-space:normal;min-width:16rem}</style>`

/** The page. @param runs of `configs/paper-free`, or of `configs/paper` */
export const paperPage = (runs: readonly PaperRun[]): string => {
  const judged = judge(claims, runs)
  const counts = { confirmed: 0, refuted: 0, open: 0 }
  for (const { verdict } of judged) counts[verdict]++
  const missing = claims.length - judged.length
  const names = ['alone', 'together (A)', 'flat']
  const curves = tasks.map((task) =>
    curvesPlot(
      taskTitles[task],
      [
        curveOf(runs, singles[task], names[0], task),
        curveOf(runs, 'a', names[1], task),
        curveOf(runs, 'flat', names[2], task),
      ].filter(({ points }) => points.length > 0),
      names,
    ),
  )
  const groups = [...new Set(judged.map(({ group }) => group))].map((group) =>
    differencesPlot(group, judged.filter((each) => each.group === group).map(bar)),
  )
  const hours = runs.reduce((sum, { seconds }) => sum + seconds, 0) / 3600
  const tables = paperPageTables(runs).map(
    ({ title, note, rows }) => `<h2>${title}</h2><p>${note.replaceAll('`', '')}</p>${tableOf(rows[0], rows.slice(1))}`,
  )
  return page(
    'The paper’s claims on free data',
    `${style}<p>${runs.length} runs of ${rowsOf(runs).length} rows, ${hours.toFixed(1)} hours of training. Of ${claims.length} claims ${counts.confirmed} are confirmed, ${counts.refuted} refuted, ${counts.open} open${missing > 0 ? `; of ${missing} a row has not been trained yet` : ''}. HMTL: Sanh, Wolf and Ruder, AAAI 2019. What the data is, and how it differs from the paper’s: bench/paper/RESULTS.md; made by npm run paper.</p><h2>Learning curves</h2><p>Development scores by a task’s own updates; bands are from the least to the most of the seeds.</p><div class="row">${curves.join('')}</div><h2>Differences</h2><p>F1 points with their 95 % intervals; diamonds are the paper’s. Green: confirmed, red: refuted, blue: open.</p>${groups.join('')}${tables.join('')}`,
  )
}

/** The same tables as Markdown. */
export const paperMarkdown = (runs: readonly PaperRun[]): string =>
  paperPageTables(runs)
    .map(({ title, note, rows }) => {
      const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
      const rule = rows[0].map(() => '---')
      return `## ${title}\n\n${note}\n\n${[rows[0], rule, ...rows.slice(1)].map(line).join('\n')}\n`
    })
    .join('\n')
