/** TensorFlow ops by name for the length of one kernel: everything made is freed at its end, but what is returned. */
import type { Attributes, HostTensor, Values } from '../op.ts'
import type { Attribute } from './binding.ts'
import type { Native, TensorflowBackend } from './backend.ts'

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

/** A kernel of TensorFlow's own ops. @param host values of the int32 inputs, which are on the host anyway */
export type Compute = (
  s: Scope,
  inputs: Readonly<Record<string, Native>>,
  attributes: Attributes,
  host: (name: string) => Values,
) => Native[]

export class Scope {
  private readonly made = new Set<number>()
  private readonly backend: TensorflowBackend
  private readonly T: Attribute

  constructor(backend: TensorflowBackend) {
    this.backend = backend
    this.T = backend.attribute('T', backend.binding.TF_FLOAT)
  }

  /** Any op; attributes as name and value, where a number is an int, and types are given with `type`. */
  op(name: string, inputs: readonly Native[], attributes: readonly Attribute[] = [this.T], outputs = 1): Native[] {
    const results = this.backend.execute(
      name,
      attributes,
      inputs.map(({ id }) => id),
      outputs,
    )
    for (const { id } of results) this.made.add(id)
    return results
  }

  one(name: string, ...inputs: Native[]): Native {
    return this.op(name, inputs)[0]
  }

  private add(shape: readonly number[], type: number, values: Float32Array | Int32Array): Native {
    const id = this.backend.binding.createTensor(shape, type, values)
    this.made.add(id)
    return { id, shape }
  }

  floats(shape: readonly number[], values: Float32Array): Native {
    return this.add(shape, this.backend.binding.TF_FLOAT, values)
  }

  zeros(...shape: number[]): Native {
    return this.floats(shape, new Float32Array(sizeOf(shape)))
  }

  scalar(value: number): Native {
    return { id: this.backend.constant(value), shape: [] }
  }

  /** Values on the host. */
  host({ id, shape }: Native): HostTensor {
    return { shape, values: this.backend.binding.tensorDataSync(id) as Float32Array }
  }

  ints(values: Int32Array | number[], shape?: readonly number[]): Native {
    const list = values instanceof Int32Array ? values : Int32Array.from(values)
    return this.add(shape ?? [list.length], this.backend.binding.TF_INT32, list)
  }

  int(value: number): Native {
    return this.ints([value], [])
  }

  /** int64 from low and high words. */
  longs(values: Int32Array, shape: readonly number[]): Native {
    return this.add(shape, this.backend.binding.TF_INT64, values)
  }

  type(name: string, kind: 'float' | 'int' | 'long'): Attribute {
    const { binding } = this.backend
    return this.backend.attribute(
      name,
      kind === 'float' ? binding.TF_FLOAT : kind === 'int' ? binding.TF_INT32 : binding.TF_INT64,
    )
  }

  flag(name: string, value: boolean): Attribute {
    return { name, type: this.backend.binding.TF_ATTR_BOOL, value }
  }

  whole(name: string, value: number): Attribute {
    return { name, type: this.backend.binding.TF_ATTR_INT, value }
  }

  real(name: string, value: number): Attribute {
    return { name, type: this.backend.binding.TF_ATTR_FLOAT, value }
  }

  matmul(a: Native, b: Native, transposeA = false, transposeB = false): Native {
    return this.op(
      'MatMul',
      [a, b],
      [this.T, this.flag('transpose_a', transposeA), this.flag('transpose_b', transposeB)],
    )[0]
  }

  /** x[ids] along an axis; every id must exist. */
  gather(x: Native, ids: Native, axis = 0): Native {
    return this.op(
      'GatherV2',
      [x, ids, this.int(axis)],
      [
        this.type('Tparams', 'float'),
        this.type('Tindices', 'int'),
        this.type('Taxis', 'int'),
        this.whole('batch_dims', 0),
      ],
    )[0]
  }

  /** Rows of x added up by id; rows of a negative id are left out. */
  segmentSum(x: Native, ids: Native, rows: number): Native {
    return this.op(
      'UnsortedSegmentSum',
      [x, ids, this.int(rows)],
      [this.T, this.type('Tindices', 'int'), this.type('Tnumsegments', 'int')],
    )[0]
  }

  concat(parts: readonly Native[], axis: number): Native {
    if (parts.length === 1) return parts[0]
    return this.op(
      'ConcatV2',
      [...parts, this.int(axis)],
      [this.T, this.type('Tidx', 'int'), this.whole('N', parts.length)],
    )[0]
  }

  slice(x: Native, begin: readonly number[], size: readonly number[]): Native {
    return this.op('Slice', [x, this.ints([...begin]), this.ints([...size])], [this.T, this.type('Index', 'int')])[0]
  }

  reshape(x: Native, ...shape: number[]): Native {
    return this.op('Reshape', [x, this.ints(shape)], [this.T, this.type('Tshape', 'int')])[0]
  }

  total(x: Native): Native {
    return this.op(
      'Sum',
      [this.reshape(x, sizeOf(x.shape)), this.ints([0])],
      [this.T, this.type('Tidx', 'int'), this.flag('keep_dims', true)],
    )[0]
  }

  private over(op: 'Sum' | 'Mean', x: Native, axes: number[], keep: boolean): Native {
    return this.op(op, [x, this.ints(axes)], [this.T, this.type('Tidx', 'int'), this.flag('keep_dims', keep)])[0]
  }

  sum(x: Native, ...axes: number[]): Native {
    return this.over('Sum', x, axes, false)
  }

  /** Over the last axis, which stays as one of size 1. */
  lastMean(x: Native): Native {
    return this.over('Mean', x, [x.shape.length - 1], true)
  }

  columnSums(x: Native): Native {
    return this.sum(x, 0)
  }

  transpose(x: Native, ...axes: number[]): Native {
    return this.op('Transpose', [x, this.ints(axes)], [this.T, this.type('Tperm', 'int')])[0]
  }

  /** Products of the last two axes. */
  batchMatmul(a: Native, b: Native, transposeA = false, transposeB = false): Native {
    return this.op('BatchMatMulV2', [a, b], [this.T, this.flag('adj_x', transposeA), this.flag('adj_y', transposeB)])[0]
  }

  addAll(parts: readonly Native[]): Native {
    return parts.length === 1 ? parts[0] : this.op('AddN', parts, [this.T, this.whole('N', parts.length)])[0]
  }

  /** Frees what is made within and not returned, for loops whose steps need much. */
  section(run: () => Native[]): Native[] {
    const before = new Set(this.made)
    const results = run()
    const kept = new Set(results.map(({ id }) => id))
    for (const id of this.made)
      if (!before.has(id) && !kept.has(id)) {
        this.backend.binding.deleteTensor(id)
        this.made.delete(id)
      }
    return results
  }

  /** Frees what was made and is not among these. @returns them, each a handle of its own */
  close(results: readonly Native[]): Native[] {
    const kept = new Set<number>()
    const owned = results.map((result) => {
      if (this.made.has(result.id) && !kept.has(result.id)) {
        kept.add(result.id)
        return result
      }
      // An input, or given twice: a handle for its new owner.
      const [copy] = this.backend.execute('Identity', [this.T], [result.id], 1)
      return copy
    })
    for (const id of this.made) if (!kept.has(id)) this.backend.binding.deleteTensor(id)
    this.made.clear()
    return owned
  }
}
