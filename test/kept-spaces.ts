/** White space and what is no token: kept where a format can say it, counted where it cannot. */
import test from 'ava'
import fc from 'fast-check'
import { createDocument, listSpans } from '../src/io/document/document.ts'
import { prepareDocument } from '../src/pipeline/prepare.ts'
import { spacesItem, spacesOf } from '../src/io/syntax/spaces.ts'
import { kinds, read, write } from './helpers/documents.ts'
import { through } from './helpers/written.ts'

const made = (text: string, word = 'Graz') => {
  const start = text.indexOf(word)
  const entities = start === -1 ? [] : [{ start, end: start + word.length, label: 'LOC' }]
  return prepareDocument(createDocument({ id: 'd', text, entities }))
}

for (const format of ['conllu'])
  test(`${format}: white space between tokens is what it was, in offsets too`, async (t) => {
    for (const text of [
      'He likes  Graz, "Wien"\tand\u00a0Rom.\n\nShe (too) left Graz.',
      'Graz.\r\nIt|s \\ here.',
      'A B Graz',
    ]) {
      const [again] = (await through(format, [made(text)])).again
      t.is(again.text, text)
      const spans = again.entities ?? again.mentions
      t.deepEqual(
        listSpans(spans!).map(({ start, end }) => text.slice(start, end)),
        ['Graz'],
      )
      const once = await write(format, [made(text)])
      const twice = await write(format, (await read(format, once.bytes)).documents)
      t.is(twice.bytes.toString(), once.bytes.toString(), 'written as read')
    }
  })

test('property: white space after a word comes back from what says it', (t) => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(' ', '\t', '\n', '\r', '\u00a0', '\u2028'), maxLength: 5 }),
      (gap) => {
        const item = spacesItem(gap)
        t.is(item === undefined ? ' ' : spacesOf(item), gap)
        t.notRegex(item ?? '', /\s/)
      },
    ),
  )
  t.is(spacesItem('\ufeff'), undefined)
  t.is(spacesOf('SpacesAfter=x'), undefined)
})

test('conllu: the text of a sentence says its spaces, SpacesAfter and SpaceAfter where it does not', async (t) => {
  const row = (n: number, form: string, misc = '_') => `${n}\t${form}\t_\t_\t_\t_\t_\t_\t_\t${misc}`
  const file = (...lines: string[]) => ['# newdoc id = d', ...lines, '', ''].join('\n')
  const textOf = async (...lines: string[]) => (await read('conllu', file(...lines))).documents[0].text
  t.is(await textOf('# text = New  York', row(1, 'New'), row(2, 'York')), 'New  York')
  t.is(await textOf(row(1, 'New', 'SpacesAfter=\\s\\s'), row(2, 'York')), 'New  York')
  t.is(await textOf('# text = Other', row(1, 'New', 'SpaceAfter=No'), row(2, 'York')), 'NewYork')
  t.is(await textOf('# text = NewYork', row(1, 'New'), row(2, 'York')), 'NewYork')
  t.is(await textOf(row(1, 'Yes', 'SpacesAfter=\\n\\n'), '', row(1, 'No')), 'Yes\n\nNo')
  t.is(await textOf(row(1, 'Yes', 'SpaceAfter=No'), '', row(1, 'No')), 'Yes No')
  const lines = file('# text = New  York', row(1, 'New'), row(2, 'York'))
  t.is((await write('conllu', (await read('conllu', lines)).documents)).bytes.toString(), lines)
})

test('what is no token is counted by every format of tokens', async (t) => {
  const text = '> He <b>Graz</b>'
  const words = ['He', 'Graz'].map((word) => [text.indexOf(word), text.indexOf(word) + word.length] as const)
  const tokens = { begin: Int32Array.from(words, ([at]) => at), end: Int32Array.from(words, ([, to]) => to) }
  const marked = createDocument({ id: 'd', text, tokens })
  const bom = prepareDocument(createDocument({ id: 'd', text: '\ufeffHe left.' }))
  for (const format of ['conll2003', 'conll2012', 'conllu', 'like-conll', 'conll04', 'dygie', 'redocred', 'litbank']) {
    t.is(kinds((await through(format, [marked])).report)['text-outside-tokens'], 3, format)
    if (bom.tokens?.begin[0] === 1) t.is(kinds((await through(format, [bom])).report)['text-outside-tokens'], 1, format)
  }
  t.false('text-outside-tokens' in kinds((await write('jsonl', [marked])).report))
})

test('entities that are written as mentions are counted, unless they were asked for', async (t) => {
  for (const format of ['conllu', 'like-conll', 'ace05', 'litbank']) {
    t.is(kinds((await through(format, [made('In Graz .')])).report)['entity-as-mention'], 1, format)
    if (format !== 'litbank')
      t.false(
        'entity-as-mention' in kinds((await through(format, [made('In Graz .')], { layer: 'entities' })).report),
        format,
      )
  }
})
