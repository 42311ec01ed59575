/** What people have who have no corpus: pages, e-mails, subtitles; and what is no text, which is told by name. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import { createDocument } from '../src/io/document/document.ts'
import { htmlPage } from '../src/io/draw/html.ts'
import { sniffHead } from '../src/io/guess.ts'
import { readDocuments } from '../src/io/read.ts'
import { isMarkup } from '../src/io/syntax/markup.ts'
import { collect, read } from './helpers/documents.ts'
import { testFolder } from './helpers/folder.ts'
import { threadSeconds } from './helpers/thread-time.ts'

const named = (text: string | Uint8Array, name = '<stdin>') => sniffHead(Buffer.from(text as string), name).name

/** Text of a page that begins so; whatever goes wrong, goes wrong aloud. */
const textOf = async (html: string | Uint8Array): Promise<string> => {
  const { documents, errors } = await read('html', html)
  if (errors.length > 0) throw errors[0]
  return documents[0].text
}

test('a page is told by its begin, whatever stands before it, and by its name', async (t) => {
  for (const text of [
    '<!doctype html><title>x</title>',
    '\ufeff\n<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN">\n<html>',
    '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html PUBLIC "x" "y">\n<html xmlns="http://www.w3.org/1999/xhtml">',
    '<!-- one -- -->\n<!-- two\n-->\n<html lang="en">\n',
    '<HTML>\n<BODY>',
    '<div class="a">Ada</div>',
    '<p>Ada, Bob and the text\n',
  ])
    for (const head of [text, Buffer.concat([Buffer.from(text), Buffer.of(0x20, 0xe9)])])
      t.is(named(head), 'html', text)
  for (const name of ['a.html', 'a.HTM', 'a.xhtml', 'a.html.gz']) t.is(named('Ada met Bob.', name), 'html', name)
  for (const text of ['<3 Oslo', 'a <p> b', '<Ada> hi\n<Bob> hello\n', '<pre-war> Oslo'])
    t.is(named(text), 'text', text)
  t.throws(() => named('<?xml version="1.0"?>\n<rss><item>Ada</item></rss>'), {
    code: 'HMTL_FORMAT_UNSUPPORTED',
    message: /XML.*xmllint/,
  } as never)
  const folder = testFolder(t)
  await writeFile(join(folder, 'a.html'), 'Ada <b>met</b> Bob.')
  await writeFile(join(folder, 'b.eml'), 'Subject: x\n\nHi.\n')
  await writeFile(join(folder, 'c.srt'), '1\n00:00:01,000 --> 00:00:02,000\nYes.\n')
  const documents = await collect(readDocuments(folder))
  t.deepEqual(
    documents.map(({ id, text }) => [id, text]),
    [
      ['a', 'Ada met Bob.'],
      ['b', 'Hi.'],
      ['c', 'Yes.'],
    ],
  )
})

test('html: blocks are lines, white space is what a browser makes of it', async (t) => {
  for (const [html, text] of [
    ['<h1>Ada</h1><p>She\n  lived <b>in Lon</b>don .</p>', 'Ada\n\nShe lived in London .'],
    ['<p>one<p>two<br>three<br><br>four<br></p>', 'one\n\ntwo\nthree\n\nfour'],
    ['<ul><li>a<li>b <i> c</i></ul>d', 'a\nb c\n\nd'],
    ['<table><tr><th>x<td>y<tr><td>z</table>', 'x\ny\nz'],
    ['a<pre>\n  b\n   c \n</pre>d', 'a\n\n  b\n   c \n\nd'],
    ['&lt;p&gt; &amp;amp; caf&eacute; &#x1F600; &copy;&nosuch;', '<p> &amp; café 😀 ©&nosuch;'],
    ['a&nbsp;b<p>&nbsp;</p>c&shy;d', 'a\u00a0b\n\ncd'],
    ['a\r\nb<!-- c --><span hidden>d</span><span style="color:red; display: none">e</span>', 'a b'],
    [
      'a<script>"<p>b</p>"</script><style>c{}</style><template>d</template><noscript>e</noscript><svg><title>f</title></svg>g',
      'ag',
    ],
    ['<ruby>漢<rt>kan</rt></ruby><button>Send</button><select><option>x</select><textarea><b></textarea>字', '漢字'],
    ['<title>no end of a head<title>x</title><h1>a</h1>', 'a'],
    ['a</b></p></div>b', 'a\n\nb'],
    ['<p>a < b <c', 'a < b'],
    ['', ''],
  ])
    t.is(await textOf(`<html>${html}`), text, html)
  const closed =
    '<html><head><title/><script src="a.js"/></head><body><canvas/>Ada <![CDATA[<met>]]> Bob.</body></html>'
  t.is(await textOf(`<?xml version="1.0"?>\n${closed}`), 'Ada <met> Bob.', 'XHTML')
  t.is((await read('html', closed, {}, 9, 'a.xhtml')).documents[0].text, 'Ada <met> Bob.')
})

