/**
 * The weights of a BERT encoder out of an ONNX file, under the names of its published tensors. Exporters keep the
 * names of embeddings, biases and norms, but give the matrices of products names of their own; which one is which is
 * said by the node that multiplies by it (`/encoder/layer.3/attention/self/query/MatMul`).
 * ONNX is a protocol buffer of which five messages' few fields matter here.
 */
import { failed } from './fetch.ts'

interface Field {
  readonly number: number
  readonly value: number
  readonly bytes: Buffer | undefined
}

/** Reads bytes from their beginning on; lengths are checked before they are believed. */
const cursorOf = (bytes: Buffer) => {
  let at = 0
  return {
    done: () => at >= bytes.length,
    varint(): number {
      let value = 0
      for (let shift = 0; shift < 64; shift += 7) {
        const byte = bytes[at++]
        if (byte === undefined) throw damaged('a number is cut short')
        value += (byte & 0x7f) * 2 ** shift
        if (byte < 0x80) return value
      }
      throw damaged('a number has no end')
    },
    take(length: number): Buffer {
      if (length > bytes.length - at) throw damaged('a field is longer than the file')
      at += length
      return bytes.subarray(at - length, at)
    },
  }
}

/** Fields of a message in order. */
function* fields(message: Buffer): Generator<Field> {
  const { done, varint, take } = cursorOf(message)
  while (!done()) {
    const key = varint()
    const [number, kind] = [Math.floor(key / 8), key % 8]
    if (kind === 0) yield { number, value: varint(), bytes: undefined }
    else if (kind === 1) yield { number, value: 0, bytes: take(8) }
    else if (kind === 2) yield { number, value: 0, bytes: take(varint()) }
    else if (kind === 5) yield { number, value: 0, bytes: take(4) }
    else throw damaged(`a field of kind ${kind}`)
  }
}

/** What a name of ours is shorter than; a longer one is none. */
const longestName = 1000
const textOf = (bytes: Buffer | undefined): string =>
  bytes && bytes.length <= longestName ? bytes.toString('utf8') : ''

const damaged = (what: string) => failed(`the ONNX file is damaged: ${what}`, 'Fetch it again')

const onnxFloat = 1

export interface OnnxTensor {
  readonly shape: readonly number[]
  readonly values: Float32Array
}

const tensorOf = (message: Buffer): { name: string; tensor: OnnxTensor | undefined } => {
  let [name, type] = ['', 0]
  let raw: Buffer | undefined
  const shape: number[] = []
  for (const { number, value, bytes } of fields(message)) {
    if (number === 1) {
      // Dimensions come one by one or packed.
      if (bytes) for (const { done, varint } = cursorOf(bytes); !done(); ) shape.push(varint())
      else shape.push(value)
    } else if (number === 2) type = value
    else if (number === 8) name = textOf(bytes)
    else if (number === 9) raw = bytes
  }
  if (type !== onnxFloat || !raw || raw.length === 0) return { name, tensor: undefined }
  if (raw.length !== 4 * shape.reduce((a, b) => a * b, 1)) throw damaged(`${name} is not as long as its shape says`)
  return {
    name,
    tensor: { shape, values: new Float32Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.length)) },
  }
}

interface Node {
  readonly name: string
  readonly kind: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
}

const nodeOf = (message: Buffer): Node => {
  const [inputs, outputs]: string[][] = [[], []]
  let [name, kind] = ['', '']
  for (const { number, bytes } of fields(message)) {
    const text = textOf(bytes)
    if (number === 1) inputs.push(text)
    else if (number === 2) outputs.push(text)
    else if (number === 3) name = text
    else if (number === 4) kind = text
  }
  return { name, kind, inputs, outputs }
}

const transposed = ({ shape: [rows, columns], values }: OnnxTensor): OnnxTensor => {
  const out = new Float32Array(values.length)
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = values[i * columns + j]
  return { shape: [columns, rows], values: out }
}

/**
 * @param file whole ONNX model of a BERT encoder, weights inside, in float32
 * @returns tensors as published: `embeddings.word_embeddings.weight` [words, hidden],
 * `encoder.layer.0.attention.self.query.weight` [out, in], …
 * @throws HmtlError `HMTL_SETUP_FAILED` for what is no such model
 */
export const bertTensors = (file: Buffer): Map<string, OnnxTensor> => {
  const weights = new Map<string, OnnxTensor>()
  const nodes: Node[] = []
  const modelGraph = 7
  for (const { number, bytes: graph } of fields(file)) {
    if (number !== modelGraph || !graph) continue
    for (const { number: part, bytes } of fields(graph)) {
      if (!bytes) continue
      if (part === 1) nodes.push(nodeOf(bytes))
      else if (part === 5) {
        const { name, tensor } = tensorOf(bytes)
        if (tensor) weights.set(name, tensor)
      }
    }
  }
  const out = new Map<string, OnnxTensor>()
  for (const [name, tensor] of weights) {
    const plain = name.replace(/^(bert|model|0\.auto_model)\./, '')
    if (/^(embeddings|encoder)\./.test(plain) && tensor.shape.length > 0) out.set(plain, tensor)
  }
  // Each matrix belongs to one product; a file that multiplies by one again and again would grow without bound.
  const used = new Set<OnnxTensor>()
  for (const { name, kind, inputs } of nodes) {
    const layer = /encoder\/(layer\.\d+\/.*)\/MatMul$/.exec(name)?.[1]
    const weight =
      kind === 'MatMul'
        ? inputs.flatMap((input) => weights.get(input) ?? []).find(({ shape }) => shape.length === 2)
        : undefined
    if (layer === undefined || !weight) continue
    if (used.has(weight)) throw damaged(`two products by one matrix, of which one is ${name}`)
    used.add(weight)
    out.set(`encoder.${layer.replaceAll('/', '.')}.weight`, transposed(weight))
  }
  if (!out.has('embeddings.word_embeddings.weight') || !out.has('encoder.layer.0.attention.self.query.weight'))
    throw failed('the ONNX file holds no BERT encoder with names that are known', 'Name another with --from')
  return out
}
