/**
 * Says when a task does not learn, while there is still time to stop: its loss is
 * where it began, or its development score is 0, after a tenth of its updates.
 * What is kept is a few sums a task, part of the saved state, so that a resumed
 * training warns where the uninterrupted one would have.
 */

export interface TrainingWarning {
  readonly update: number
  /** Absent where it is of no task by itself. */
  readonly task?: string
  /** What stands still, or what of the data or of the configuration is not as it seems. */
  readonly kind: 'loss' | 'score' | 'data' | 'names'
  readonly message: string
}

/** Sums over a twentieth of a task's updates. */
interface Stretch {
  n: number
  sum: number
  squares: number
}

interface TaskWatch {
  readonly stretches: Stretch[]
  /**
   * Over its first updates: what learns at once has fallen before the first stretch is full. A state that was saved
   * without it does not know.
   */
  readonly begun?: Stretch
  readonly warned: ('loss' | 'score')[]
}

/** JSON, as it is saved. */
export type WatchState = Record<string, TaskWatch>

export interface Watch {
  readonly state: WatchState
  /** After an update of a task. */
  loss(task: string, update: number, loss: number): TrainingWarning | undefined
  /** After a validation; `hint` is what helps such a task. */
  score(task: string, update: number, score: number, taskUpdates: number, hint?: string): TrainingWarning | undefined
}

/** Fewer losses than this say nothing. */
const leastLosses = 20
/** A loss that fell by less than this share of where it began stands still. */
const leastFall = 0.05
/** Updates whose losses are where a task began, and the share by which one that has learned lies lower. */
const [beginning, learnedFall] = [leastLosses / 2, 0.3]

const emptyStretch = (): Stretch => ({ n: 0, sum: 0, squares: 0 })
const put = (stretch: Stretch, loss: number): void => {
  stretch.n++
  stretch.sum += loss
  stretch.squares += loss * loss
}

const sumOf = (stretches: readonly Stretch[]) => {
  let [n, sum, squares] = [0, 0, 0]
  for (const stretch of stretches) {
    n += stretch.n
    sum += stretch.sum
    squares += stretch.squares
  }
  const mean = sum / n
  return { mean, variance: Math.max(0, squares / n - mean * mean) / n }
}

/**
 * Whether the second half of the losses is no lower than the first, beyond what their scatter explains, nor much lower
 * than where they began.
 */
const standsStill = ({ stretches, begun }: TaskWatch): boolean => {
  const half = Math.floor(stretches.length / 2)
  const [first, second] = [sumOf(stretches.slice(0, half)), sumOf(stretches.slice(half))]
  if (begun && second.mean < (1 - learnedFall) * sumOf([begun]).mean) return false
  const fall = first.mean - second.mean
  return fall <= leastFall * Math.abs(first.mean) && fall <= 2 * Math.sqrt(first.variance + second.variance)
}

/** Tasks whose losses say nothing: they need not fall where a task has learned before. */
export const learnedBefore = (tasks: readonly string[]): WatchState =>
  Object.fromEntries(tasks.map((task) => [task, { stretches: [], begun: emptyStretch(), warned: ['loss'] }]))

/** @param expected updates of each task in the whole training, about */
export const openWatch = (expected: Readonly<Record<string, number>>, state: WatchState = {}): Watch => {
  const of = (task: string): TaskWatch => (state[task] ??= { stretches: [], begun: emptyStretch(), warned: [] })
  const updatesOf = ({ stretches }: TaskWatch) => stretches.reduce((n, stretch) => n + stretch.n, 0)
  const tenth = (task: string) => Math.max(1, Math.ceil((expected[task] ?? 0) / 10))
  return {
    state,
    loss(task, update, loss) {
      const watch = of(task)
      const size = Math.max(leastLosses / 2, Math.ceil(tenth(task) / 2))
      let last = watch.stretches.at(-1)
      if (!last || last.n >= size) watch.stretches.push((last = emptyStretch()))
      put(last, loss)
      if (watch.begun && watch.begun.n < beginning) put(watch.begun, loss)
      // Looked at whenever another tenth is full: what scatter hides at first shows later.
      if (last.n < size || watch.stretches.length % 2 === 1 || watch.warned.includes('loss') || !standsStill(watch))
        return undefined
      watch.warned.push('loss')
      const { mean } = sumOf(watch.stretches)
      const message = `the loss of task ${task} has stood still over its first ${updatesOf(watch)} updates, at ${mean.toPrecision(3)} on average: it may not be learning`
      return { update, task, kind: 'loss', message }
    },
    score(task, update, score, updates, hint) {
      const watch = of(task)
      if (score > 0 || updates < tenth(task) || watch.warned.includes('score')) return undefined
      watch.warned.push('score')
      const message = `the development score of task ${task} is 0 after ${updates} of its updates: it may not be learning${hint ? ` (${hint})` : ''}, or the development data may not have its layer`
      return { update, task, kind: 'score', message }
    },
  }
}
