/** Numbers of float16 and of 8 bits: what they mean, and that they mean it wherever they lie. */
import test from 'ava'
import { copyHalves, floatsOfHalves, ofHalf } from '../src/io/arrow/half.ts'
import { openBytes } from '../src/model/model-files.ts'
import { decodeSafetensors, encodeSafetensors, openSafetensors } from '../src/model/safetensors.ts'

const everything = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits)

test('all that there are, many at once as one by one', (t) => {
  const floats = floatsOfHalves(everything)
  t.true(everything.every((bits) => Object.is(floats[bits], ofHalf(bits))))
  const part = new Float32Array(10).fill(7)
  copyHalves(everything, 0x3bff, 0x3c02, part, 4)
  t.deepEqual([...part], [7, 7, 7, 7, ofHalf(0x3bff), 1, ofHalf(0x3c01), 7, 7, 7])
})

test('a file whose bytes stay: its tensors are the same, wherever it begins, and no more finite', (t) => {
  const values = Float32Array.from({ length: 12 }, (_, i) => (i - 5) / 4)
  const bytes = encodeSafetensors(new Map([['a', { shape: [3, 4], values }]]), 'F16')
  for (const shift of [0, 1]) {
    const moved = new Uint8Array(bytes.length + shift)
    moved.set(bytes, shift)
    const found = decodeSafetensors(moved.subarray(shift), 'file', true).get('a')
    t.deepEqual(found?.shape, [3, 4])
    t.deepEqual(found?.values, values)
    t.deepEqual(floatsOfHalves(found?.halves ?? new Uint16Array(0)), values)
  }
  // The last number is none.
  bytes.fill(0xff, -2)
  t.throws(() => decodeSafetensors(bytes, 'file', true), { code: 'HMTL_MODEL_CORRUPT' } as never)
})

test('integers that stay: the same numbers, and none that are not finite', async (t) => {
  const values = Float32Array.from({ length: 12 }, (_, i) => (i - 5) / 4)
  const bytes = encodeSafetensors(new Map([['a', { shape: [3, 4], values }]]), 'I8')
  const [copied, left] = [decodeSafetensors(bytes).get('a'), decodeSafetensors(bytes, 'file', true).get('a')]
  t.deepEqual(left?.values, copied?.values)
  t.is(left?.bytes?.integers.length, 12)
  // Factors that are numbers, of which products are none; they come first.
  const at = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true))
  for (const factor of [3e38, Number.NaN, Number.POSITIVE_INFINITY]) {
    new DataView(bytes.buffer).setFloat32(at, factor, true)
    for (const stay of [false, true])
      t.throws(() => decodeSafetensors(bytes, 'file', stay), { code: 'HMTL_MODEL_CORRUPT' } as never)
    const file = await openSafetensors(openBytes(bytes, 'file'), 'file')
    await t.throwsAsync(file.readBytes('a', [3, 4]), { code: 'HMTL_MODEL_CORRUPT' } as never)
  }
})