test('html: what a page is about is its text, what stands around that is counted', async (t) => {
  const around = '<header>Site<nav><a>Home</a></nav></header>'
  const { documents, report } = await read(
    'html',
    `<!doctype html><html lang="no"><head><title> Ada\n &amp; Bob </title><link rel="canonical" href="https://example.org/1">
    <title>other</title></head><body>${around}<p>Cookies</p><main><header><h1>Ada</h1></header>She left.<aside>See also</aside>
    <form>Say<input value="x"></form></main><footer>Imprint</footer>`,
  )
  t.is(documents[0].text, 'Ada\n\nShe left.')
  t.deepEqual({ ...documents[0].metadata }, { title: 'Ada & Bob', lang: 'no', url: 'https://example.org/1' })
  t.is(report.count('page-part'), 6, 'site, home, cookies, see also, say, imprint')
  t.is(await textOf(`${around}<article>Ada met Bob in Oslo.</article><p>Ads`), 'Ada met Bob in Oslo.')
  t.is(await textOf('<div role="navigation">Home</div><div role="main">Ada</div>'), 'Ada')
  t.is(await textOf('<form><nav>Home</nav><main>Ada</main></form>'), 'Ada', 'a form around everything')
  t.is(await textOf('<p>Ada met Bob in Oslo.</p><article>More</article>'), 'Ada met Bob in Oslo.\n\nMore', 'teasers')
  t.is(await textOf('<nav>Home</nav><main></main><p>Ada'), 'Home\n\nAda', 'nothing is marked')
})

test('html: the character set that a page names', async (t) => {
  const latin = (text: string) => Buffer.from(text, 'latin1')
  t.is(await textOf(latin('<meta charset="iso-8859-1"><p>Caf\xe9 \x93x\x94 \x80')), 'Café “x” €')
  t.is(await textOf(latin('<?xml version="1.0" encoding="windows-1251"?><html><p>\xcf')), 'П')
  t.is(
    await textOf(latin('<meta http-equiv="content-type" content="text/html; charset=shift_jis"><p>\x93\x8c\x8b\x9e')),
    '東京',
  )
  t.is(await textOf('<meta charset="iso-8859-1"><p>Café'), 'Café', 'what is UTF-8 is, whatever it says')
  t.is(await textOf('<meta charset="nobody-knows"><p>Café'), 'Café')
  for (const html of ['<p>Caf\xe9', '<meta charset=utf-8><p>Caf\xe9', '<meta charset=nobody-knows><p>Caf\xe9']) {
    const { documents, errors } = await read('html', latin(html))
    t.deepEqual([documents.length, errors[0]?.code], [0, 'HMTL_INPUT_ENCODING'], html)
    t.regex(errors[0].message, /iconv/)
  }
})

test('html: a page that was drawn of documents has their texts alone, with nothing of what was found', async (t) => {
  const text = `Maren Holt <lives> in Oslo.\n\n  She & "he" left.\n${'One more line.\n'.repeat(400)}End`
  const drawn = createDocument({
    id: 'a',
    text,
    entities: [
      { start: 0, end: 10, label: 'PER' },
      { start: 22, end: 26, label: 'LOC' },
    ],
    relations: [{ label: 'lives in', arg1: { start: 0, end: 10 }, arg2: { start: 22, end: 26 } }],
    clusters: [
      [
        { start: 0, end: 10 },
        { start: 31, end: 34 },
      ],
    ],
  })
  async function* one() {
    yield drawn
  }
  const page = (await collect(htmlPage(one()))).join('')
  t.is(named(page), 'html')
  t.is(await textOf(page), text)
  t.true((await read('html', page)).report.count('page-part') > 0)
})

test('html: what is made to hurt is refused, or takes no longer than its length', async (t) => {
  const { errors } = await read('html', '<div>'.repeat(1000))
  t.is(errors[0].code, 'HMTL_INPUT_SYNTAX')
  t.regex(errors[0].message, /nested deeper/)
  t.is(
    (await read('html', 'x'.repeat(100), { maxDocumentBytes: 10 }).catch((error) => error)).code,
    'HMTL_INPUT_TOO_LARGE',
  )
  const many = 100_000
  const begun = threadSeconds()
  for (const html of [
    '&#10;'.repeat(many),
    '<br>'.repeat(many),
    `<pre>${'\n'.repeat(many)}x`,
    '</b>'.repeat(many),
    '<p a'.repeat(many),
    `<a style="${';'.repeat(many)}">`,
    '<!--'.repeat(many),
    `<meta charset=${'x'.repeat(many)}>`,
    `${'<i>'.repeat(400)}${'<p>a</p></q>'.repeat(many)}`,
    '<a __proto__=x constructor=y>z</a>'.repeat(1000),
  ])
    t.is((await read('html', html)).documents.length, 1, html.slice(0, 40))
  t.true(threadSeconds() - begun < 20)
})

