/**
 * A training run as one page: learning curves, scores by label, how the tasks were drawn, a few documents. Script for
 * these alone; every text escaped.
 */
import { drawnExamples, type ExamplePair } from './examples.ts'
import type { LossEntry } from '../io/report.ts'
import type { ModelConfig } from '../model/config/keys.ts'
import { nothing } from '../model/metrics/counts.ts'
import { escaped, framed, page, percent, shade, tableOf } from './page.ts'

type Confusion = Readonly<Record<string, Readonly<Record<string, number>>>>

/** A number that was chosen after training, with the development score before and after. */
interface RunDecision {
  readonly task: string
  readonly setting: string
  readonly value: number
  readonly before: number
  readonly after: number
}

/** How the scores of a split were made; runs of before do not say. */
export interface Judged {
  /** What the one number of a task is by name, first, then the same by other definitions. */
  readonly definitions?: Readonly<Record<string, readonly (readonly [name: string, value: number])[]>>
  /** Gold of a task that no score counts, by reason. */
  readonly notJudged?: Readonly<Record<string, readonly LossEntry[]>>
}

/** A line of a run's `metrics.jsonl`. */
export type RunEvent =
  | {
      readonly event: 'update'
      readonly update: number
      readonly task: string
      readonly loss: number
      readonly rate: number
      readonly seconds: number
    }
  | {
      readonly event: 'validation'
      readonly update: number
      readonly main: Readonly<Record<string, number>>
      readonly mean: number
      readonly best: boolean
      readonly scores: Readonly<
        Record<
          string,
          {
            readonly byLabel?: Readonly<
              Record<string, { precision: number; recall: number; f1: number; gold: number; predicted: number }>
            >
            readonly confusion?: Confusion
          }
        >
      >
      readonly taskUpdates?: Readonly<Record<string, number>>
    }
  | {
      readonly event: 'warning'
      readonly update: number
      readonly task?: string
      readonly kind: 'loss' | 'score' | 'data' | 'names'
      readonly message: string
    }
  /** Of the model that was kept, on development data, with what was decided after training. */
  | ({ readonly event: 'dev'; readonly main: Readonly<Record<string, number>> } & Judged)
  | { readonly event: 'test'; readonly main: Readonly<Record<string, number>> }
  | { readonly event: 'decisions'; readonly decisions: readonly RunDecision[] }
  | {
      readonly event: 'end'
      readonly seconds: number
      readonly taskUpdates: Readonly<Record<string, number>>
      readonly maxRss: number
    }

/** Events of a log; a last line that a crash cut short is left out. */
export const parseEvents = (text: string): RunEvent[] => {
  const lines = text.split('\n')
  const cut = lines.pop()
  return [...lines, ...(cut === '' || cut === undefined ? [] : isWhole(cut) ? [cut] : [])]
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RunEvent)
}

const isWhole = (line: string): boolean => {
  try {
    JSON.parse(line)
    return true
  } catch {
    return false
  }
}

const counted = (n: number, what: string): string => `${n.toLocaleString('en-US')} ${what}${n === 1 ? '' : 's'}`

type Points = readonly (readonly [x: number, y: number])[]

const [width, height, margin] = [640, 220, 52]
const hues = [210, 20, 130, 280, 50, 330]
const colour = (i: number) => `hsl(${hues[i] ?? (i * 137) % 360} 60% var(--tone))`

/** The best validation of a task by itself. */
export const bestOf = (events: readonly RunEvent[], task: string) =>
  events
    .filter((event) => event.event === 'validation')
    .filter(({ main }) => task in main)
    .reduce<Extract<RunEvent, { event: 'validation' }> | undefined>(
      (most, each) => (!most || each.main[task] > most.main[task] ? each : most),
      undefined,
    )

/** Means over about eighty stretches: single losses are noise. */
const smoothed = (points: Points): Points => {
  const size = Math.max(1, Math.ceil(points.length / 80))
  const out: [number, number][] = []
  for (let at = 0; at < points.length; at += size) {
    const part = points.slice(at, at + size)
    out.push([part[part.length - 1][0], part.reduce((sum, [, y]) => sum + y, 0) / part.length])
  }
  return out
}

