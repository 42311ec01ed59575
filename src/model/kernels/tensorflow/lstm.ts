/**
 * The bidirectional LSTM, two ways. On a GPU by TensorFlow's BlockLSTMV2, which wants a padded block
 * [steps, sequences, input]. Packed sentences come longest first, so they are cut
 * into blocks of like length: little is padded. The backward direction runs over
 * a block gathered in reverse. On the CPU, where that op is compiled without FMA and
 * works on padding, the matrix products are TensorFlow's and the recurrence runs in
 * our SIMD kernel on the host: twice as fast (bench/engine/RESULTS.md).
 */
import { type HostTensor, int, type Values } from '../op.ts'
import { hostRecurrence, hostRecurrenceGradient } from '../simd/arena.ts'
import type { Native } from './backend.ts'
import type { Scope } from './scope.ts'

interface Block {
  /** First place and number of its sequences. */
  readonly place: number
  readonly sequences: number
  /** Steps of its longest sequence. */
  readonly steps: number
}

/**
 * A sequence of less than this share of its block's longest opens a new one, if the block has enough sequences to be
 * worth a run.
 */
const [likeLength, worthwhile] = [0.75, 8]

/** @param lengths of the sequences, longest first */
const blocksOf = (lengths: readonly number[]): Block[] => {
  const blocks: Block[] = []
  for (let place = 0; place < lengths.length; ) {
    let end = place + 1
    while (end < lengths.length && (lengths[end] >= likeLength * lengths[place] || end - place < worthwhile)) end++
    blocks.push({ place, sequences: end - place, steps: lengths[place] })
    place = end
  }
  return blocks
}

/** How rows of the packed layout lie in the blocks. */
interface Plan {
  readonly blocks: readonly Block[]
  /** For each block and direction, the row at each of its cells; any row where there is none. */
  readonly rows: readonly (readonly [Int32Array, Int32Array])[]
  /** The same with -1 where there is none. */
  readonly owners: readonly (readonly [Int32Array, Int32Array])[]
  /** For each direction, the cell of each row, cells counted over all blocks. */
  readonly cells: readonly [Int32Array, Int32Array]
}

const planOf = (offsets: Values): Plan => {
  const steps = offsets.length - 1
  const count = steps > 0 ? offsets[1] : 0
  const lengths = Array.from({ length: count }, () => 0)
  for (let t = 0; t < steps; t++) for (let b = 0; b < offsets[t + 1] - offsets[t]; b++) lengths[b] = t + 1
  const total = offsets[steps] ?? 0
  const blocks = blocksOf(lengths)
  const cells = [new Int32Array(total), new Int32Array(total)] as const
  let base = 0
  const owners = blocks.map(({ place, sequences, steps }) => {
    const pair = [new Int32Array(steps * sequences).fill(-1), new Int32Array(steps * sequences).fill(-1)] as const
    for (let s = 0; s < sequences; s++) {
      const length = lengths[place + s]
      for (let t = 0; t < length; t++) {
        const row = offsets[t] + place + s
        const [forward, backward] = [t * sequences + s, (length - 1 - t) * sequences + s]
        pair[0][forward] = pair[1][backward] = row
        cells[0][row] = base + forward
        cells[1][row] = base + backward
      }
    }
    base += steps * sequences
    return pair
  })
  const rows = owners.map(
    ([forward, backward]) => [forward.map((row) => Math.max(row, 0)), backward.map((row) => Math.max(row, 0))] as const,
  )
  return { blocks, rows, owners, cells }
}

/** Outputs of BlockLSTMV2: i, cs, f, o, ci, co, h. */
const blockOutputs = 7

/** Our gates lie i, f, o, g; the library's i, f, g, o: the same exchange both ways. */
const exchanged = [0, 1, 3, 2]

const gateColumns = (hidden: number, from: number): Int32Array =>
  Int32Array.from({ length: 4 * hidden }, (_, j) => from + exchanged[Math.floor(j / hidden)] * hidden + (j % hidden))

/** [input + hidden, 4·hidden] and [4·hidden] of a direction, as the library wants them. */
const weightsOf = (s: Scope, direction: number, w: Native, b: Native, u: Native): { weight: Native; bias: Native } => {
  const h = u.shape[1]
  const columns = s.ints(gateColumns(h, direction * 4 * h))
  const recurrent = s.gather(
    s.reshape(s.slice(u, [direction, 0, 0], [1, h, 4 * h]), h, 4 * h),
    s.ints(gateColumns(h, 0)),
    1,
  )
  return { weight: s.concat([s.gather(w, columns, 1), recurrent], 0), bias: s.gather(b, columns) }
}

/** The inputs that forward and gradient share. */
const shared = (s: Scope, { sequences, steps }: Block, hidden: number) => {
  const state = s.zeros(sequences, hidden)
  const peephole = s.zeros(hidden)
  return { length: s.longs(Int32Array.of(steps, 0), []), state, peephole }
}