/** A tree of elements that may stand within each other anywhere, with words that occur once. */
type Tree = { readonly name: string; readonly children: readonly Tree[] } | { readonly words: readonly string[] }
const { tree } = fc.letrec<{ tree: Tree; element: Tree; words: Tree }>((tie) => ({
  tree: fc.oneof({ depthSize: 'medium' }, tie('words'), tie('element')),
  words: fc.record({
    words: fc.array(fc.constantFrom('Ada', 'a&b', 'é😀', '<x', '1 < 2', '&amp;'), { minLength: 1, maxLength: 4 }),
  }),
  element: fc.record({
    name: fc.constantFrom(
      'div',
      'b',
      'section',
      'ul',
      'span',
      'pre',
      'blockquote',
      'script',
      'style',
      'template',
      'svg',
    ),
    children: fc.array(tie('tree'), { maxLength: 6 }),
  }),
}))

test('html: words of any tree come out once and in order, never those that nobody sees', async (t) => {
  const unseen = new Set(['script', 'style', 'template', 'svg'])
  await t.notThrowsAsync(
    fc.assert(
      fc.asyncProperty(fc.array(tree), fc.constantFrom('', 'main', 'article'), async (trees, around) => {
        const seen: string[] = []
        let number = 0
        const written = (each: Tree, visible: boolean): string => {
          if ('words' in each)
            return each.words
              .map((word) => {
                const one = `${word}.${number++}`
                if (visible) seen.push(one)
                return one.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
              })
              .join(' ')
          const { name, children } = each
          // Within a script nothing is an element.
          const held = name === 'script' || name === 'style' ? children.filter((child) => 'words' in child) : children
          return `<${name}> ${held.map((child) => written(child, visible && !unseen.has(name))).join(' ')} </${name}>`
        }
        const body = trees.map((each) => written(each, true)).join(' ')
        const text = await textOf(`<!doctype html><body>${around ? `<${around}>${body}</${around}>` : body}`)
        return text.split(/\s+/).filter(Boolean).join(' ') === seen.join(' ')
      }),
      { numRuns: 150 },
    ),
  )
})

test('what is marked up as a whole is no text, with a declaration or without; a text with marks in it is one', (t) => {
  const marked = [
    '<TEI xmlns="http://www.tei-c.org/ns/1.0"><text><body><persName>Ada</persName> lives.</body></text></TEI>',
    '<DOC>\n<DOCNO> LA010189-0001 </DOCNO>\n<TEXT>\n<P>\nAda lives.\n</TEXT>\n</DOC>\n',
    '<DOC>\n<DOCID> a </DOCID>\n</DOC>\n<DOC>\n<DOCID> b </DOCID>\n</DOC>\n',
    '<DOC DOCNO="bc/cctv">\nIn <ENAMEX TYPE="DATE">2005</ENAMEX> , a picture\n</DOC>\n',
    '<!DOCTYPE corpus SYSTEM "x.dtd">\n<!-- two -->\n<corpus><s>Ada</s></corpus>',
    '<doc id="1" url="x">\nAda lives.\n</doc>\n<doc id="2">\n</doc>',
    `<corpus>\n${'<s>Ada lives.</s>\n'.repeat(2000)}</corpus>\n`,
    '<a:root xmlns:a="x"/>',
  ]
  for (const text of marked)
    for (const name of ['<stdin>', 'a.xml', 'a.txt'])
      t.throws(
        () => named(text, name),
        { code: 'HMTL_FORMAT_UNSUPPORTED', message: /xmllint.*sed/ } as never,
        text.slice(0, 60),
      )
  t.is(named(marked[1], 'a.sgm'), 'ace05', 'its name says what it is')
  const texts = [
    '<Ada> hi\n<Bob> hello </b>\n',
    '<PER>Ada</PER> met <PER>Bob</PER>.',
    '<Ada>hi</Ada>',
    '<b>Ada</b> met <i>Bob</i>.',
    'Ada <b x="1">met</b> Bob.',
    '<unknown> is what it says.\n<em>Ada</em> left.',
    '<a href="x">Ada</a> met Bob.',
    '<picture>\n<source srcset="a">\n</picture>\n\n# Ada\n',
    '<3 you <x y="1"></x>',
    '< a b="c"></a>',
    '<ada@x.org> wrote: <q>Oslo</q>',
    '<https://x.org> is <q>it</q>',
    `<doc id="1">Ada</doc>\n${'Ada left Oslo. '.repeat(1000)}`,
    '<user id="1">Ada</user> is > Bob',
  ]
  for (const text of texts) for (const name of ['<stdin>', 'a.txt', 'a.md']) t.is(named(text, name), 'text', text)
  for (const [text, what] of [
    ['<?xml version="1.0"?>\n<xmi:XMI xmlns:xmi="x"><cas:Sofa sofaString="Ada"/></xmi:XMI>', /UIMA XMI.*@sofaString/],
    [
      '<?xml version="1.0"?>\n<!DOCTYPE collection SYSTEM "BioC.dtd">\n<collection><source>x</source></collection>',
      /BioC.*passage/,
    ],
    ['<collection>\n <document><id>1</id></document></collection>', /BioC.*passage/],
    ['<GateDocument version="3"><TextWithNodes>Ada</TextWithNodes></GateDocument>', /GATE.*TextWithNodes/],
  ] as const)
    t.throws(() => named(text), { code: 'HMTL_FORMAT_UNSUPPORTED', message: what } as never)
  const began = threadSeconds()
  for (const head of ['<a b="1">', '<a ', '<!', '<!--', '</a>', '<a>'])
    isMarkup(`<r x="1">${head.repeat(200_000)}`, true)
  t.true(threadSeconds() - began < 5)
})

