/** Every format of lines and records, written by us, then what editors, old programs, disks and joined files make of it. */
import { Readable } from 'node:stream'
import test from 'ava'
import { documentsOf, formatContext } from '../src/io/format.ts'
import { exchangeNames, formatNamed } from '../src/io/formats/index.ts'
import type { Document } from '../src/io/index.ts'
import { readDocuments } from '../src/io/read.ts'
import { LossReport } from '../src/io/report.ts'
import { collect, plain, read, sourceOf, write } from './helpers/documents.ts'

const binary = ['arrow', 'arrow-stream', 'parquet']
const names = exchangeNames.filter((name) => formatNamed(name).write && !binary.includes(name))

const gold = (id: string, words: string): string => {
  const text = `Maren Holt left ${words} . She likes it .`
  const tokens = [...text.matchAll(/\S+/g)].map(({ index, 0: word }) => [index, index + word.length])
  const first = text.indexOf(' .') + 2
  const [person, place, again] = ['Maren Holt', words, 'She'].map((word) => ({
    start: text.indexOf(word),
    end: text.indexOf(word) + word.length,
  }))
  const spans = [
    { ...person, label: 'PER' },
    { ...place, label: 'LOC' },
  ]
  return JSON.stringify({
    id,
    text,
    hmtl: {
      tokens,
      sentences: [
        [0, first],
        [first + 1, text.length],
      ],
      entities: spans,
      mentions: [...spans, { ...again, label: 'PER' }],
      relations: [{ label: 'left', arg1: person, arg2: place }],
      clusters: [[person, again]],
    },
  })
}

/** What a document says, without what is kept of how its file looked. */
const said = (document: Document) => {
  const { metadata: _, ...rest } = plain(document) as Record<string, unknown>
  return rest
}
const written = async (name: string) => {
  const { documents } = await read('jsonl', `${gold('a', 'Oslo 😀')}\n${gold('b', 'São Tomé')}\n`)
  const text = (await write(name, documents)).bytes.toString()
  return { text, expected: (await read(name, text, {}, 1 << 16, '<stream>')).documents.map(said) }
}

const same: Readonly<Record<string, (text: string) => string>> = {
  'lines end with CR LF': (text) => text.replaceAll('\n', '\r\n'),
  'lines end with CR': (text) => text.replaceAll('\n', '\r'),
  'a byte order mark': (text) => `\ufeff${text}`,
  'no last line end': (text) => text.replace(/\n+$/, ''),
  'empty lines at the end': (text) => `${text}\n\n\n`,
  'blanks at the ends of lines': (text) => text.replaceAll('\n', '  \n'),
  'the end of file of DOS': (text) => `${text}\x1a`,
  'a disk that was full': (text) => `${text}\0\0\0`,
}

for (const name of names) {
  test(`${name}: what says the same is read the same, by name and guessed`, async (t) => {
    const { text, expected } = await written(name)
    for (const [what, change] of Object.entries(same)) {
      const changed = change(text)
      const { documents, errors } = await read(name, changed, {}, 97, '<stream>')
      t.deepEqual([errors, documents.map(said)], [[], expected], what)
      t.deepEqual((await collect(readDocuments(Readable.from([Buffer.from(changed)])))).map(said), expected, what)
    }
    for (const nothing of ['', '\ufeff', ' \n\n', '\x1a']) {
      const { documents, errors } = await read(name, nothing)
      if (name === 'json' || name === 'redocred' || name === 'label-studio') t.is(documents.length, 0)
      else t.deepEqual([documents, errors], [[], []], JSON.stringify(nothing))
    }
  })

  test(`${name}: files that were joined hold the documents of both`, async (t) => {
    const { text, expected } = await written(name)
    for (const mark of ['', '\ufeff']) {
      const errors: Error[] = []
      const report = new LossReport()
      const context = formatContext({ report, onError: (error) => errors.push(error) })
      const found = await collect(formatNamed(name).read(sourceOf(text + mark + text), context))
      const texts = found.flatMap(documentsOf).map((document) => document.text)
      const once = expected.map((document) => document.text)
      t.deepEqual([errors, texts], [[], [...once, ...once]], JSON.stringify(mark))
    }
  })
}