const chart = (title: string, lines: Readonly<Record<string, Points>>, format: (y: number) => string): string => {
  const all = Object.values(lines).flat()
  if (all.length === 0) return ''
  const [xs, ys] = [all.map(([x]) => x), all.map(([, y]) => y)]
  const [right, low, high] = [Math.max(...xs), Math.min(...ys, 0), Math.max(...ys)]
  const x = (value: number) => margin + (value / (right || 1)) * (width - margin - 8)
  const y = (value: number) => height - 24 - ((value - low) / (high - low || 1)) * (height - 40)
  const grid = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const value = low + part * (high - low)
    return `<line x1="${margin}" x2="${width - 8}" y1="${y(value)}" y2="${y(value)}"/><text x="${margin - 6}" y="${y(value) + 4}" text-anchor="end">${format(value)}</text>`
  })
  const drawn = Object.entries(lines).map(([name, points], i) => {
    const places = points.map(([a, b]) => [x(a).toFixed(1), y(b).toFixed(1)] as const)
    const title = `<title>${escaped(name)}</title>`
    // A line through one point cannot be seen.
    if (places.length === 1)
      return `<circle style="fill:${colour(i)}" cx="${places[0][0]}" cy="${places[0][1]}" r="4">${title}</circle>`
    return `<polyline class="line" style="stroke:${colour(i)}" points="${places.map((place) => place.join(',')).join(' ')}">${title}</polyline>`
  })
  const legend = Object.keys(lines).map((name, i) => `<span style="color:${colour(i)}">■ ${escaped(name)}</span>`)
  return `<figure><figcaption>${escaped(title)} ${legend.join(' ')}</figcaption><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}"><g class="rules">${grid.join('')}</g>${drawn.join('')}<text x="${width - 8}" y="${height - 6}" text-anchor="end">${counted(right, 'update')}</text></svg></figure>`
}

/** Rows and columns that the page shows of a confusion. */
const mostLabels = 14

/** Gold labels as rows, predicted ones as columns, commonest first, nothing last; shaded by the share of the row. */
const confusionTable = (confusion: Confusion): string => {
  const sums = new Map<string, number>()
  for (const [gold, row] of Object.entries(confusion))
    for (const [predicted, n] of Object.entries(row))
      for (const label of new Set([gold, predicted])) if (label !== nothing) sums.set(label, (sums.get(label) ?? 0) + n)
  const labels = [...sums].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([label]) => label)
  const shown = [...labels.slice(0, mostLabels), nothing]
  const cells = (gold: string) => {
    const row = confusion[gold] ?? {}
    const total = Object.values(row).reduce((a, b) => a + b, 0)
    return shown.map((label) => {
      const n = row[label] ?? 0
      return `<td style="${shade(label === gold ? 140 : 15, n / (total || 1))}">${n || ''}</td>`
    })
  }
  const rest = labels.length - mostLabels
  const rows = `<tr><th>gold \\ predicted</th>${shown.map((label) => `<th>${escaped(label)}</th>`).join('')}</tr>${shown.map((gold) => `<tr><td>${escaped(gold)}</td>${cells(gold).join('')}</tr>`).join('')}`
  return `<div class="square">${framed(rows)}</div>${rest > 0 ? `<p>Not shown: ${counted(rest, 'rarer label')}.</p>` : ''}`
}

/** Where a task that did not seem to learn had a better score after that was said than any before. */
const learnedAfter = (
  events: readonly RunEvent[],
  { update, task, kind }: Extract<RunEvent, { event: 'warning' }>,
): { readonly update: number; readonly score: number } | undefined => {
  if (task === undefined || (kind !== 'loss' && kind !== 'score')) return undefined
  const scores = events
    .filter((event) => event.event === 'validation')
    .flatMap((event) => (task in event.main ? [{ update: event.update, score: event.main[task] }] : []))
  const before = Math.max(0, ...scores.filter((each) => each.update <= update).map(({ score }) => score))
  return scores.find((each) => each.update > update && each.score > before)
}

/** Scores of tasks that have several definitions, each by its name, and what of gold no score counts. */
const judgedBy = ({ definitions = {}, notJudged = {} }: Judged): string => {
  const rows = Object.entries(definitions).flatMap(([task, list]) =>
    list.map(([name, value], i) => [i === 0 ? task : '', name, percent(value)]),
  )
  const left = Object.entries(notJudged).flatMap(([task, entries]) =>
    entries.map(({ kind, count, examples }) => [task, kind, count, (examples[0] ?? '').slice(0, 80)]),
  )
  return [
    rows.length > 0
      ? `<h3>The dev score of the model, by definition: the first is that above</h3>${tableOf(['task', 'definition', 'F1'], rows)}`
      : '',
    left.length > 0
      ? `<h3>Gold of the development data that is not judged</h3>${tableOf(['task', 'reason', 'count', 'such as'], left)}`
      : '',
  ].join('')
}

