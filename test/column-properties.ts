/** Column formats on odd words and odd documents: what is written is read again. */
import test from 'ava'
import fc from 'fast-check'
import { decodeBrackets } from '../src/io/syntax/brackets.ts'
import { createDocument, type Document, listSpans } from '../src/io/document/document.ts'
import { joinTokens } from '../src/io/document/tokens.ts'
import { plain, read, write } from './helpers/documents.ts'
import { clustersOf, wordsOf } from './helpers/columns.ts'

/** Words with what has gone wrong: hashes, marks, odd spaces, brackets, bars. */
const oddWord = fc
  .array(
    fc.constantFrom(
      'a',
      'É',
      '😀',
      '#',
      '-',
      '(',
      ')',
      '|',
      '*',
      '_',
      '=',
      '\u00a0',
      '\u2003',
      '\u3000',
      '\u2028',
      '\ufeff',
      '\u200b',
      '"',
      "'",
      'O',
      '1',
    ),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  .map((list) => list.join(''))

const oddDocuments = fc
  .array(fc.array(fc.tuple(oddWord, fc.boolean()), { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 4 })
  .map((sentences) => {
    const flat = sentences.flat()
    const { text, tokens } = joinTokens(flat.map(([word]) => word))
    const spans = flat.flatMap(([, marked], i) =>
      marked ? [{ start: tokens.begin[i], end: tokens.end[i], label: 'PER' }] : [],
    )
    let at = 0
    const bounds = sentences.map((sentence) => [at, (at += sentence.length)])
    return createDocument({
      id: 'd',
      text,
      tokens,
      sentences: { begin: Int32Array.from(bounds, ([from]) => from), end: Int32Array.from(bounds, ([, to]) => to) },
      entities: spans,
      clusters: spans.length > 0 ? [spans.map(({ start, end }) => ({ start, end }))] : [],
    })
  })

for (const format of ['conll2003', 'conll2012', 'conllu', 'like-conll', 'conll04'] as const)
  test(`${format}: words with hashes, brackets and odd spaces come back as they were, spans with them`, async (t) => {
    await fc.assert(
      fc.asyncProperty(oddDocuments, async (document) => {
        const { bytes } = await write(format, [document])
        const again = await read(format, bytes)
        t.deepEqual(again.errors, [])
        t.deepEqual(again.documents.flatMap(wordsOf), wordsOf(document))
        const spans = (list: readonly Document[]) =>
          list.flatMap((each) =>
            listSpans((each.entities ?? each.mentions)!).map(({ start, end }) => each.text.slice(start, end)),
          )
        t.deepEqual(spans(again.documents), spans([document]))
        if (format !== 'conll2003' && format !== 'conll04')
          t.deepEqual(clustersOf(again.documents[0]), clustersOf(document))
        if (format !== 'conll04') t.is((await write(format, again.documents)).bytes.toString(), bytes.toString())
      }),
      { numRuns: 150 },
    )
  })

test('white space at the ends of rows changes nothing that is read', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      oddDocuments,
      fc.constantFrom('conll2003', 'conll2012', 'conllu', 'like-conll', 'conll04'),
      fc.constantFrom(' ', '\t', ' \t'),
      fc.infiniteStream(fc.boolean()),
      async (document, format, end, choose) => {
        const text = (await write(format, [document])).bytes.toString()
        const ragged = text
          .split('\n')
          .map((line) => (line !== '' && !line.startsWith('#') && choose.next().value ? line + end : line))
          .join('\n')
        const bare = (list: readonly Document[]) => list.map((each) => plain({ ...each, metadata: {} }))
        t.deepEqual(bare((await read(format, ragged)).documents), bare((await read(format, text)).documents))
      },
    ),
    { numRuns: 150 },
  )
})

test('brackets: a cell is read as the expression that says what its signs are', (t) => {
  const cell = fc.string({ unit: fc.constantFrom('(', ')', '*', 'A', 'é', '-', '|'), maxLength: 8 })
  const byExpression = (cells: readonly string[]) => {
    const open: { label: string; begin: number }[] = []
    const spans: { begin: number; end: number; label: string }[] = []
    let odd = 0
    cells.forEach((text, i) => {
      if (['*', '-', '_', ''].includes(text)) return
      for (const [, label] of text.matchAll(/\(([^()*]+)|(\))/g)) {
        const last = label === undefined ? open.pop() : undefined
        if (label !== undefined) open.push({ label, begin: i })
        else if (last) spans.push({ begin: last.begin, end: i + 1, label: last.label })
        else odd++
      }
    })
    return { spans: spans.sort((a, b) => a.begin - b.begin || b.end - a.end), odd: odd + open.length }
  }
  fc.assert(
    fc.property(fc.array(cell, { maxLength: 6 }), (cells) => {
      let odd = 0
      const spans = decodeBrackets(
        (i) => cells[i],
        0,
        cells.length,
        () => odd++,
      )
      t.deepEqual({ spans, odd }, byExpression(cells))
    }),
  )
})
