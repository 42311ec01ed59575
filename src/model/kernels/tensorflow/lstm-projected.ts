/** ELMo's LSTM by TensorFlow's ops, a step at a time: its matrices are large enough for that. */
import type { Attributes, Values } from '../op.ts'
import type { Native } from './backend.ts'
import type { Scope } from './scope.ts'

export const projectedForward = (
  s: Scope,
  { xp, u, w, c, h }: Readonly<Record<'xp' | 'u' | 'w' | 'c' | 'h', Native>>,
  offsets: Values,
  { reverse, cellClip, projectionClip }: Attributes,
): Native[] => {
  const [H, P] = w.shape
  const B = c.shape[0]
  const steps = offsets.length - 1
  const clip = (x: Native, most: number) => s.op('ClipByValue', [x, s.scalar(-most), s.scalar(most)])[0]
  let [cells, states] = [c, h]
  const parts: Native[] = []
  for (let step = 0; step < steps; step++) {
    const t = reverse ? steps - 1 - step : step
    const rows = offsets[t + 1] - offsets[t]
    const inner = s.section(() => {
      const part = (x: Native) => (rows < B ? s.slice(x, [0, 0], [rows, x.shape[1]]) : x)
      const z = s.one('AddV2', s.slice(xp, [offsets[t], 0], [rows, 4 * H]), s.matmul(part(states), u))
      const gate = (k: number) => s.slice(z, [0, k * H], [rows, H])
      const forget = s.one('Sigmoid', s.one('AddV2', gate(2), s.scalar(1)))
      const cell = clip(
        s.one(
          'AddV2',
          s.one('Mul', forget, part(cells)),
          s.one('Mul', s.one('Sigmoid', gate(0)), s.one('Tanh', gate(1))),
        ),
        cellClip,
      )
      const state = clip(s.matmul(s.one('Mul', s.one('Sigmoid', gate(3)), s.one('Tanh', cell)), w), projectionClip)
      const whole = (x: Native, old: Native) =>
        rows < B ? s.concat([x, s.slice(old, [rows, 0], [B - rows, old.shape[1]])], 0) : x
      return [state, whole(cell, cells), rows < B ? whole(state, states) : state]
    })
    parts.push(inner[0])
    cells = inner[1]
    states = inner[2]
  }
  if (steps === 0) return [s.zeros(0, P), c, h]
  return [s.concat(reverse ? parts.reverse() : parts, 0), cells, states]
}
