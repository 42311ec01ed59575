/** What is left of a training for people and for TensorBoard. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { parseConfig } from '../src/model/config/parse.ts'
import { parseExamples } from '../src/report/examples.ts'
import { parseEvents, trainingReport } from '../src/report/training-page.ts'
import { crc32c, openEvents } from '../src/report/tensorboard.ts'
import { testFolder } from './helpers/folder.ts'

test('CRC-32C: the check value of its definition, and of nothing', (t) => {
  t.is(crc32c(Buffer.from('123456789')), 0xe3069283)
  t.is(crc32c(new Uint8Array(0)), 0)
})

test('event files: records with their lengths and checksums, the scalars in them', (t) => {
  const folder = testFolder(t)
  const events = openEvents(folder, () => 1700000000.5)
  events.scalars(300, { 'loss/ner': 0.5 })
  const bytes = readFileSync(join(folder, readdirSync(folder)[0]))
  const unmask = (value: number) => {
    const rotated = (value - 0xa282ead8) >>> 0
    return ((rotated >>> 17) | (rotated << 15)) >>> 0
  }
  const records: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at))
    t.is(unmask(bytes.readUInt32LE(at + 8)), crc32c(bytes.subarray(at, at + 8)))
    const data = bytes.subarray(at + 12, at + 12 + length)
    t.is(unmask(bytes.readUInt32LE(at + 12 + length)), crc32c(data))
    records.push(data)
    at += 16 + length
  }
  t.is(records.length, 2)
  t.is(records[0].toString('latin1', 11), 'brain.Event:2')
  t.is(records[1].readDoubleLE(1), 1700000000.5)
  // Step 300 as a varint, then the summary with its one value.
  t.deepEqual([...records[1].subarray(9, 12)], [16, 0xac, 2])
  t.true(records[1].includes('loss/ner'))
  t.is(records[1].readFloatLE(records[1].length - 4), 0.5)
})

test('the page: every name escaped, no script, a line cut short by a crash left out', (t) => {
  const config = parseConfig({ name: '<b>x', tasks: [{ name: 'ner', kind: 'crf' }] })
  const label = { precision: 0.5, recall: 0.25, f1: 1 / 3, gold: 8, predicted: 4 }
  const lines = [
    { event: 'update', update: 20, task: 'ner', loss: 5, rate: 1, seconds: 1 },
    {
      event: 'validation',
      update: 20,
      main: { ner: 0.4 },
      mean: 0.4,
      best: true,
      scores: {
        ner: {
          byLabel: { '"PER"<script>': label },
          confusion: { '"PER"<script>': { '"PER"<script>': 2, '∅': 6 }, '∅': { '"PER"<script>': 2 } },
        },
      },
      taskUpdates: { ner: 20 },
    },
  ]
  const events = parseEvents(`${lines.map((line) => JSON.stringify(line)).join('\n')}\n{"event":"upd`)
  t.is(events.length, 2)
  const page = trainingReport(config, events)
  t.false(/<script|<b>|<i>/.test(page))
  t.regex(page, /<td>50\.0<\/td><td>25\.0<\/td><td>33\.3<\/td>/)
  t.regex(page, /What was taken for what/)
})

test('the page: development documents are drawn, and hostile ones harm nobody', (t) => {
  const config = parseConfig({ name: 'run', tasks: [{ name: 'ner', kind: 'crf' }] })
  const text = '</script><script>alert(1)</script>'
  const entities = [{ start: 0, end: 9, label: '"><img src=x onerror=alert(1)>' }]
  const line = JSON.stringify({ gold: { text, hmtl: { entities } }, found: { text, hmtl: { entities: [] } } })
  const examples = parseExamples(`${line}\n{"gold":`)
  t.is(examples.length, 1)
  const page = trainingReport(config, [], examples)
  t.regex(page, /Development documents/)
  t.notRegex(page, /<script>alert|<img/)
  t.is(page.match(/<script>/g)?.length, 1)
})

const course = (validations: number) => {
  const config = parseConfig({ name: 'run', tasks: [{ name: 'ner', kind: 'crf' }] })
  const events = Array.from({ length: validations }, (_, i) => [
    { event: 'update', update: 20 * (i + 1), task: 'ner', loss: 5 / (i + 1), rate: 1, seconds: 1 },
    {
      event: 'validation',
      update: 20 * (i + 1),
      main: { ner: 0.5 + i / 10 },
      mean: 0.5,
      best: true,
      scores: {},
      taskUpdates: { ner: 20 * (i + 1) },
    },
  ]).flat()
  return { config, lines: events as object[] }
}
const pageOf = ({ config, lines }: ReturnType<typeof course>) =>
  trainingReport(config, parseEvents(lines.map((line) => `${JSON.stringify(line)}\n`).join('')))

test('the page: one point is drawn as a point, more as a line', (t) => {
  const [one, two] = [pageOf(course(1)), pageOf(course(2))]
  t.deepEqual([one.match(/<circle/g)?.length, one.match(/<polyline/g)], [2, null])
  t.deepEqual([two.match(/<polyline/g)?.length, two.match(/<circle/g)], [2, null])
  t.regex(pageOf({ ...course(1), lines: course(1).lines.map((line) => ({ ...line, update: 1 })) }), /<p>1 update;/)
})

test('the page: the score of the model that was kept beside the best in training, and warnings', (t) => {
  const { config, lines } = course(2)
  const page = pageOf({
    config,
    lines: [
      ...lines,
      { event: 'warning', update: 40, task: 'ner', kind: 'loss', message: 'it <stands> still' },
      { event: 'dev', main: { ner: 0.876 } },
    ],
  })
  t.regex(page, /<td>ner<\/td>.*<td>87\.6<\/td><td>60\.0<\/td><td>40<\/td>/)
  t.regex(page, /<p class="warning">Update 40: it &#60;stands&#62; still\.<\/p>/)
})

test('the page: a warning that passed is said to have', (t) => {
  const { config, lines } = course(3)
  const warning = { event: 'warning', update: 40, task: 'ner', kind: 'loss', message: 'it stands still' }
  const page = pageOf({ config, lines: [...lines, warning] })
  t.regex(page, /<p>Update 40: it stands still\. It passed: the development score was 70\.0 at update 60\.<\/p>/)
  t.notRegex(page, /class="warning"/)
})

test('pages: dark where the reader’s screen is, and tables scroll in frames of their own', (t) => {
  const page = pageOf(course(1))
  t.regex(page, /color-scheme:light dark/)
  t.regex(page, /prefers-color-scheme:dark/)
  t.regex(page, /\.frame\{overflow-x:auto/)
  // No table outside of a frame, and no colour that only one ground suits.
  t.is(page.match(/<table>/g)?.length, page.match(/<div class="frame" tabindex="0"><table>/g)?.length)
  const body = page.slice(page.indexOf('<body>'))
  t.false(
    /#[\da-f]{3,6}\b(?!;)|hsl\([^)]*%\)(?!")/.test(
      body.replace(/&#\d+;/g, '').replace(/hsl\(\d+ \d+% var\(--tone\)\)/g, ''),
    ),
  )
})
