/** Records out of one large JSON array, or of objects one after another, whatever chunks the bytes come in. */
import test from 'ava'
import fc from 'fast-check'
import type { HmtlError } from '../src/io/errors.ts'
import { jsonArrayItems } from '../src/io/syntax/json-array.ts'
import { sourceOf } from './helpers/documents.ts'

const limit = 1000

/** The items that come, and the code of what ends them. */
const itemsOf = async (bytes: Uint8Array | string, size: number, most = limit) => {
  const items: unknown[] = []
  try {
    for await (const { text, index, offset, error } of jsonArrayItems(sourceOf(bytes, size), most))
      items.push({ text, index, offset, error: error?.code, at: error?.offset })
  } catch (error) {
    const { code, offset } = error as HmtlError
    if (!code?.startsWith('HMTL_INPUT_')) throw error
    return { items, code, offset }
  }
  return { items, code: undefined, offset: undefined }
}
const textsOf = async (text: string) => {
  const { items, code } = await itemsOf(text, 1 << 16)
  return code ?? items.map((item) => (item as { text: string }).text)
}

test('an array, or objects one after another, item by item, with what stood around them gone', async (t) => {
  t.deepEqual(await textsOf('[]'), [])
  t.deepEqual(await textsOf(''), [])
  t.deepEqual(await textsOf(' [ {"a":1} ,\n{"b":[2,{}]}] '), ['{"a":1}', '{"b":[2,{}]}'])
  t.deepEqual(await textsOf('{"a":1}\n{"b":"]}"}'), ['{"a":1}', '{"b":"]}"}'])
  t.deepEqual(await textsOf('\ufeff[{"a":"\\"}"}]'), ['{"a":"\\"}"}'])
})

test('what is no record, and what is no UTF-8, is an item with an error, and those after it come', async (t) => {
  const { items, code } = await itemsOf(Buffer.from('[1,"x",{"a":"\xff"},{"b":1}]', 'latin1'), 1 << 16)
  t.is(code, undefined)
  t.deepEqual(
    items.map((item) => (item as { error?: string }).error),
    ['HMTL_INPUT_JSON', 'HMTL_INPUT_JSON', 'HMTL_INPUT_ENCODING', undefined],
  )
})

test('what is no array is an error with its place', async (t) => {
  const cases: [text: string, code: string, offset: number][] = [
    ['nothing', 'HMTL_INPUT_JSON', 0],
    ['  "x"', 'HMTL_INPUT_JSON', 2],
    ['[{}] {}', 'HMTL_INPUT_JSON', 5],
    ['{} ; {}', 'HMTL_INPUT_JSON', 3],
    ['[{"a":1', 'HMTL_INPUT_TRUNCATED', 7],
    ['{"a":1', 'HMTL_INPUT_TRUNCATED', 6],
    ['[', 'HMTL_INPUT_TRUNCATED', 1],
  ]
  for (const [text, code, offset] of cases) {
    const found = await itemsOf(text, 3)
    t.deepEqual([found.code, found.offset], [code, offset], text)
  }
})

test('an item larger than the limit is refused, in one chunk or in many, and is not held', async (t) => {
  const text = `[{"a":1},{"b":"${'x'.repeat(limit)}"}]`
  for (const size of [1, 7, 1 << 16]) {
    const { items, code, offset } = await itemsOf(text, size)
    t.deepEqual([items.length, code, offset], [1, 'HMTL_INPUT_TOO_LARGE', 9], `chunks of ${size}`)
  }
  let taken = 0
  const endless = {
    name: 'endless',
    relative: 'endless',
    async *chunks() {
      yield Buffer.from('[{"a":"')
      for (;;) {
        taken += 1 << 16
        yield Buffer.alloc(1 << 16, 0x78)
      }
    },
  }
  await t.throwsAsync(
    async () => {
      for await (const _ of jsonArrayItems(endless, 1 << 20));
    },
    { code: 'HMTL_INPUT_TOO_LARGE' },
  )
  t.true(taken <= (1 << 20) + (1 << 17))
})

test('property: any array of records comes back, in chunks of any size', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.dictionary(fc.string(), fc.jsonValue())),
      fc.constantFrom('', ' ', '\n\t'),
      fc.integer({ min: 1, max: 9 }),
      fc.boolean(),
      async (records, space, size, bare) => {
        const texts = records.map((record) => JSON.stringify(record))
        const file = bare ? texts.join(`${space}`) : `[${texts.join(`${space},${space}`)}]`
        const { items, code } = await itemsOf(file, size, 1e6)
        t.is(code, undefined)
        t.deepEqual(
          items.map((item) => (item as { text: string }).text),
          texts,
        )
      },
    ),
  )
})

test('property: whatever the bytes, the same items and the same error however they are cut', async (t) => {
  const byte = fc.constantFrom(...Buffer.from('[[[{{}}]],:"\\ \n1ab\xff\xef\xbb\xbf', 'latin1'))
  const hostile = fc.oneof(
    fc.array(byte, { maxLength: 60 }).map((bytes) => Buffer.from([0x5b, ...bytes])),
    fc.array(byte, { maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  )
  await fc.assert(
    fc.asyncProperty(
      hostile,
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 20 }),
      async (bytes, size, most) => {
        t.deepEqual(await itemsOf(bytes, size, most), await itemsOf(bytes, 1 << 16, most))
      },
    ),
    { numRuns: 1000 },
  )
})
