/** The last layer of a head that knows several conventions: what all have in common, and what each adds to it. */
import * as tf from '@tensorflow/tfjs-core'
import { indexes } from '../batch.ts'
import { linear } from '../kernels/ops/linear.ts'
import { concat, gather } from '../kernels/ops/rows.ts'
import type { Parameters } from '../parameters.ts'
import { conventionAt, conventionsOf, type WithConventions } from './convention.ts'

/**
 * Whose rules hold for rows: one convention for all, or for each row its place among the task's, -1 where none is
 * named.
 */
export type Convention = string | undefined | Int32Array

/** Weights [inner, out] and bias [out] that hold whatever the convention. */
export interface CommonLayer {
  readonly w: tf.Tensor2D
  readonly b: tf.Tensor1D
  /** Whether it is multiplied by integers where the model is only used. @default false */
  readonly integers?: boolean
}

/**
 * x·w + b [rows, out] by the rules of each row. What a convention adds to weights and bias begins at zero and is
 * learned beside what all have in common; with one convention for all rows it costs nothing.
 *
 * @param part of the parameters' names, such as `emd.tags`
 * @param x [rows, inner]
 */
export const linearByConvention = (
  task: WithConventions,
  parameters: Parameters,
  part: string,
  x: tf.Tensor2D,
  { w, b, integers = false }: CommonLayer,
  convention: Convention,
): tf.Tensor2D => {
  const [inner, out] = w.shape
  const weight = (key: string, make: () => tf.Tensor2D) => (integers ? parameters.weight(key, make) : make())
  const common = () =>
    linear(
      x,
      weight(`${part}.weight`, () => w),
      b,
    )
  // All are there from the start, whichever is asked for first.
  const known = conventionsOf(task).map((name) => {
    const added = `${part}.convention.${name}`
    const more = {
      w: parameters.get<tf.Tensor2D>(`${added}.weight`, [inner, out], { kind: 'zeros' }),
      b: parameters.get<tf.Tensor1D>(`${added}.bias`, [out], { kind: 'zeros' }),
    }
    return () =>
      linear(
        x,
        weight(`${added}.weight`, () => tf.add(w, more.w)),
        tf.add(b, more.b),
      )
  })
  if (!(convention instanceof Int32Array)) return (known[conventionAt(task, convention)] ?? common)()
  if (known.length === 0) return common()
  // All of them side by side; then a row's own.
  const all = [common, ...known].map((one) => one()).reduce(concat)
  const apart = tf.reshape(all, [x.shape[0] * (known.length + 1), out]) as tf.Tensor2D
  return gather(apart, indexes(convention.map((at, row) => row * (known.length + 1) + at + 1)))
}

/** The place of each example's convention among the task's; undefined where the task knows none. */
export const conventionPlaces = (
  task: WithConventions,
  examples: readonly { readonly convention?: string | undefined }[],
): readonly number[] | undefined => {
  const known = conventionsOf(task)
  return known.length === 0 ? undefined : examples.map(({ convention }) => known.indexOf(convention ?? ''))
}