export const blockForward = (
  s: Scope,
  { x, w, b, u }: Readonly<Record<'x' | 'w' | 'b' | 'u', Native>>,
  offsets: Values,
): Native[] => {
  const h = u.shape[1]
  const input = x.shape[1]
  const plan = planOf(offsets)
  const saved: Native[] = []
  const sides = [0, 1].map((direction) => {
    const { weight, bias } = weightsOf(s, direction, w, b, u)
    const parts = plan.blocks.map((block, k) => {
      const { length, state, peephole } = shared(s, block, h)
      const cells = s.reshape(s.gather(x, s.ints(plan.rows[k][direction])), block.steps, block.sequences, input)
      const outputs = s.op(
        'BlockLSTMV2',
        [length, cells, state, state, weight, peephole, peephole, peephole, bias],
        [s.type('T', 'float'), s.real('cell_clip', 0), s.flag('use_peephole', false)],
        blockOutputs,
      )
      saved.push(...outputs)
      return s.reshape(outputs[blockOutputs - 1], block.steps * block.sequences, h)
    })
    return s.gather(s.concat(parts, 0), s.ints(plan.cells[direction]))
  })
  return [s.concat(sides, 1), ...saved]
}

/** @param saved what `blockForward` returned after y */
export const blockGradient = (
  s: Scope,
  { dy, x, w, b, u }: Readonly<Record<'dy' | 'x' | 'w' | 'b' | 'u', Native>>,
  offsets: Values,
  saved: readonly Native[],
): Native[] => {
  const h = u.shape[1]
  const input = x.shape[1]
  const plan = planOf(offsets)
  const dxs: Native[] = []
  const sides = [0, 1].map((direction) => {
    const { weight, bias } = weightsOf(s, direction, w, b, u)
    const dySide = s.slice(dy, [0, direction * h], [dy.shape[0], h])
    const [dws, dbs, parts]: Native[][] = [[], [], []]
    plan.blocks.forEach((block, k) => {
      const { length, state, peephole } = shared(s, block, h)
      const cells = s.reshape(s.gather(x, s.ints(plan.rows[k][direction])), block.steps, block.sequences, input)
      const at = (direction * plan.blocks.length + k) * blockOutputs
      // Cells without a row get no gradient, and as they come last, hand none back.
      const dh = s.reshape(gatherOrZero(s, dySide, plan.owners[k][direction]), block.steps, block.sequences, h)
      const dcs = s.zeros(block.steps, block.sequences, h)
      const grads = s.op(
        'BlockLSTMGradV2',
        [
          length,
          cells,
          state,
          state,
          weight,
          peephole,
          peephole,
          peephole,
          bias,
          ...saved.slice(at, at + blockOutputs),
          dcs,
          dh,
        ],
        [s.type('T', 'float'), s.flag('use_peephole', false)],
        8,
      )
      parts.push(s.reshape(grads[0], block.steps * block.sequences, input))
      dws.push(grads[3])
      dbs.push(grads[7])
    })
    dxs.push(s.gather(s.concat(parts, 0), s.ints(plan.cells[direction])))
    const back = s.ints(gateColumns(h, 0))
    const dWeight = s.gather(s.addAll(dws), back, 1)
    return {
      dw: s.slice(dWeight, [0, 0], [input, 4 * h]),
      du: s.reshape(s.slice(dWeight, [input, 0], [h, 4 * h]), 1, h, 4 * h),
      db: s.gather(s.addAll(dbs), back),
    }
  })
  return [
    s.addAll(dxs),
    s.concat([sides[0].dw, sides[1].dw], 1),
    s.concat([sides[0].db, sides[1].db], 0),
    s.concat([sides[0].du, sides[1].du], 0),
  ]
}

/** Rows by id, zeros for -1. */
export const gatherOrZero = (s: Scope, x: Native, ids: Int32Array | Values): Native => {
  if (!ids.includes(-1)) return s.gather(x, s.ints(ids as Int32Array))
  const [rows, width] = x.shape
  const extended = s.concat([x, s.zeros(1, width)], 0)
  return s.gather(extended, s.ints(Int32Array.from(ids, (id) => (id < 0 ? rows : id))))
}

/** Input projections [N,8H] by TensorFlow, the rest on the host. */
export const hostForward = (
  s: Scope,
  { x, w, b }: Readonly<Record<'x' | 'w' | 'b', Native>>,
  u: HostTensor,
  offsets: Values,
): HostTensor[] =>
  hostRecurrence({
    xp: s.host(s.one('BiasAdd', s.matmul(x, w), b)),
    u,
    offsets: int([offsets.length], offsets as Int32Array),
  })

/** @returns dx, dw, db as the library's, du as the host's */
export const hostGradient = (
  s: Scope,
  { x, w }: Readonly<Record<'x' | 'w', Native>>,
  dy: HostTensor,
  u: HostTensor,
  offsets: Values,
  [y, gates, cells]: readonly HostTensor[],
): { natives: Native[]; du: HostTensor } => {
  const at = int([offsets.length], offsets as Int32Array)
  const [d, du] = hostRecurrenceGradient({ dy, u, offsets: at, y, gates, cells })
  const dxp = s.floats(d.shape, d.values as Float32Array)
  return { natives: [s.matmul(dxp, w, false, true), s.matmul(x, dxp, true, false), s.columnSums(dxp)], du }
}
