import { gzipSync } from 'node:zlib'
import test from 'ava'
import fc from 'fast-check'
import { createDocument, listSpans, spansOf } from '../src/io/document/document.ts'
import { fromJson, toJson } from '../src/io/document/json.ts'
import { Cells } from '../src/io/syntax/cells.ts'
import { lineBatches } from '../src/io/syntax/lines.ts'
import { readDocuments } from '../src/io/read.ts'
import { collect, plain, read, sourceOf } from './helpers/documents.ts'

const linesOf = async (bytes: string | Uint8Array, most?: number, size?: number) =>
  (await collect(lineBatches(sourceOf(bytes, size), most))).flat()

test('lines: numbers, byte offsets, CRLF, BOM, and a last line without an end', async (t) => {
  const lines = await linesOf('\ufeffä\r\nb\n\nc')
  t.deepEqual(
    lines.map(({ text, number, offset }) => [text, number, offset]),
    [
      ['ä', 1, 0],
      ['b', 2, 7],
      ['', 3, 9],
      ['c', 4, 10],
    ],
  )
})

test('lines: one over the limit is reported by place without being held, and the next is read', async (t) => {
  for (const size of [3, 1 << 16]) {
    const lines = await linesOf(`ok\n${'x'.repeat(100)}\nnext\n`, 10, size)
    t.deepEqual(
      lines.map(({ text, error }) => [text, error?.code]),
      [
        ['ok', undefined],
        ['', 'HMTL_INPUT_TOO_LARGE'],
        ['next', undefined],
      ],
    )
    t.is(lines[1].error?.line, 2)
    t.is(lines[2].offset, 104)
  }
})

test('lines: bytes that are not UTF-8 are an error of their line', async (t) => {
  const lines = await linesOf(Buffer.from([0x61, 0x0a, 0xff, 0x0a, 0x62]))
  t.deepEqual(
    lines.map(({ error }) => error?.code),
    [undefined, 'HMTL_INPUT_ENCODING', undefined],
  )
})

test('gzip is read through, and a damaged one is a coded error', async (t) => {
  const packed = gzipSync('{"text":"a"}\n'.repeat(1000))
  t.is((await collect(readDocuments(packed))).length, 1000)
  await t.throwsAsync(collect(readDocuments(packed.subarray(0, packed.length - 20))), {
    code: 'HMTL_INPUT_TRUNCATED',
  } as never)
})

test('json: metadata passes through however it is named, without prototype tricks', (t) => {
  const record = JSON.parse(
    '{"text":"a b","__proto__":{"x":1},"deep":{"a":[1,{"b":null}]},"tokens":[1,2],"constructor":5}',
  )
  const document = fromJson(record, 'x')
  t.is(({} as Record<string, unknown>).x, undefined)
  t.is(
    JSON.stringify(toJson(document)),
    '{"id":"x","text":"a b","__proto__":{"x":1},"deep":{"a":[1,{"b":null}]},"tokens":[1,2],"constructor":5}',
  )
})

test('json: tokens alone make a text, tokens beside a text are aligned to it', (t) => {
  t.is(fromJson({ tokens: ['Hi', '.'] }, 'x').text, 'Hi .')
  t.deepEqual(plain(fromJson({ text: 'Hi.', tokens: ['Hi', '.'] }, 'x').tokens as never), {
    begin: [0, 2],
    end: [2, 3],
  })
  t.is(fromJson({ text: 'Hi.', tokens: ['Other'] }, 'x').tokens, undefined)
})

test('json: gold layers in every unit', (t) => {
  for (const [offsetUnit, start, end] of [
    ['utf16', 3, 5],
    ['codepoint', 2, 4],
    ['utf8', 5, 7],
  ] as const) {
    const document = fromJson(
      { text: '😀 ab', hmtl: { offsetUnit, entities: [{ start, end, label: 'X', score: 0.5 }] } },
      'x',
    )
    t.deepEqual(listSpans(document.entities!), [{ start: 3, end: 5, label: 'X', score: 0.5 }])
    t.deepEqual((toJson(document, { offsetUnit }).hmtl as { entities: unknown }).entities, [
      { start, end, label: 'X', score: 0.5 },
    ])
  }
})

