/** Files of two bytes a character, whatever they are said to be: told for what they are, with what converts them. */
import test from 'ava'
import { type HmtlError, toHmtlError } from '../src/io/errors.ts'
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