/** @returns the page's HTML */
export const trainingReport = (
  config: ModelConfig,
  events: readonly RunEvent[],
  examples: readonly ExamplePair[] = [],
): string => {
  const updates = events.filter((event) => event.event === 'update')
  const validations = events.filter((event) => event.event === 'validation')
  const end = events.findLast((event) => event.event === 'end')
  const last = validations[validations.length - 1]
  const best = validations.findLast((event) => event.best)
  const names = config.tasks.map(({ name }) => name)
  // Losses differ by orders of magnitude: each as a share of its first stretch.
  const losses = Object.fromEntries(
    names.map((name) => {
      const points = smoothed(
        updates.filter(({ task }) => task === name).map(({ update, loss }) => [update, loss] as const),
      )
      const first = points[0]?.[1] || 1
      return [name, points.map(([x, y]) => [x, y / first] as const)]
    }),
  )
  const scores = Object.fromEntries(
    names.map((name) => [
      name,
      validations.filter(({ main }) => name in main).map(({ update, main }) => [update, main[name]] as const),
    ]),
  )
  const drawn = end?.taskUpdates ?? last?.taskUpdates ?? {}
  const total = Object.values(drawn).reduce((a, b) => a + b, 0)
  const labels = names.flatMap((name) => {
    const byLabel = (best ?? last)?.scores[name]?.byLabel
    if (!byLabel) return []
    const rows = Object.entries(byLabel)
      .sort((a, b) => b[1].gold - a[1].gold)
      .map(([label, { precision, recall, f1, gold, predicted }]) => [
        label,
        gold,
        predicted,
        percent(precision),
        percent(recall),
        percent(f1),
      ])
    const confusion = (best ?? last)?.scores[name]?.confusion
    return [
      `<h2>${escaped(name)} by label, at the best update</h2>`,
      tableOf(['label', 'gold', 'predicted', 'precision', 'recall', 'F1'], rows),
      ...(confusion && Object.keys(confusion).length > 0
        ? [`<h3>What was taken for what (${nothing} is none)</h3>`, confusionTable(confusion)]
        : []),
    ]
  })
  const test = events.findLast((event) => event.event === 'test')
  const decisions = events.findLast((event) => event.event === 'decisions')?.decisions ?? []
  const dev = events.findLast((event) => event.event === 'dev')
  const warnings = events.filter((event) => event.event === 'warning')
  const tasks = tableOf(
    [
      'task',
      'updates of it',
      'share',
      ...(dev ? ['dev score of the model'] : []),
      'best in training',
      'at update',
      'of its own',
      ...(test ? ['test score of the model'] : []),
    ],
    names.map((name) => {
      const top = bestOf(events, name)
      return [
        name,
        drawn[name] ?? '',
        total > 0 ? `${percent((drawn[name] ?? 0) / total)} %` : '',
        ...(dev ? [name in dev.main ? percent(dev.main[name]) : ''] : []),
        top ? percent(top.main[name]) : '',
        top?.update ?? '',
        top?.taskUpdates?.[name] ?? '',
        ...(test ? [name in test.main ? percent(test.main[name]) : ''] : []),
      ]
    }),
  )
  const decided =
    decisions.length === 0
      ? ''
      : `<h2>Chosen on development data after training</h2>${tableOf(
          ['task', 'setting', 'value', 'dev score before', 'after'],
          decisions.map(({ task, setting, value, before, after }) => [
            task,
            setting,
            value,
            percent(before),
            percent(after),
          ]),
        )}`
  const warned = warnings
    .map((warning) => {
      const said = `Update ${warning.update}: ${escaped(warning.message)}.`
      const passed = learnedAfter(events, warning)
      return passed
        ? `<p>${said} It passed: the development score was ${percent(passed.score)} at update ${passed.update}.</p>`
        : `<p class="warning">${said}</p>`
    })
    .join('')
  return page(
    config.name,
    `<p>${last ? counted(last.update, 'update') : 'No validation yet'}${end ? ` in ${Math.round(end.seconds).toLocaleString('en-US')} s, at most ${Math.round(end.maxRss / 2 ** 20)} MB` : ''}${best ? `; best mean of development scores ${percent(best.mean)} at update ${best.update}` : ''}. Seed ${config.training.seed}.</p>${warned}${chart('Development scores', scores, percent)}${chart('Loss, as a share of its beginning', losses, (value) => value.toFixed(2))}<h2>Tasks</h2>${tasks}${dev ? judgedBy(dev) : ''}${decided}${labels.join('')}${drawnExamples(examples)}`,
  )
}
