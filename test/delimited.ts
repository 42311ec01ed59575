/** Tables of delimited text: how their fields are parted, and which column the user calls the text. */
import { Readable } from 'node:stream'
import test from 'ava'
import { readDocuments } from '../src/io/read.ts'
import { collect, read } from './helpers/documents.ts'

test('a table is told by the column that the user calls the text', async (t) => {
  const textsOf = async (text: string, textField?: string) =>
    (await collect(readDocuments(Readable.from([Buffer.from(text)]), { options: { textField } }))).map((d) => d.text)
  t.deepEqual(await textsOf('id,Tweet text\n1,"Ada, met Bob"\n', 'Tweet text'), ['Ada, met Bob'])
  t.deepEqual(await textsOf('id\tTweet text\n1\tAda\n', 'Tweet text'), ['Ada'])
  t.is((await textsOf('id,Tweet text\n1,"Ada, met Bob"\n')).length, 1)
})

test('csv: what parts the fields is told by a first line for spreadsheets, else by the header', async (t) => {
  for (const [format, text] of [
    ['csv', 'sep=;\r\nid;text\r\n1;a|b,c\r\n'],
    ['csv', '\ufeff"sep=;"\nid;text\n1;a|b,c\n'],
    ['csv', 'sep=:\nid:text\n1:a|b,c\n'],
    ['tsv', 'sep=;\nid;text\n1;a|b,c\n'],
    ['csv', 'id|text\n1|"a|b,c"\n'],
    ['csv', 'id\ttext\n1\ta|b,c\n'],
    ['csv', '\nid;text\n1;a|b,c\n'],
    ['csv', 'text;id,of,all\na|b,c;1\n'],
    ['csv', '"two\nlines";id;text\nx;1;a|b,c\n'],
  ])
    for (const size of [1, 5, 1000]) {
      const { documents, errors } = await read(format, text, {}, size)
      t.deepEqual(errors, [], text)
      t.deepEqual([documents.length, documents[0]?.text], [1, 'a|b,c'], text)
    }
})
