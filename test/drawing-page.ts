/** Documents as pages: what is drawn, in which colours, and that nothing of the input becomes more than text. */
import { spawnSync } from 'node:child_process'
import test from 'ava'
import fc from 'fast-check'
import { createDocument, type Document } from '../src/io/document/document.ts'
import { comparedLayers, comparisonPage } from '../src/io/draw/compare.ts'
import { drawFragment, drawingKinds } from '../src/io/draw/fragment.ts'
import { htmlPage } from '../src/io/draw/html.ts'
import { dark, kindClass, light } from '../src/io/draw/palette.ts'
import { drawingScript } from '../src/io/draw/script.ts'
import { type DrawnSpan, escaped, nested } from '../src/io/draw/spans.ts'
import { pageScript } from '../src/page/script.ts'
import { collect } from './helpers/documents.ts'

async function* stream<T>(...items: T[]): AsyncGenerator<T> {
  yield* items
}
const pageOfDocuments = async (...documents: Document[]) => (await collect(htmlPage(stream(...documents)))).join('')

const luminance = (colour: string): number => {
  const [r, g, b] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
const contrast = (one: string, other: string): number => {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (high + 0.05) / (low + 0.05)
}

for (const [name, scheme] of Object.entries({ light, dark }))
  test(`${name}: whatever is written can be read (AA, 4.5 to 1), and no colour is there twice`, (t) => {
    const { page, text, quiet, kinds } = scheme
    for (const colour of [text, quiet]) t.true(contrast(colour, page) >= 4.5, colour)
    for (const { background, label } of kinds) {
      t.true(contrast(text, background) >= 4.5, `text on ${background}`)
      t.true(contrast(label, background) >= 4.5, `${label} on ${background}`)
      t.true(contrast(label, page) >= 4.5, `${label} on the page`)
    }
    t.is(new Set(kinds.map(({ background }) => background)).size, kinds.length)
    t.is(new Set(kinds.map(({ label }) => label)).size, kinds.length)
  })

test('no two of forty-eight kinds look alike', (t) => {
  t.is(new Set(Array.from({ length: 48 }, (_, i) => kindClass(i))).size, 48)
})

test('a kind keeps its colour from document to document', (t) => {
  const kinds = drawingKinds()
  const classesIn = (labels: readonly string[]) => {
    const text = labels.join(' ')
    const entities = labels.map((label) => ({
      start: text.indexOf(label),
      end: text.indexOf(label) + label.length,
      label,
    }))
    const drawn = drawFragment(createDocument({ id: 'a', text, entities }), kinds)
    return new Map([...drawn.matchAll(/class="e ([^"]*)" data-l="([^"]*)"/g)].map(([, kind, label]) => [label, kind]))
  }
  const first = classesIn(['creative', 'GPE', 'PER'])
  const second = classesIn(['other', 'PER', 'creative'])
  t.is(first.get('PER'), second.get('PER'))
  t.is(first.get('creative'), second.get('creative'))
})

/** What a browser would show of HTML without references but numbers. */
const shown = (html: string): string =>
  html
    .replace(/<b>.*?<\/b>/g, '')
    .replace(/<[^>]*>/g, '')
    .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))

/** Pages may hold no controls but these. */
const withoutControls = (text: string): string =>
  Array.from({ length: text.length }, (_, i) =>
    text[i] < ' ' && !'\t\n\r'.includes(text[i]) ? '\ufffd' : text[i],
  ).join('')

test('property: whatever the spans, the text is there once and whole, and elements are closed in their order', (t) => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.array(fc.tuple(fc.nat(60), fc.nat(60)), { maxLength: 12 }),
      (text, pairs) => {
        const spans: DrawnSpan[] = pairs
          .map(([a, b]) => [Math.min(a, b), Math.max(a, b)])
          .filter(([start, end]) => end <= text.length && start < end)
          .map(([start, end], i) => ({ start, end, attributes: `class="x" data-i="${i}"`, after: `<b>${i}</b>` }))
        const html = nested(text, spans)
        t.is(shown(html), withoutControls(text))
        const open: string[] = []
        for (const [, close, name] of html.matchAll(/<(\/?)(\w+)/g)) {
          if (close === '') open.push(name)
          else t.is(open.pop(), name)
        }
        t.is(open.length, 0)
        // What is said after a span is said once.
        for (const i of spans.keys()) t.is(html.split(`<b>${i}</b>`).length, 2)
      },
    ),
  )
})

test('a long text is drawn in blocks, and spans over their edges go on', (t) => {
  const text = `${'word '.repeat(700)}\n`.repeat(4)
  const html = nested(text, [{ start: 0, end: text.length, attributes: 'class="x"', after: '<b>X</b>' }])
  t.is(html.match(/<div>/g)?.length, 4)
  t.is(shown(html), text)
  t.is(html.match(/<b>X<\/b>/g)?.length, 1)
})