test('json: what is wrong with a record is said by field, and the rest is read', async (t) => {
  const bad = [
    '{"text":1}',
    '{}',
    '[]',
    '{"text":"a"',
    '{"text":"ab","hmtl":{"entities":[{"start":0,"end":9,"label":"X"}]}}',
    '{"text":"ab","hmtl":{"tokens":[[1,2],[0,1]]}}',
    '{"text":"ab","hmtl":{"clusters":[[{"start":0,"end":1},{"start":0,"end":1}]]}}',
  ]
  const { documents, errors } = await read('jsonl', [...bad, '{"text":"good"}'].join('\n'))
  t.is(documents.length, 1)
  t.deepEqual(
    errors.map(({ code, line }) => [code, line]),
    [
      ['HMTL_INPUT_FIELD', 1],
      ['HMTL_INPUT_FIELD', 2],
      ['HMTL_INPUT_FIELD', 3],
      ['HMTL_INPUT_JSON', 4],
      ['HMTL_DOCUMENT_OFFSET', 5],
      ['HMTL_DOCUMENT_ORDER', 6],
      ['HMTL_DOCUMENT_CLUSTER', 7],
    ],
  )
})

test('documents: empty, one token, 100,000 tokens; frozen and validated', async (t) => {
  t.is(createDocument({ id: 'e', text: '' }).text, '')
  const big = fromJson({ tokens: Array.from({ length: 100_000 }, (_, i) => `w${i}`) }, 'big')
  t.is(big.tokens?.begin.length, 100_000)
  t.true(Object.isFrozen(big))
  t.throws(() => createDocument({ id: 'x', text: 'ab', tokens: spansOf([[0, 3]]) }), {
    code: 'HMTL_DOCUMENT_OFFSET',
  } as never)
  t.throws(() => createDocument({ id: 'x', text: 'ab', tokens: spansOf([[0, 1]]), sentences: spansOf([[0, 2]]) }), {
    code: 'HMTL_DOCUMENT_ORDER',
  } as never)
  t.throws(
    () =>
      createDocument({ id: 'x', text: 'ab', mentions: [{ start: 0, end: 1, label: 'X', head: { start: 1, end: 2 } }] }),
    { code: 'HMTL_DOCUMENT_OFFSET' } as never,
  )
})

test('reading: a path, bytes, a stream and an iterable give the same, and a consumer may leave early', async (t) => {
  const { Readable } = await import('node:stream')
  const text = '{"text":"a"}\n{"text":"b"}\n'
  for (const input of [Buffer.from(text), Readable.from([Buffer.from(text)]), [text.slice(0, 5), text.slice(5)]])
    t.is((await collect(readDocuments(input))).length, 2)
  let closed = false
  async function* endless() {
    try {
      for (;;) yield text
    } finally {
      closed = true
    }
  }
  for await (const document of readDocuments(endless())) {
    t.is(document.text, 'a')
    break
  }
  t.true(closed)
})

test('writing: a slow reader gets everything and no listener stays behind', async (t) => {
  const { Writable } = await import('node:stream')
  const { writeStream } = await import('../src/io/write.ts')
  let size = 0
  let warned = false
  const warn = () => {
    warned = true
  }
  process.once('warning', warn)
  const slow = new Writable({
    highWaterMark: 1000,
    write(chunk, _, done) {
      size += chunk.length
      setImmediate(done)
    },
  })
  async function* chunks() {
    for (let i = 0; i < 40; i++) yield Buffer.alloc(5000)
  }
  await writeStream(slow, chunks())
  await new Promise((resolve) => setImmediate(resolve))
  t.is(slow.listenerCount('drain'), 0)
  t.true(slow.listenerCount('close') <= 1)
  t.false(warned)
  process.off('warning', warn)
  await new Promise((resolve) => slow.end(resolve))
  t.is(size, 200_000)
})

