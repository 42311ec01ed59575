import { isDeepStrictEqual } from 'node:util'
import test from 'ava'
import fc from 'fast-check'
import { createDocument, type Document, spansOf } from '../src/io/document/document.ts'
import { HmtlError } from '../src/io/errors.ts'
import { formatContext } from '../src/io/format.ts'
import { formats } from '../src/io/formats/index.ts'
import { fromUtf16, offsetUnits, toUtf16 } from '../src/io/document/offsets.ts'
import { decodeTags, encodeTags, schemes } from '../src/io/document/tags.ts'
import { prepareDocument } from '../src/pipeline/prepare.ts'
import { tokenize } from '../src/pipeline/tokenize.ts'
import { collect, fileText, plain, read, sourceOf, write } from './helpers/documents.ts'

const word = fc
  .stringMatching(/^[A-Za-zé😀中.,'-]{1,8}$/u)
  .filter((text) => text.trim() !== '' && !text.startsWith('#') && !text.startsWith('-DOC'))
const label = fc.constantFrom('PER', 'ORG', 'LOC', 'A_B')

/** Documents of words with one space between, sentences, flat entities, relations and disjoint clusters. */
const documents = fc
  .array(fc.array(word, { minLength: 1, maxLength: 7 }), { minLength: 1, maxLength: 4 })
  .chain((sentences) => {
    const count = sentences.flat().length
    return fc.record({
      sentences: fc.constant(sentences),
      cuts: fc.array(fc.nat(count - 1), { maxLength: 6 }),
      labels: fc.array(label, { minLength: 8, maxLength: 8 }),
      pairs: fc.array(fc.tuple(fc.nat(7), fc.nat(7), label), { maxLength: 4 }),
      score: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
      metadata: fc.dictionary(
        fc.string().filter((key) => !['id', 'text', 'tokens', 'hmtl'].includes(key)),
        fc.jsonValue({ maxDepth: 2 }),
        { maxKeys: 3 },
      ),
    })
  })
  .map(({ sentences, cuts, labels, pairs, score, metadata }): Document => {
    const words = sentences.flat()
    const begin: number[] = []
    let at = 0
    for (const each of words) {
      begin.push(at)
      at += each.length + 1
    }
    const end = begin.map((from, i) => from + words[i].length)
    const starts: [number, number][] = []
    let first = 0
    for (const sentence of sentences) {
      starts.push([first, first + sentence.length])
      first += sentence.length
    }
    const tokens = [...new Set(cuts)].sort((a, b) => a - b)
    const spans = tokens.map((token, i) => ({
      start: begin[token],
      end: end[token],
      label: labels[i % 8],
      ...(score === undefined ? {} : { score }),
    }))
    const relations =
      spans.length === 0
        ? []
        : pairs.map(([a, b, name]) => ({ label: name, arg1: spans[a % spans.length], arg2: spans[b % spans.length] }))
    const half = Math.ceil(spans.length / 2)
    const clusters = [spans.slice(0, half), spans.slice(half)].filter((cluster) => cluster.length > 0)
    return createDocument({
      id: 'd',
      text: words.join(' '),
      tokens: spansOf(begin.map((from, i) => [from, end[i]])),
      sentences: spansOf(starts),
      entities: spans,
      relations,
      clusters,
      metadata: metadata as Record<string, unknown>,
    })
  })

for (const format of ['jsonl', 'arrow', 'arrow-stream', 'parquet'])
  test(`${format} loses nothing of any document`, (t) =>
    fc
      .assert(
        fc.asyncProperty(fc.array(documents, { maxLength: 4 }), async (list) => {
          const { bytes } = await write(format, list, { batchDocuments: 2 })
          const again = await read(format, bytes)
          const wanted = list.map((document) => (format === 'jsonl' ? rounded(plain(document)) : plain(document)))
          return (
            isDeepStrictEqual(
              again.documents.map((document) => (format === 'jsonl' ? rounded(plain(document)) : plain(document))),
              wanted,
            ) && again.errors.length === 0
          )
        }),
        { numRuns: 60 },
      )
      .then(() => t.true(true)))

/** JSON rounds scores to a millionth and writes metadata in its own order. */
const rounded = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (key, item) =>
      key === 'score' ? (item as number[])?.map((x) => Math.round(x * 1e6)) : item,
    ),
  )

for (const format of ['conll2003', 'conll2012', 'dygie', 'redocred', 'conllu'] as const)
  test(`${format}: what was written is read again and written the same`, (t) =>
    fc
      .assert(
        fc.asyncProperty(fc.array(documents, { minLength: 1, maxLength: 3 }), async (list) => {
          const first = await write(format, list)
          const once = await read(format, first.bytes)
          if (once.errors.length > 0) throw once.errors[0]
          const second = await write(format, once.documents)
          return second.bytes.equals(first.bytes) || format === 'dygie' || format === 'redocred'
            ? isDeepStrictEqual((await read(format, second.bytes)).documents.map(plain), once.documents.map(plain))
            : false
        }),
        { numRuns: 60 },
      )
      .then(() => t.true(true)))

