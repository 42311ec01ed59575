/**
 * A wider encoder that begins as the narrower one (Chen, Goodfellow and Shlens, "Net2Net", ICLR 2016, in its plainest
 * form): nothing that was there reads the new cells, whose own weights are drawn as ever, so the model computes what it
 * did and learns from there.
 */
import type { ModelConfig, TaskConfig } from '../model/config/keys.ts'
import { headOf } from '../model/heads/index.ts'

export type Stored = { readonly shape: readonly number[]; readonly values: Float32Array }

/** Cells a direction, then and now. */
interface Widths {
  readonly from: number
  readonly to: number
}

/** An axis that begins and ends with groups which grow by new places at the end of each; what is between them stays. */
interface Axis {
  readonly before: readonly Widths[]
  readonly after: readonly Widths[]
}

const stays: Axis = { before: [], after: [] }
const sum = (widths: readonly Widths[], of: keyof Widths): number => widths.reduce((total, each) => total + each[of], 0)

/** Where each place of the wider axis was in the narrower, of so many; -1 where it is new. */
const placesOf = ({ before, after }: Axis, size: number): Int32Array => {
  const kept = size - sum(before, 'from') - sum(after, 'from')
  const places: number[] = []
  let old = 0
  const grow = ({ from, to }: Widths) => {
    for (let i = 0; i < to; i++) places.push(i < from ? old + i : -1)
    old += from
  }
  before.forEach(grow)
  grow({ from: kept, to: kept })
  after.forEach(grow)
  return Int32Array.from(places)
}

/**
 * [blocks, rows, columns] of old weights among new ones: what was from an old row to an old column stays, what would be
 * from a new row to an old column is 0, and new columns are as they were drawn.
 */
const grown = (stored: Stored, drawn: Float32Array, rowOf: Int32Array, columnOf: Int32Array): Float32Array => {
  const values = drawn.slice()
  const oldWidth = stored.shape[stored.shape.length - 1]
  const oldHeight = stored.shape[stored.shape.length - 2] ?? 1
  const [height, width] = [rowOf.length, columnOf.length]
  for (let block = 0; block * height * width < values.length; block++)
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++) {
        const old = columnOf[column]
        if (old < 0) continue
        values[(block * height + row) * width + column] =
          rowOf[row] < 0 ? 0 : stored.values[(block * oldHeight + rowOf[row]) * oldWidth + old]
      }
  return values
}

const times = <T>(count: number, each: T): T[] => Array.from({ length: count }, () => each)

/**
 * A parameter of a former model in the shape that it has where encoders are wider: their own, and what reads their states.
 *
 * @param drawn the parameter as it would begin anew
 * @returns undefined where the shapes differ by something else
 */
export const widened = (
  name: string,
  stored: Stored,
  shape: readonly number[],
  drawn: Float32Array,
  { tasks }: ModelConfig,
  former: ModelConfig,
): Stored | undefined => {
  const named = (wanted: string) => tasks.find((candidate) => candidate.name === wanted)
  const before = (wanted: string) => former.tasks.find((candidate) => candidate.name === wanted)
  /** Of the encoder whose states a task's are, here and in the former model: its own, or that below it. */
  const states = (task: TaskConfig | undefined): Widths | undefined => {
    const [own, its] = [task?.encoder, before(task?.name ?? '')?.encoder]
    if (!task || !own !== !its) return undefined
    if (!own || !its) return states(named(task.on))
    const grows = own.layers === its.layers && own.hidden >= its.hidden
    return grows ? { from: its.hidden, to: own.hidden } : undefined
  }
  const [taskName, part, layer, kind] = name.split('.')
  const task = named(taskName)
  if (!task || shape.length !== stored.shape.length) return undefined
  const own = states(task)
  const below = states(named(task.on))
  const both = (widths: Widths | undefined, count = 1): Widths[] => (widths ? times(2 * count, widths) : [])
  const axes = (): readonly [rows: Axis, columns: Axis] | undefined => {
    if (part === 'encoder') {
      if (!own) return undefined
      const gates = (count: number): Axis => ({ before: times(count, own), after: [] })
      if (kind === 'bias') return [stays, gates(8)]
      if (kind === 'recurrent') return [gates(1), gates(4)]
      return [layer === '0' ? { before: [], after: both(below) } : { before: both(own), after: [] }, gates(8)]
    }
    const reads = headOf(task.kind).statesIn?.(name.slice(taskName.length + 1))
    return reads && [{ before: both(own, reads.own), after: reads.below ? both(below) : [] }, stays]
  }
  const found = axes()
  if (!found) return undefined
  const old = [
    stored.shape.length > 1 ? stored.shape[stored.shape.length - 2] : 1,
    stored.shape[stored.shape.length - 1],
  ]
  if (found.some((axis, i) => sum(axis.before, 'from') + sum(axis.after, 'from') > old[i])) return undefined
  const [rows, columns] = found.map((axis, i) => placesOf(axis, old[i]))
  const wanted = shape.length > 1 ? shape.slice(-2) : [1, shape[0]]
  if (rows.length !== wanted[0] || columns.length !== wanted[1] || (shape.length === 3 && shape[0] !== stored.shape[0]))
    return undefined
  return { shape, values: grown(stored, drawn, rows, columns) }
}
