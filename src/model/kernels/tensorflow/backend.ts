/**
 * A tfjs backend on TensorFlow's eager interface. Only what our ops use: values
 * in and out, ops by name, and resource variables for what is updated in place.
 * @tensorflow/tfjs-node's own backend needs the union package, for hundreds of
 * kernels that nothing here calls.
 */
import * as tf from '@tensorflow/tfjs-core'
import { HmtlError } from '../../../io/errors.ts'
import type { HostTensor, Values } from '../op.ts'
import type { Attribute, Binding } from './binding.ts'

/** A tensor of the library by its handle. */
export interface Native {
  readonly id: number
  readonly shape: readonly number[]
}

interface Entry {
  readonly shape: readonly number[]
  readonly dtype: tf.DataType
  references: number
  /** Values not yet handed to the library; kept for int32, which ops read on the host too. */
  values: Values | undefined
  id: number | undefined
  /** Handle of the resource variable that holds the value now. */
  variable: number | undefined
}

export class TensorflowBackend extends tf.KernelBackend {
  readonly binding: Binding
  private readonly data: tf.DataStorage<Entry>
  private readonly constants = new Map<number, number>()

  constructor(binding: Binding) {
    super()
    this.binding = binding
    this.data = new tf.DataStorage(this, tf.engine())
  }

  private entry(id: object): Entry {
    return this.data.get(id)
  }

  private type(dtype: tf.DataType): number {
    if (dtype === 'float32') return this.binding.TF_FLOAT
    if (dtype === 'int32') return this.binding.TF_INT32
    throw new HmtlError('HMTL_ENGINE_KERNEL', `tensors of ${dtype} are not in use on this engine`)
  }

  override write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): object {
    const id = {}
    this.move(id, values, shape, dtype, 1)
    return id
  }

  override move(
    id: object,
    values: tf.backend_util.BackendValues,
    shape: number[],
    dtype: tf.DataType,
    references: number,
  ): void {
    this.data.set(id, { shape, dtype, references, values: values as Values, id: undefined, variable: undefined })
  }

  /** The tensor's handle in the library; the backend's, not the caller's to delete. */
  native(id: object): Native {
    const entry = this.entry(id)
    if (entry.id === undefined) {
      if (entry.variable !== undefined)
        entry.id = this.execute(
          'ReadVariableOp',
          [this.attribute('dtype', this.binding.TF_FLOAT)],
          [entry.variable],
          1,
        )[0].id
      else {
        const values = entry.values as Values
        // The library keeps the memory of the array: what is written is never changed afterwards.
        entry.id = this.binding.createTensor(
          entry.shape,
          this.type(entry.dtype),
          entry.dtype === 'float32' && !(values instanceof Float32Array) ? Float32Array.from(values) : values,
        )
        if (entry.dtype !== 'int32') entry.values = undefined
      }
    }
    return { id: entry.id, shape: entry.shape }
  }

  /** Values on the host, without a copy where they never left it. */
  host(id: object): Values {
    const entry = this.entry(id)
    return entry.values ?? (this.binding.tensorDataSync(this.native(id).id) as Values)
  }

  /** Takes over a handle as a tensor. */
  adopt({ id, shape }: Native, dtype: tf.DataType = 'float32'): tf.TensorInfo {
    const dataId = {}
    this.data.set(dataId, { shape, dtype, references: 1, values: undefined, id, variable: undefined })
    return { dataId, shape: [...shape], dtype }
  }

  /** Takes over values made on the host; the library sees them when an op wants them. */
  readonly adoptHost = ({ shape, values }: HostTensor): tf.TensorInfo => {
    const dtype = values instanceof Float32Array ? 'float32' : 'int32'
    return { dataId: this.write(values, [...shape], dtype), shape: [...shape], dtype }
  }

  /**
   * The resource variable behind a tensor, made of its value when first asked for. What is read of it before stays as
   * it was.
   */
  variable(id: object): number {
    const entry = this.entry(id)
    if (entry.variable === undefined) {
      const value = this.native(id)
      const { binding } = this
      const [{ id: handle }] = this.execute(
        'VarHandleOp',
        [
          this.attribute('dtype', binding.TF_FLOAT),
          { name: 'shape', type: binding.TF_ATTR_SHAPE, value: entry.shape },
          { name: 'container', type: binding.TF_ATTR_STRING, value: '' },
          { name: 'shared_name', type: binding.TF_ATTR_STRING, value: `hmtl-${++variables}` },
        ],
        [],
        1,
      )
      this.execute('AssignVariableOp', [this.attribute('dtype', binding.TF_FLOAT)], [handle, value.id], 0)
      entry.variable = handle
    }
    return entry.variable
  }

  /** Says that the variable behind a tensor has changed. */
  changed(id: object): void {
    const entry = this.entry(id)
    if (entry.id !== undefined) this.binding.deleteTensor(entry.id)
    entry.id = undefined
    entry.values = undefined
  }

  /** A float scalar by its value, kept for the next op that wants it; the backend's. */
  constant(value: number): number {
    const known = this.constants.get(value)
    const id = known ?? this.binding.createTensor([], this.binding.TF_FLOAT, Float32Array.of(value))
    // The latest stand last, so that what goes first is in use by no op of the present kernel.
    this.constants.delete(value)
    this.constants.set(value, id)
    if (this.constants.size > mostConstants) {
      const [[oldest, handle]] = this.constants
      this.constants.delete(oldest)
      this.binding.deleteTensor(handle)
    }
    return id
  }

  attribute(name: string, value: number): Attribute {
    return { name, type: this.binding.TF_ATTR_TYPE, value }
  }

  /** Runs an op. @throws HmtlError `HMTL_ENGINE_KERNEL`, `HMTL_ENGINE_OUT_OF_MEMORY` */
  execute(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
    outputs: number,
  ): { id: number; shape: number[] }[] {
    try {
      return this.binding.executeOp(name, attributes, inputs, outputs)
    } catch (cause) {
      const { message } = cause as Error
      const full = /OOM|resource exhausted/i.test(message)
      throw new HmtlError(full ? 'HMTL_ENGINE_OUT_OF_MEMORY' : 'HMTL_ENGINE_KERNEL', `${name}: ${message}`, {
        cause,
        ...(full ? { remedy: 'Use smaller batches' } : {}),
      })
    }
  }

  override readSync(id: object): tf.backend_util.BackendValues {
    return this.host(id)
  }

  override async read(id: object): Promise<tf.backend_util.BackendValues> {
    return this.host(id)
  }

  override disposeData(id: object, force = false): boolean {
    if (!this.data.has(id)) return true
    const entry = this.entry(id)
    if (--entry.references > 0 && !force) return false
    if (entry.id !== undefined) this.binding.deleteTensor(entry.id)
    if (entry.variable !== undefined) {
      this.execute(
        'DestroyResourceOp',
        [{ name: 'ignore_lookup_error', type: this.binding.TF_ATTR_BOOL, value: true }],
        [entry.variable],
        0,
      )
      this.binding.deleteTensor(entry.variable)
    }
    this.data.delete(id)
    return true
  }

  override refCount(id: object): number {
    return this.data.has(id) ? this.entry(id).references : 0
  }

  override incRef(id: object): void {
    this.entry(id).references++
  }

  override numDataIds(): number {
    return this.data.numDataIds()
  }

  override memory() {
    return { unreliable: true }
  }

  override floatPrecision(): 16 | 32 {
    return 32
  }

  override epsilon(): number {
    return 1e-7
  }

  override timerAvailable(): boolean {
    return false
  }

  override dispose(): void {}
}

let variables = 0

const mostConstants = 256