const hostile = '</script><script>alert(1)</script>"\'><img src=x onerror=alert(1)>\u202e\u0000&amp;'

test('hostile texts, labels and ids are text', async (t) => {
  const spans = [
    { start: 0, end: 9, label: hostile },
    { start: 4, end: 20, label: '"><img src=x>' },
  ]
  const document = createDocument({
    id: hostile,
    text: hostile,
    entities: spans,
    mentions: spans,
    clusters: [spans, [{ start: 2, end: 4 }]],
    relations: [{ label: hostile, arg1: spans[0], arg2: spans[1] }],
  })
  for (const page of [
    await pageOfDocuments(document),
    (await collect(comparisonPage(stream([document, document] as const), hostile))).join(''),
  ]) {
    t.false(page.includes('<img'))
    t.is(page.match(/<script/g)?.length, 1, 'the page’s own')
    t.false(page.includes('\u0000'))
    // Nothing but the page's own script may run, and nothing may be asked for.
    t.regex(page, /default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-[\w+/=]+'"/)
  }
})

test('a page is a picture without script: labels, scores, lists of relations and of who is who', (t) => {
  const text = 'Ada Lovelace met Charles Babbage. She wrote.'
  const ada = { start: 0, end: 12 }
  const drawn = drawFragment(
    createDocument({
      id: 'a',
      text,
      entities: [{ ...ada, label: 'PER', score: 0.97 }],
      clusters: [[ada, { start: 34, end: 37 }], [{ start: 17, end: 32 }]],
      relations: [{ label: 'knows', arg1: ada, arg2: { start: 17, end: 32 }, score: 0.5 }],
    }),
  )
  t.regex(drawn, /data-l="PER" data-p="97" title="PER, 97 %"/)
  t.regex(drawn, /<span>Ada Lovelace<\/span> <i>knows →<\/i> <span>Charles Babbage<\/span> <small>50 %/)
  t.regex(drawn, /<span>Ada Lovelace<\/span> <small>2 mentions/)
  t.false(/1 mentions/.test(drawn), 'who is mentioned once is in no list')
})

test('layers that are not there are not listed as empty', (t) => {
  const bare = drawFragment(createDocument({ id: 'a', text: 'x' }))
  t.false(/Relations|Who is who/.test(bare))
  const looked = drawFragment(createDocument({ id: 'a', text: 'x', relations: [], clusters: [] }))
  t.regex(looked, /none found/)
  t.regex(looked, /nobody is mentioned twice/)
})

test('beside gold: found, missed, too much, and of another label, told apart by signs', async (t) => {
  const text = 'a b c d'
  const at = (word: string, label: string) => ({ start: text.indexOf(word), end: text.indexOf(word) + 1, label })
  const gold = createDocument({ id: 'g', text, entities: [at('a', 'PER'), at('b', 'LOC'), at('c', 'ORG')] })
  const predicted = createDocument({ id: 'p', text, entities: [at('a', 'PER'), at('b', 'ORG'), at('d', 'ORG')] })
  const verdicts = comparedLayers(gold, predicted).entities?.map(({ start, verdict }) => [text[start], verdict])
  t.deepEqual(verdicts, [
    ['a', 'right'],
    ['b', 'wrong'],
    ['d', 'extra'],
    ['c', 'missed'],
  ])
  const page = (await collect(comparisonPage(stream([gold, predicted] as const), 'compared'))).join('')
  for (const sign of ['✓ PER', '≠ ORG', '+ ORG', '− ORG']) t.true(page.includes(`<b>${sign}</b>`), sign)
  t.regex(page, /gold: LOC/)
})

for (const [name, script] of Object.entries({ drawing: drawingScript, page: pageScript }))
  test(`the script of the ${name} is JavaScript`, (t) => {
    const { status, stderr } = spawnSync(process.execPath, ['--check', '-'], { input: script, encoding: 'utf8' })
    t.is(status, 0, stderr)
    t.false(/innerHTML = (?!html)|eval\(|on\w+=/.test(script))
  })

test('escaping leaves what is no danger', (t) => {
  t.is(escaped('a\tb\nç 東京'), 'a\tb\nç 東京')
})

test('a relation that holds both ways is drawn once', (t) => {
  const [one, two] = [
    { start: 0, end: 3 },
    { start: 8, end: 11 },
  ]
  const relations = [
    { label: 'spouse', arg1: one, arg2: two },
    { label: 'spouse', arg1: two, arg2: one },
    { label: 'knows', arg1: one, arg2: two },
    { label: 'likes', arg1: one, arg2: one },
  ]
  const drawn = drawFragment(createDocument({ id: 'a', text: 'Ada and Tom', relations }))
  const listed = [...drawn.matchAll(/<i>([^<]*)<\/i>/g)].map(([, words]) => words)
  t.deepEqual(listed, ['spouse ↔', 'knows →', 'likes ↔'])
})
