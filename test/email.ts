/** E-mails and mailboxes: their text, decoded, and nothing of it lost. */
import test from 'ava'
import { sniffHead } from '../src/io/guess.ts'
import { unflowed } from '../src/io/syntax/flowed.ts'
import { read } from './helpers/documents.ts'
import { threadSeconds } from './helpers/thread-time.ts'

const named = (text: string | Uint8Array, name = '<stdin>') => sniffHead(Buffer.from(text as string), name).name

const headers =
  'From: =?utf-8?q?Ada_L=C3=B6?= <ada@example.org>\r\nTo: bob@example.org, C <c@example.org>\r\nSubject: =?iso-8859-1?Q?Gr=FC=DFe?=\r\nDate: Mon, 5 Jan 2026 10:00:00 +0100\r\nMessage-ID: <1@example.org>\r\nMIME-Version: 1.0\r\n'
const part = (type: string, body: string, more = '') => `--b\r\nContent-Type: ${type}\r\n${more}\r\n${body}\r\n`
const base64 = 'Content-Transfer-Encoding: base64\r\n'

test('email: the plain text, decoded, else the page’s; headers are metadata, attachments are counted', async (t) => {
  const mixed = `${headers}X-Other: y\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n${part('text/plain; charset=windows-1252', 'Maren said =93no=\r\n=94.', 'Content-Transfer-Encoding: quoted-printable\r\n')}${part('application/pdf; name="a.pdf"', 'JVBERi0xLjQ=', base64)}--b--\r\n`
  t.is(named(mixed), 'email')
  const { documents, errors, report } = await read('email', mixed, {}, 7)
  t.deepEqual(errors, [])
  t.is(documents[0].id, '1@example.org')
  t.is(documents[0].text, 'Maren said “no”.')
  t.deepEqual(
    { ...documents[0].metadata },
    {
      subject: 'Grüße',
      from: 'Ada Lö <ada@example.org>',
      to: ['bob@example.org', 'C <c@example.org>'],
      date: '2026-01-05T09:00:00.000Z',
    },
  )
  t.deepEqual([report.count('attachment'), report.count('header')], [1, 1])
  const page = Buffer.from('<p>Ada <b>met</b> Bob.<style>x</style>').toString('base64')
  const only = `${headers}Content-Type: text/html\r\n${base64}\r\n${page}\r\n`
  t.is((await read('email', only)).documents[0].text, 'Ada met Bob.')
  const both = `${headers}Content-Type: multipart/alternative; boundary=b\r\n\r\n${part('text/plain', 'Plain.')}${part('text/html', '<p>Rich.')}--b--`
  t.is((await read('email', both)).documents[0].text, 'Plain.')
})

