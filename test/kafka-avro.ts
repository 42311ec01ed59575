/** Avro values as JSON would have given them: integers and decimals exact, bytes as text. */
import test from 'ava'
import fc from 'fast-check'
import { stringifyExact } from '../src/io/syntax/exact-json.ts'
import { avroOf } from '../src/pipeline/kafka/avro.ts'

/** As Avro writes an integer: folded, so that small ones are short, in bytes of seven bits. */
const long = (value: bigint): Buffer => {
  const bytes: number[] = []
  let left = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
  for (; left > 127n; left >>= 7n) bytes.push(Number(left & 127n) | 128)
  return Buffer.from([...bytes, Number(left)])
}

const sized = (bytes: Buffer): Buffer => Buffer.concat([long(BigInt(bytes.length)), bytes])

const decoderOf = async (...fields: readonly (readonly [name: string, type: unknown])[]) => {
  const schema = { type: 'record', name: 'News', fields: fields.map(([name, type]) => ({ name, type })) }
  const decode = await avroOf(JSON.stringify(schema)).decoderFor([])
  return (...parts: readonly Buffer[]): string => stringifyExact(decode(Buffer.concat(parts)))
}

test('integers of 64 bits are exact, wherever they stand', async (t) => {
  const decode = await decoderOf(['n', 'long'], ['some', ['null', 'long']], ['all', { type: 'array', items: 'long' }])
  const borders = [2n ** 52n, 2n ** 53n, 2n ** 63n - 1n].flatMap((n) => [n - 1n, n, -n - 1n, -n, 1n - n])
  const any = fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.constantFrom(0n, -1n, ...borders))
  fc.assert(
    fc.property(any, any, any, (n, some, item) => {
      const json = decode(long(n), long(1n), long(some), long(1n), long(item), long(0n))
      t.is(json, `{"n":${n},"some":${some},"all":[${item}]}`)
    }),
    { numRuns: 500 },
  )
})

test('decimals keep their digits, bytes are text as in tables, what is absent is null', async (t) => {
  const decimal = { type: 'bytes', logicalType: 'decimal', precision: 30, scale: 2 }
  const decode = await decoderOf(
    ['price', decimal],
    ['tax', ['null', decimal]],
    ['share', { type: 'fixed', name: 'Share', size: 4, logicalType: 'decimal', precision: 9, scale: 1 }],
    ['raw', 'bytes'],
    ['none', ['null', 'string']],
  )
  const parts = [
    sized(Buffer.from([0x01, 0x5e])),
    long(1n),
    sized(Buffer.from([0xff])),
    Buffer.from([0, 0, 0, 15]),
    sized(Buffer.from([1, 2])),
    long(0n),
  ]
  t.is(decode(...parts), '{"price":3.50,"tax":-0.01,"share":1.5,"raw":"AQI=","none":null}')
})

test('an integer of more bytes than any has is damage', async (t) => {
  const decode = await decoderOf(['n', 'long'])
  t.throws(() => decode(Buffer.concat([Buffer.alloc(100_000, 0x80), Buffer.of(1)])), {
    code: 'HMTL_INPUT_SYNTAX',
    message: /an integer of 100001 bytes/,
  } as never)
})
