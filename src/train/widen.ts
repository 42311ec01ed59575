/**
 * A wider encoder that begins as the narrower one (Chen, Goodfellow and Shlens, "Net2Net", ICLR 2016, in its plainest
 * form): nothing that was there reads the new units, whose own weights are drawn as ever, so the model computes what it
 * did and learns from there.
 */
import type { ModelConfig, TaskConfig } from '../model/config/keys.ts'

export type Stored = { readonly shape: readonly number[]; readonly values: Float32Array }

/** An axis of so many equal groups, each of which grows by new places at its end; `kept` places before them stay. */
interface Axis {
  readonly kept: number
  readonly groups: number
  readonly from: number
  readonly to: number
}

const stays = (size: number): Axis => ({ kept: size, groups: 0, from: 0, to: 0 })
const sizeOf = ({ kept, groups, to }: Axis): number => kept + groups * to

/** Where each place of the wider axis was in the narrower; -1 where it is new. */
const placesOf = ({ kept, groups, from, to }: Axis): Int32Array => {
  const places = new Int32Array(kept + groups * to).fill(-1)
  for (let i = 0; i < kept; i++) places[i] = i
  for (let group = 0; group < groups; group++)
    for (let i = 0; i < from; i++) places[kept + group * to + i] = kept + group * from + i
  return places
}

/**
 * [blocks, rows, columns] of old weights among new ones: what was from an old row to an old column stays, what would be
 * from a new row to an old column is 0, and new columns are as they were drawn.
 */
const grown = (stored: Stored, drawn: Float32Array, blocks: number, rows: Axis, columns: Axis): Float32Array => {
  const [rowOf, columnOf] = [placesOf(rows), placesOf(columns)]
  const [height, width] = [rowOf.length, columnOf.length]
  const [oldHeight, oldWidth] = [rows.kept + rows.groups * rows.from, columns.kept + columns.groups * columns.from]
  const values = drawn.slice()
  for (let block = 0; block < blocks; block++)
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++) {
        const old = columnOf[column]
        if (old < 0) continue
        values[(block * height + row) * width + column] =
          rowOf[row] < 0 ? 0 : stored.values[(block * oldHeight + rowOf[row]) * oldWidth + old]
      }
  return values
}

interface Widths {
  readonly from: number
  readonly to: number
}

/** Widths of the encoders of a task of the same name in both that have as many layers, where the newer is wider. */
const widthsOf = (task: TaskConfig | undefined, former: ModelConfig): Widths | undefined => {
  const [own, its] = [task?.encoder, former.tasks.find(({ name }) => name === task?.name)?.encoder]
  if (!own || !its || own.layers !== its.layers || own.hidden <= its.hidden) return undefined
  return { from: its.hidden, to: own.hidden }
}

/**
 * A parameter of a former model in the shape that it has where encoders are wider: their own, the tags' that a tagger
 * makes of its states, and all that end in the states of the task below.
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
  const [taskName, part, layer, kind] = name.split('.')
  const task = tasks.find((candidate) => candidate.name === taskName)
  if (!task || shape.length !== stored.shape.length) return undefined
  const own = widthsOf(task, former)
  const below = widthsOf(
    tasks.find((candidate) => candidate.name === task.on),
    former,
  )
  const states = (widths: Widths | undefined, rows: number): Axis =>
    widths ? { kept: rows - 2 * widths.from, groups: 2, ...widths } : stays(rows)
  const made = (blocks: number, rows: Axis, columns: Axis): Stored | undefined =>
    blocks * sizeOf(rows) * sizeOf(columns) === drawn.length &&
    rows.kept >= 0 &&
    sizeOf(columns) === shape[shape.length - 1] &&
    blocks * (rows.kept + rows.groups * rows.from) * (columns.kept + columns.groups * columns.from) ===
      stored.values.length
      ? { shape, values: grown(stored, drawn, blocks, rows, columns) }
      : undefined
  const [rows, columns = 1] = stored.shape
  if (part === 'encoder') {
    const gates: Axis = own ? { kept: 0, groups: 8, ...own } : stays(stored.shape[stored.shape.length - 1])
    if (kind === 'bias') return made(1, stays(1), gates)
    if (kind === 'input') return made(1, states(layer === '0' ? below : own, rows), gates)
    return own && made(2, { kept: 0, groups: 1, ...own }, { kept: 0, groups: 4, ...own })
  }
  if (shape.length !== 2) return undefined
  // What reads a task's own states is known of taggers alone; others join them to what they have besides.
  return made(1, states(task.kind === 'crf' ? (task.encoder ? own : below) : below, rows), stays(columns))
}
