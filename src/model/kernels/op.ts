/**
 * What a fused op is: a name, an implementation over plain arrays that says what
 * it computes (the reference, which also runs on the `cpu` engine), and its
 * gradient as another such op. A faster backend registers the same names.
 */
import * as tf from '@tensorflow/tfjs-core'

export type Values = Float32Array | Int32Array

export interface HostTensor {
  readonly shape: readonly number[]
  readonly values: Values
}

export type Attributes = Readonly<Record<string, number>>
export type Inputs = Readonly<Record<string, HostTensor>>

/** Computes outputs from inputs over plain arrays. */
export type HostKernel = (inputs: Inputs, attributes: Attributes) => HostTensor[]

export const float = (shape: readonly number[], values?: Float32Array): HostTensor => ({
  shape,
  values: values ?? new Float32Array(shape.reduce((a, b) => a * b, 1)),
})
export const int = (shape: readonly number[], values?: Int32Array): HostTensor => ({
  shape,
  values: values ?? new Int32Array(shape.reduce((a, b) => a * b, 1)),
})

/** The backward pass of an op. */
export interface OpGradient {
  /** Inputs that are kept for it, and which of the outputs are. */
  readonly inputs: readonly string[]
  readonly outputs: readonly boolean[]
  /** From the gradients of the outputs and what was kept, inputs first: a tensor for each differentiable input. */
  of(
    dys: readonly tf.Tensor[],
    saved: readonly tf.Tensor[],
    attributes: Attributes,
  ): Readonly<Record<string, () => tf.Tensor>>
}

export interface FusedOp {
  readonly name: string
  readonly host: HostKernel
  /** Of an op that stands on the tape. */
  readonly gradient?: OpGradient
}

interface CpuBackend {
  readonly data: { get(id: object): { values: Values } }
  makeTensorInfo(shape: number[], dtype: string, values: Values): tf.TensorInfo
}

/** Registers the reference of an op for the `cpu` backend. */
export const registerHost = ({ name, host }: FusedOp): void => {
  if (tf.getKernel(name, 'cpu')) return
  tf.registerKernel({
    kernelName: name,
    backendName: 'cpu',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const cpu = backend as unknown as CpuBackend
      const hostInputs = Object.fromEntries(
        Object.entries(inputs)
          .filter(([, info]) => info !== undefined && info !== null)
          .map(([key, info]) => [
            key,
            { shape: (info as tf.TensorInfo).shape, values: cpu.data.get((info as tf.TensorInfo).dataId).values },
          ]),
      )
      return host(hostInputs, attrs as Attributes).map(({ shape, values }) =>
        cpu.makeTensorInfo([...shape], values instanceof Float32Array ? 'float32' : 'int32', values),
      )
    },
  })
}

/** Runs a fused op on the current backend. Inputs left undefined are not passed. */
export const run = (
  name: string,
  inputs: Readonly<Record<string, tf.Tensor | undefined>>,
  attributes: Attributes = {},
): tf.Tensor[] => {
  const given = Object.fromEntries(
    Object.entries(inputs).filter(([, tensor]) => tensor !== undefined),
  ) as tf.NamedTensorMap
  const out = tf.engine().runKernel(name, given, attributes as never) as tf.Tensor | tf.Tensor[]
  return Array.isArray(out) ? out : [out]
}

/** Registers the gradient of an op. */
export const registerGradient = (kernelName: string, { inputs, outputs, of }: OpGradient): void => {
  if (tf.getGradient(kernelName)) return
  tf.registerGradient({
    kernelName,
    inputsToSave: [...inputs],
    outputsToSave: [...outputs],
    gradFunc: (dy, tensors, attrs) =>
      of(Array.isArray(dy) ? dy : [dy], tensors, attrs as unknown as Attributes) as never,
  })
}