test('email: a letter that was typed is a text; a character set that nobody knows is told', async (t) => {
  t.is(named('From: Ada\nTo: Bob\nSubject: Oslo\nDate: Monday\n\nHi.\n'), 'text')
  t.is(named('Received: from a\nHello there, this is\nno header\n'), 'text')
  t.is(named('From: a\nTo: b\nMIME-Version: 1.0\n'), 'email', 'as soon as it is sure')
  const odd = Buffer.from(`${headers}Content-Type: text/plain; charset=nobody-knows\r\n\r\nCaf\xe9`, 'latin1')
  t.is((await read('email', odd)).errors[0].code, 'HMTL_INPUT_ENCODING')
  const deep = Array.from({ length: 300 }, (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\n\n--b${i}\n`).join(
    '',
  )
  t.is((await read('email', `${headers.replaceAll('\r', '')}${deep}`)).errors[0].code, 'HMTL_INPUT_SYNTAX')
})

test('email: a mailbox has a document a message, however its bytes come', async (t) => {
  const box = `From a@b Mon Jan  5 10:00:00 2026\n${headers.replaceAll('\r', '')}\nFirst.\n\n>From here on\nFrom there on\n\nFrom c@d Mon Jan  5 10:00:00 2026\r\nFrom: x@y\r\nTo: z@z\r\nSubject: s\r\n\r\nSecond.\r\n\r\nFrom e@f Mon Jan  5 10:00:00 2026\nSubject: empty\n\n`
  t.is(named(box), 'email')
  for (const size of [1, 2, 3, 5, 17, 1 << 16]) {
    const { documents, errors } = await read('email', box, {}, size)
    t.deepEqual(errors, [])
    t.deepEqual(
      documents.map(({ id, text }) => [id, text]),
      [
        ['1@example.org', 'First.\n\nFrom here on\nFrom there on'],
        ['email:2', 'Second.'],
        ['email:3', ''],
      ],
      `${size}`,
    )
  }
  const large = await read('email', box, { maxDocumentBytes: 100 }, 17).catch((error) => error)
  t.is(large.code, 'HMTL_INPUT_TOO_LARGE')
})

test('email: a line of a message that begins with From ends no message, and is kept', async (t) => {
  const letter = (from: string, body: string) => `${from}\nFrom: a@x.org\nTo: z@z\nSubject: s\n\n${body}\n`
  const dated = 'From - Mon Jan  6 10:00:00 2020'
  const texts = async (box: string, size?: number) =>
    (await read('email', box, {}, size)).documents.map(({ text }) => text)
  const kept = [
    'Dear all,\n\nFrom what I hear, Ada lives in London.\n\nBest',
    'One.\n\nFrom Oslo\nhe went on.',
    'One.\n\nFrom the desk of Ada\nNote: she is out.',
    'One.\n\nFrom 10:00 on 6 January 2020: Oslo.',
    'One.\nFrom a@x.org\nSubject: s',
    'One.\nFrom a@x.org Mon Jan  6 10:00:00 2020\nno header',
    `One.\n\nFrom ${'a'.repeat(5000)}\nSubject: s`,
    'One.\n\nFrom',
    'One.\n\nFrom a@x.org',
  ]
  for (const body of kept)
    for (const size of [1, 7, 1 << 16]) {
      const box = `${letter(dated, body)}\n${letter(dated, 'Last.')}`
      t.deepEqual(await texts(box, size), [body, 'Last.'], body.slice(0, 60))
    }
  const begins = [
    dated,
    'From ada at x.org Thu Jan  1 00:00:00 2020',
    'From a@x.org Thu Jan 1 00:00 CET 2020',
    'From a@x.org 2020-01-01 10:00',
    'From a@x.org',
    'From MAILER-DAEMON',
  ]
  for (const from of begins)
    for (const size of [1, 7, 1 << 16])
      t.deepEqual(await texts(letter(dated, 'One.\n') + letter(from, 'Two.'), size), ['One.', 'Two.'], from)
  // Some programs leave the empty line out.
  t.deepEqual(await texts(letter(dated, 'One.') + letter('From b@x Mon Jan  6 11:00:00 2020', 'Two.')), [
    'One.',
    'Two.',
  ])
})

test('email: flowed lines are joined, those of quotes too, and only those of one depth', async (t) => {
  const text = async (body: string, more = '') => {
    const message = `From: a@x.org\nTo: b@x.org\nMIME-Version: 1.0\nContent-Type: text/plain; format=flowed${more}\n\n${body}\n`
    return (await read('email', message)).documents[0].text
  }
  t.is(
    await text('Bob wrote:\n> Ada Lovelace lived in New \n> York City for years.\nYes.'),
    'Bob wrote:\n> Ada Lovelace lived in New York City for years.\nYes.',
  )
  t.is(await text('> Lon \n> don \n> Ada\n>> Bo \n>> b', '; delsp=yes'), '> LondonAda\n>> Bob')
  // What begins with a mark of the text's own, or a space, is stuffed with one more.
  t.is(await text(' > is \n more than\n  two'), '> is more than\n two')
  t.is(await text('>>one \n> two \nthree\n>\n> four'), '>> one \n> two \nthree\n>\n> four')
  t.is(await text('Yes. \n-- \nAda'), 'Yes. \n-- \nAda')
  t.is(await text('> Yes. \n> -- \n> Ada'), '> Yes. \n> -- \n> Ada')
  const fixed = 'From: a@x.org\nTo: b@x.org\nMIME-Version: 1.0\n\n> New \n> York\n'
  t.is((await read('email', fixed)).documents[0].text, '> New \n> York')
  const began = threadSeconds()
  t.is(unflowed('> Ada \n'.repeat(300_000), false).length, 2 + 4 * 300_000 + 1)
  t.is(unflowed('>'.repeat(1_000_000), false).length, 1_000_000)
  t.true(threadSeconds() - began < 5)
})
