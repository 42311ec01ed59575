/** Weights out of ONNX files: of a model written here, and of bytes that nobody can be sure of. */
import test from 'ava'
import fc from 'fast-check'
import { HmtlError } from '../src/io/errors.ts'
import { bertTensors } from '../src/setup/onnx.ts'
import { threadSeconds } from './helpers/thread-time.ts'

const varint = (value: number): Buffer => {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    bytes.push(rest < 128 ? rest : (rest % 128) | 128)
    if (rest < 128) return Buffer.from(bytes)
  }
}
/** A field of a protocol buffer: a number, or bytes with their length before them. */
const field = (number: number, value: number | string | Buffer): Buffer => {
  if (typeof value === 'number') return Buffer.concat([varint(8 * number), varint(value)])
  const bytes = Buffer.from(value as string)
  return Buffer.concat([varint(8 * number + 2), varint(bytes.length), bytes])
}
const message = (...parts: Buffer[]): Buffer => Buffer.concat(parts)

const float = 1
const floats = (values: readonly number[]): Buffer => Buffer.from(Float32Array.from(values).buffer)
const tensor = (name: string, shape: readonly number[], values: readonly number[], type = float, packed = false) =>
  field(
    5,
    message(
      ...(packed ? [field(1, Buffer.concat(shape.map(varint)))] : shape.map((n) => field(1, n))),
      field(2, type),
      field(8, name),
      field(9, floats(values)),
    ),
  )
const node = (name: string, kind: string, ...inputs: string[]) =>
  field(1, message(...inputs.map((input) => field(1, input)), field(2, 'out'), field(3, name), field(4, kind)))
const model = (...parts: Buffer[]): Buffer => message(field(1, 8), field(2, 'pytorch'), field(7, message(...parts)))

const words = tensor('embeddings.word_embeddings.weight', [3, 2], [1, 2, 3, 4, 5, 6])
const query = [
  node('/encoder/layer.0/attention/self/query/MatMul', 'MatMul', '/embeddings/out', 'onnx::MatMul_7'),
  tensor('onnx::MatMul_7', [2, 3], [1, 2, 3, 4, 5, 6]),
]

const errorOf = (bytes: Buffer): HmtlError | undefined => {
  try {
    bertTensors(bytes)
    return undefined
  } catch (error) {
    if (!(error instanceof HmtlError)) throw error
    return error
  }
}

test('matrices get the name of the node that multiplies by them, rows and columns as published', (t) => {
  const found = bertTensors(
    model(
      words,
      ...query,
      tensor('bert.encoder.layer.0.attention.self.query.bias', [2], [7, 8], float, true),
      tensor('embeddings.position_ids', [1, 1], [0], 7),
      node('/encoder/layer.0/attention/self/MatMul', 'MatMul', 'states', 'other states'),
      node('/encoder/layer.0/attention/self/Add', 'Add', 'x', 'onnx::MatMul_7'),
    ),
  )
  t.deepEqual(
    [...found].map(([name, { shape, values }]) => [name, shape, [...values]]),
    [
      ['embeddings.word_embeddings.weight', [3, 2], [1, 2, 3, 4, 5, 6]],
      ['encoder.layer.0.attention.self.query.bias', [2], [7, 8]],
      ['encoder.layer.0.attention.self.query.weight', [3, 2], [1, 4, 2, 5, 3, 6]],
    ],
    'what is no float32 and what multiplies no weight is left out',
  )
})

test('the names of an exporter of sentence encoders are known too', (t) => {
  const prefixed = tensor('0.auto_model.embeddings.word_embeddings.weight', [1, 1], [1])
  t.true(bertTensors(model(prefixed, ...query)).has('embeddings.word_embeddings.weight'))
})

test('a file that holds no BERT encoder is an error that says so', (t) => {
  for (const bytes of [Buffer.alloc(0), model(), model(words), model(...query), Buffer.from('PK\x03\x04 no model')]) {
    const error = errorOf(bytes)
    t.is(error?.code, 'HMTL_SETUP_FAILED')
    t.truthy(error?.remedy)
  }
})

test('a tensor that is not as long as its shape is refused, whatever the shape', (t) => {
  const deep = Array.from({ length: 500 }, () => 2 ** 50)
  for (const shape of [[2 ** 40, 2 ** 40], [4], [0, 3], [2 ** 52, 2 ** 52, 0], deep])
    t.regex(errorOf(model(words, ...query, tensor('encoder.x', shape, [1, 2])))?.message ?? '', /shape/, String(shape))
})

test('an empty matrix of many rows is no work', (t) => {
  const rows = tensor('onnx::MatMul_7', [2 ** 50, 0], [])
  t.regex(errorOf(model(words, query[0], rows))?.message ?? '', /no BERT encoder/)
})

test('one matrix under many names does not become many', (t) => {
  const again = Array.from({ length: 1000 }, (_, i) => node(`/encoder/layer.${i}/x/MatMul`, 'MatMul', 'onnx::MatMul_7'))
  t.regex(errorOf(model(words, ...query, ...again))?.message ?? '', /one matrix/)
})

test('a name of a megabyte is none, and read at once', (t) => {
  const begun = threadSeconds()
  bertTensors(model(words, ...query, node('/encoder/layer.1'.repeat(70_000), 'MatMul', 'onnx::MatMul_7')))
  t.true(threadSeconds() - begun < 2)
})

test('property: whatever the bytes, tensors or a coded error, and never more than the file has', (t) => {
  const good = model(words, ...query)
  const hostile = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc.nat(good.length).map((end) => good.subarray(0, end)),
    fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }).map((changes) => {
      const bytes = Buffer.from(good)
      for (const [at, byte] of changes) bytes[at] = byte
      return bytes
    }),
    fc
      .array(fc.tuple(fc.nat(12), fc.oneof(fc.maxSafeNat(), fc.string(), fc.constant(good.subarray(9)))))
      .map((parts) => model(...parts.map(([number, value]) => field(number, value)), words, ...query)),
  )
  fc.assert(
    fc.property(hostile, (bytes) => {
      try {
        let total = 0
        for (const { shape, values } of bertTensors(bytes).values()) {
          total += values.byteLength
          t.is(
            shape.reduce((a, b) => a * b, 1),
            values.length,
          )
        }
        t.true(total <= 2 * bytes.length)
      } catch (error) {
        t.is((error as HmtlError).code, 'HMTL_SETUP_FAILED', String((error as Error).stack))
      }
    }),
    { numRuns: 2000 },
  )
})