const sampleOf: Record<string, string> = {
  jsonl: '',
  conll2003: 'datasets/conll2003/sample.conll',
  conll2012: 'datasets/conll2012/sample.gold_conll',
  conll04: 'datasets/conll04/sample.txt',
  conllu: 'datasets/gum/sample.conllu',
  dygie: 'datasets/scierc/sample.jsonl',
  redocred: 'datasets/redocred/sample.json',
}

for (const [format, path] of Object.entries(sampleOf))
  test(`${format}: no chunk boundary changes what is read`, async (t) => {
    const text = path === '' ? '\ufeff{"text":"a 😀 b","k":1}\r\n\r\n{"tokens":["x","é"],"id":7}' : await fileText(path)
    const whole = await read(format, text)
    t.true(whole.documents.length > 0)
    for (const size of [1, 2, 3, 7, 64])
      t.deepEqual((await read(format, text, {}, size)).documents.map(plain), whole.documents.map(plain))
  })

test('arbitrary bytes never give anything but documents and coded errors', async (t) => {
  const base = (
    await Promise.all(Object.values(sampleOf).map((path) => (path === '' ? '{"text":"a b"}\n' : fileText(path))))
  ).map((text): Uint8Array => Buffer.from(text))
  const { documents: list } = await read('conll04', await fileText('datasets/conll04/sample.txt'))
  // Damage inside of a Parquet page is the library's to find, which can take it long; cut files and noise are not.
  for (const format of ['arrow', 'arrow-stream']) base.push((await write(format, list)).bytes)
  const parquet = (await write('parquet', list)).bytes
  const damaged = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc
      .tuple(fc.nat(base.length - 1), fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 6 }))
      .map(([which, at, bytes]) => {
        const copy = Buffer.from(base[which])
        copy.set(bytes.slice(0, copy.length), at % Math.max(1, copy.length - bytes.length))
        return copy
      }),
    fc.tuple(fc.nat(base.length - 1), fc.nat()).map(([which, at]) => base[which].subarray(0, at % base[which].length)),
    fc.nat().map((at) => parquet.subarray(0, at % parquet.length)),
  )
  await fc.assert(
    fc.asyncProperty(damaged, fc.constantFrom(...formats), async (bytes, format) => {
      const errors: unknown[] = []
      const context = formatContext({ onError: (error) => errors.push(error), options: { maxDocumentBytes: 1 << 20 } })
      try {
        await collect(format.read(sourceOf(bytes), context))
      } catch (error) {
        errors.push(error)
      }
      const strange = errors.find((error) => !(error instanceof HmtlError))
      if (strange) throw strange
    }),
    { numRuns: 600 },
  )
  t.true(true)
})

test('tags: spans come back from every scheme, adjacent ones of a type too', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 1, max: 3 }), label), { maxLength: 6 }),
      fc.constantFrom(...schemes),
      (pieces, scheme) => {
        let at = 0
        const spans = pieces.map(([gap, length, name]) => {
          const begin = at + gap
          at = begin + length
          return { begin, end: at, label: name }
        })
        const tags = encodeTags(spans, 0, at, scheme)
        return JSON.stringify(decodeTags(tags)) === JSON.stringify(spans)
      },
    ),
  )
  t.deepEqual(decodeTags(['I-A', 'I-B', 'O', 'L-A']), [
    { begin: 0, end: 1, label: 'A' },
    { begin: 1, end: 2, label: 'B' },
    { begin: 3, end: 4, label: 'A' },
  ])
})

test('offsets: every unit maps there and back at every character', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.constantFrom(...offsetUnits), (text, unit) => {
      const [to, from] = [fromUtf16(text, unit), toUtf16(text, unit)]
      let at = 0
      for (const character of text) {
        if (from(to(at)) !== at) return false
        at += character.length
      }
      const size = unit === 'utf16' ? text.length : unit === 'codepoint' ? [...text].length : Buffer.byteLength(text)
      return to(text.length) === size
    }),
  )
  t.throws(() => toUtf16('😀', 'utf8')(2), { code: 'HMTL_DOCUMENT_OFFSET' } as never)
})

test('tokens cover all that is not white space, in order, and sentences all tokens', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const { begin, end } = tokenize(text)
      let at = 0
      for (let i = 0; i < begin.length; i++) {
        if (text.slice(at, begin[i]).replace(/[\s\u200b\u0085\u200c\ufeff]/gu, '') !== '' || end[i] <= begin[i])
          return false
        at = end[i]
      }
      prepareDocument(createDocument({ id: 'x', text }))
      return text.slice(at).replace(/[\s\u200b\u0085\ufeff]/gu, '') === ''
    }),
    { numRuns: 500 },
  )
  t.true(true)
})
