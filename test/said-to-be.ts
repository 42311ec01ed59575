/** Files that are said to be of a format and are something else: told for what they are, with what makes text of them. */
import test from 'ava'
import { type HmtlError, toHmtlError } from '../src/io/errors.ts'
import { readableNames } from '../src/io/formats/index.ts'
import { read } from './helpers/documents.ts'

const texts = {
  text: 'Ada left Oslo.\n',
  jsonl: '{"text":"Ada"}\n{"text":"Bob"}\n',
  json: '[{"text":"Ada"}]\n',
  csv: 'id,text\n1,Ada\n',
  conll2003: 'Ada B-PER\nleft O\n\n',
  conllu: '# newdoc id = a\n',
  html: '<html><body>Ada</body></html>',
  email: 'Subject: Oslo\n\nAda left.\n',
}

/** What is said first: a format of lines goes on with the others. */
const firstFault = async (format: string, bytes: Uint8Array): Promise<HmtlError | undefined> => {
  try {
    return (await read(format, bytes)).errors[0]
  } catch (error) {
    return toHmtlError(error, 'HMTL_INTERNAL')
  }
}

for (const [format, text] of Object.entries(texts))
  test(`${format}: UTF-16 that is said to be it is told, and never read as something else`, async (t) => {
    for (const marked of [`\ufeff${text}`, text]) {
      const little = Buffer.from(marked, 'utf16le')
      for (const bytes of [little, Buffer.from(little).swap16()]) {
        const fault = await firstFault(format, bytes)
        t.is(fault?.code, 'HMTL_INPUT_ENCODING')
        t.regex(fault?.message ?? '', /is UTF-16\b.*iconv -f UTF-16 -t UTF-8/)
      }
    }
  })

/** Formats that are no text, and one whose text is nothing without its annotation beside it. */
const left = ['arrow', 'arrow-stream', 'parquet', 'spacy', 'ace05']

const others: Record<string, { bytes: Uint8Array; says: RegExp }> = {
  'an Arrow file': { bytes: Buffer.from('ARROW1\0\0\xff\xff\xff\xff', 'latin1'), says: /Arrow file.*--from/ },
  Parquet: { bytes: Buffer.from('PAR1\x15\x04\x15\n\xff\0PAR1', 'latin1'), says: /Parquet.*--from/ },
  'a PDF': { bytes: Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n', 'latin1'), says: /PDF.*pdftotext/ },
  'a picture': { bytes: Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1'), says: /picture.*tesseract/ },
  'a Word file': {
    bytes: Buffer.from('PK\x03\x04\x14\0\x06\0\x08word/document.xml\xff', 'latin1'),
    says: /Word.*pandoc/,
  },
}

for (const format of readableNames.filter((name) => !left.includes(name)))
  test(`${format}: a file of another kind is told, and no encoding is blamed`, async (t) => {
    for (const { bytes, says } of Object.values(others)) {
      const fault = await firstFault(format, bytes)
      t.is(fault?.code, 'HMTL_FORMAT_UNSUPPORTED', fault?.message)
      t.regex(fault?.message ?? '', says)
    }
  })