test('lines: however they are cut into chunks and blocks, they are those of a split', async (t) => {
  const piece = fc.oneof(
    fc.constantFrom(
      '',
      'a',
      'é',
      '😀',
      '\r',
      '\r\n',
      '\n',
      '\n\n',
      '\ufeff',
      ' \t',
      'x'.repeat(9000),
      'ä'.repeat(9000),
    ),
    fc.string({ unit: 'binary', maxLength: 40 }).map((text) => text.replace(/[\ud800-\udfff]/g, '?')),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 40 }), fc.integer({ min: 1, max: 1 << 15 }), async (list, size) => {
      const text = list.join('')
      const bytes = Buffer.from(text)
      const wanted = text.replace(/^\ufeff/, '').split('\n')
      if (wanted.at(-1) === '' && !text.endsWith('\ufeff')) wanted.pop()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what fills up the end of a file is no line
      else if (/^[\0\x1a]+$/.test(wanted.at(-1) ?? '') && !/^\ufeff[\0\x1a]+$/.test(text)) wanted.pop()
      const lines = await linesOf(bytes, undefined, size)
      t.deepEqual(
        lines.map((line) => line.text),
        wanted.map((line) => line.replace(/\r$/, '')),
      )
      t.true(lines.every(({ number }, i) => number === i + 1))
      // Each begins where the newline byte before it ends.
      let at = 0
      for (const { offset } of lines) {
        t.is(offset, at)
        at = bytes.indexOf(10, at) + 1
      }
    }),
    { numRuns: 200 },
  )
})

test('lines: one that is not UTF-8 among many is told by its place, and all others are read', async (t) => {
  const before = 'ordinary line\n'.repeat(3000)
  const bytes = Buffer.concat([Buffer.from(before), Buffer.from([0x61, 0xff, 10]), Buffer.from('é\n'.repeat(3000))])
  const lines = await linesOf(bytes, undefined, 1 << 16)
  t.is(lines.length, 6001)
  t.deepEqual(
    lines.filter(({ error }) => error).map(({ number, offset, error }) => [number, offset, error?.code]),
    [[3001, before.length, 'HMTL_INPUT_ENCODING']],
  )
  t.is(lines[6000].offset, bytes.length - 3)
})

test('cells: the same as a split of the line, tabs or runs of spaces', (t) => {
  const cell = fc.constantFrom('', 'a', 'ab c', '😀', '\u00a0', '-', 'O', '(1)', '#')
  const line = fc.oneof(
    fc.array(cell, { maxLength: 14 }).map((cells) => cells.join('\t')),
    fc.array(fc.constantFrom('', 'a', 'bc', '😀', '(1'), { maxLength: 14 }).map((cells) => cells.join('  ')),
    fc.string({ unit: fc.constantFrom(' ', '\t', 'a', '\r', '1'), maxLength: 12 }),
  )
  const split = (text: string): string[] => {
    if (text.replace(/[ \t\r]+$/, '').includes('\t')) return text.replace(/ +$/, '').split('\t')
    return text
      .replace(/[ \t\r]+$/, '')
      .split(/ +/)
      .filter((part) => part !== '')
  }
  fc.assert(
    fc.property(fc.array(fc.tuple(line, fc.boolean()), { maxLength: 60 }), fc.nat(200), (list, expected) => {
      const cells = new Cells(expected)
      const kept: string[] = []
      for (const [text, keep] of list) {
        const wanted = split(text)
        t.is(cells.read(text), wanted.length)
        t.deepEqual(cells.cells(cells.length), wanted)
        t.is(cells.filled(cells.length), wanted.findLastIndex((part) => part !== '') + 1)
        if (keep) {
          cells.keep()
          kept.push(text)
        }
      }
      t.is(cells.length, kept.length)
      kept.forEach((text, row) => {
        t.is(cells.line(row), text)
        t.deepEqual(cells.cells(row), split(text))
        split(text).forEach((part, c) => {
          t.true(cells.is(row, c, part))
          t.false(cells.is(row, c, `${part}x`))
          t.is(cells.isEmpty(row, c), part === '')
        })
      })
    }),
  )
})