test('subtitles: what is said, a line a line, with the seconds that it is shown', async (t) => {
  const srt =
    '\ufeff1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>Maren Holt</i> lives\r\nin <font color="#fff">Oslo</font>.\r\n\r\n2\r\n01:00:03,040 --> 01:00:04,000 X1:1\r\n{\\an8}1984\r\n'
  t.is(named(srt), 'subtitles')
  const { documents, errors } = await read('subtitles', srt, {}, 3)
  t.deepEqual(errors, [])
  t.is(documents[0].text, 'Maren Holt lives\nin Oslo.\n1984')
  t.deepEqual(documents[0].metadata.times, [
    [1, 2.5],
    [1, 2.5],
    [3603.04, 3604],
  ])
  const vtt =
    'WEBVTT - a\nKind: captions\n\nNOTE by\nhand\n\nintro\n00:01.000 --> 00:02.000 align:start\n<v Bob>Ada &amp; <c.x>you</c>\n\n00:02.000 --> 00:03.000\nAda &amp; <00:02.100><c>you</c>\nleft.\n'
  t.is(named(vtt), 'subtitles')
  const rolling = await read('subtitles', vtt)
  t.is(rolling.documents[0].text, 'Ada & you\nleft.')
  t.is(rolling.report.count('repeated-line'), 1)
  t.is(rolling.report.count('not-a-cue'), 3)
  t.is((await read('subtitles', 'Ada met Bob.\n')).errors[0].code, 'HMTL_INPUT_SYNTAX')
  t.is(named('1\nAda\n'), 'text')
})

test('what is no text is told for what it is, with what makes text of it', (t) => {
  const zipped = (...names: string[]) =>
    Buffer.concat(names.map((name) => Buffer.from(`PK\x03\x04${'\0'.repeat(26)}${name}`, 'latin1')))
  for (const [bytes, message] of [
    ['%PDF-1.7\n%\xe2\xe3\n', /a PDF.*pdftotext FILE -/],
    ['{\\rtf1\\ansi Ada}', /RTF.*pandoc/],
    ['\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', /old Office.*soffice/],
    [zipped('[Content_Types].xml', 'word/document.xml'), /Word.*pandoc/],
    [zipped('[Content_Types].xml', 'xl/workbook.xml'), /Excel.*CSV/],
    [zipped('[Content_Types].xml', 'ppt/presentation.xml'), /PowerPoint.*soffice/],
    [zipped('mimetypeapplication/epub+zip'), /EPUB.*pandoc/],
    [zipped('mimetypeapplication/vnd.oasis.opendocument.text'), /ODT.*pandoc/],
    [zipped('a.txt'), /ZIP.*unzip/],
    [`${'\0'.repeat(257)}ustar`, /tar/],
    ['\x28\xb5\x2f\xfd\0\0', /Zstandard.*zstdcat/],
    ['\x89PNG\r\n\x1a\n', /picture.*tesseract/],
    ['\xff\xd8\xff\xe0\0', /picture/],
    ['\0\0\0\x20ftypisom', /sound or video/],
  ] as const)
    for (const name of ['<stdin>', 'a.txt', 'a.html'])
      t.throws(() => named(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes, name), {
        code: 'HMTL_FORMAT_UNSUPPORTED',
        message,
      } as never)
  for (const text of ['PK is a name', 'BZh', 'ID3 tags', '%PD', 'RIFF and WAVE']) t.is(named(text), 'text', text)
})
