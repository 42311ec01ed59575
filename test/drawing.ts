/** Drawings in the terminal: where lines break, and what colours kinds have. */
import test from 'ava'
import fc from 'fast-check'
import { drawDocument, palette } from '../src/io/draw/ansi.ts'
import { createDocument } from '../src/io/document/document.ts'
import { kindNumbers } from '../src/io/draw/kinds.ts'
import { wrapped } from '../src/io/draw/wrap.ts'

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape begins what sets a colour
const colour = /\u001b\[[\d;]*m/g

const line = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'a',
        'Maren',
        'Holt',
        '\u001b[38;5;33m[\u001b[39mOslo\u001b[38;5;33m]LOC\u001b[39m',
        'é',
        'ein-langes-Wort',
      ),
      fc.constant('\u001b[4mx\u001b[24m'),
    ),
  )
  .map((words) => words.join(' '))

test('wrapping: words, their order and their colours stay, and no line is longer than the width but one of one word', (t) => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 4 }), fc.integer({ min: 1, max: 40 }), (lines, width) => {
      const text = lines.join('\n')
      const out = wrapped(text, width)
      t.deepEqual(out.split(/\s+/), text.split(/\s+/))
      for (const each of out.split('\n')) {
        const seen = each.replace(colour, '')
        t.true(seen.length <= width || !seen.includes(' '), JSON.stringify([seen, width]))
      }
      // A line that fits is left alone.
      if (lines.every((each) => each.replace(colour, '').length <= width)) t.is(out, text)
    }),
  )
})

test('wrapping: lines are as long as they can be', (t) => {
  t.is(wrapped('one two three four', 9), 'one two\nthree\nfour')
  t.is(wrapped('  indented text', 10), '  indented\ntext')
  t.is(wrapped('東京 東京 東京', 9), '東京 東京\n東京')
  t.is(wrapped('e\u0301e\u0301 ab', 5), 'e\u0301e\u0301 ab')
  t.is(wrapped('a\u00a0b c', 3), 'a\u00a0b\nc')
  t.is(wrapped('', 5), '')
})

const luminance = (channels: readonly number[]): number => {
  const [r, g, b] = channels.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
const channelsOf = (index: number): number[] => {
  const steps = [0, 95, 135, 175, 215, 255]
  return [steps[Math.floor((index - 16) / 36)], steps[Math.floor((index - 16) / 6) % 6], steps[(index - 16) % 6]]
}

test('the palette: no colour twice, each readable on black and on white', (t) => {
  t.is(new Set(palette).size, palette.length)
  for (const index of palette) {
    const light = luminance(channelsOf(index))
    t.true(1.05 / (light + 0.05) > 2.5, `${index} on white`)
    t.true((light + 0.05) / 0.05 > 2.5, `${index} on black`)
  }
})

const coloursIn = (drawn: string): Map<string, string> =>
  new Map(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escapes are what is looked for
    [...drawn.matchAll(/((?:\u001b\[[\d;]*m)+)\](\w+)/g)].map(([, codes, label]): [string, string] => [
      String(label),
      String(codes),
    ]),
  )

test('no two kinds are alike, however many; a kind keeps its colour from document to document', (t) => {
  const labels = Array.from({ length: 60 }, (_, i) => `K${i}`)
  const text = labels.map((label) => `w${label}`).join(' ')
  const entities = labels.map((label) => ({
    start: text.indexOf(`w${label}`),
    end: text.indexOf(`w${label}`) + label.length + 1,
    label,
  }))
  const kinds = kindNumbers()
  const colours = coloursIn(drawDocument(createDocument({ id: 'a', text, entities }), { color: true, kinds }))
  t.is(colours.size, 60)
  t.is(new Set(colours.values()).size, 60)
  const again = coloursIn(
    drawDocument(
      createDocument({ id: 'b', text, entities: entities.filter((_, i) => i === 41 || i === 7).reverse() }),
      { color: true, kinds },
    ),
  )
  for (const [label, code] of again) t.is(colours.get(label), code)
})

test('PER, LOC, ORG and GPE have the same colours whatever comes before them', (t) => {
  const draw = (labels: readonly string[]) => {
    const text = labels.join(' ')
    const entities = labels.map((label) => ({
      start: text.indexOf(label),
      end: text.indexOf(label) + label.length,
      label,
    }))
    return coloursIn(drawDocument(createDocument({ id: 'a', text, entities }), { color: true }))
  }
  t.is(draw(['creative', 'GPE', 'PER']).get('PER'), draw(['PER', 'other']).get('PER'))
})

test('a drawing in narrow terminals breaks between words, in every section', (t) => {
  const text = 'Maren Holt lives in the old town of Oslo with Jonas'
  const spans = [
    { start: 0, end: 10, label: 'PER' },
    { start: 36, end: 40, label: 'LOC' },
  ]
  const document = createDocument({
    id: 'a',
    text,
    entities: spans,
    mentions: spans,
    clusters: [spans],
    relations: [{ label: 'place of birth', arg1: spans[0], arg2: spans[1] }],
  })
  for (const color of [false, true]) {
    const drawn = drawDocument(document, { color, width: 20 }).replace(colour, '')
    for (const each of drawn.split('\n')) t.true(each.length <= 20, each)
    t.deepEqual(drawn.split(/\s+/), drawDocument(document, { color: false }).split(/\s+/))
  }
})

test('what holds both ways is said once, what holds one way with its direction', (t) => {
  const [ida, max, bonn] = [
    { start: 0, end: 3 },
    { start: 12, end: 15 },
    { start: 19, end: 23 },
  ]
  const relation = (label: string, arg1: typeof ida, arg2: typeof ida) => ({ label, arg1, arg2 })
  const document = createDocument({
    id: 'a',
    text: 'Ida married Max in Bonn',
    relations: [relation('spouse', ida, max), relation('residence', max, bonn), relation('spouse', max, ida)],
  })
  const lines = drawDocument(document, { color: false }).split('\n')
  t.deepEqual(lines.slice(lines.indexOf('relations') + 1), ['  Ida ◀─ spouse ─▶ Max', '  Max ── residence ─▶ Bonn'])
})
