/** XML that is read without a whole parser, and files that are read before their turn. */
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import test from 'ava'
import fc from 'fast-check'
import { SaxesParser } from 'saxes'
import { ahead } from '../src/io/ahead.ts'
import { readDocuments } from '../src/io/read.ts'
import { plainXml, type XmlElement, type XmlNode } from '../src/io/syntax/plain-xml.ts'
import { collect } from './helpers/documents.ts'
import { testFolder } from './helpers/folder.ts'

/** The tree as saxes tells it, undefined where it finds a fault. */
const whole = (text: string): XmlElement | undefined => {
  const parser = new SaxesParser()
  const stack: [string, Record<string, string>, XmlNode[]][] = [['', {}, []]]
  let faulty = false
  parser.on('error', () => {
    faulty = true
  })
  const add = (node: XmlNode) => stack.at(-1)?.[2].push(node)
  parser.on('opentag', ({ name, attributes }) => stack.push([name, { ...(attributes as Record<string, string>) }, []]))
  parser.on('text', (value) => stack.length > 1 && add(value))
  parser.on('cdata', add)
  parser.on('closetag', () => add(stack.pop() as XmlElement))
  parser.write(text).close()
  const [root] = stack[0][2]
  return faulty || stack.length !== 1 || typeof root === 'string' ? undefined : root
}

/** Pieces of XML, most of which fit together. */
const piece = fc.constantFrom(
  ...['<a>', '</a>', '<b x="1">', '</b>', '<c/>', '<a y="" x="1>2" />', '<a x="1" x="2">', "<a x='1'>", '<a x="&lt;">'],
  ...['<a x = "1">', '<a x="1"y="2">', '<a\n x="1"\t>', '</a >', '<x:a>', '<a xml:b="c"/>', '<_/>', '<é/>', '< a>'],
  ...[
    'text',
    ' ',
    '\n',
    '\r\n',
    '&amp;',
    '&lt;x&gt;',
    '&#65;',
    '&nbsp;',
    '&',
    ']]>',
    '>',
    '"',
    '中😀',
    '\ud83d',
    '\x01',
  ],
  ...['<![CDATA[<]]>', '<!-- c -->', '<?p i?>', '<!DOCTYPE a>', '<', '\x85', '\ufffe', '\ufeff'],
)
const start = fc.constantFrom(
  '',
  '<?xml version="1.0"?>\n',
  '<?xml version="1.0" encoding="UTF-8"?>',
  '<?xml version="1.0"?>\n<!DOCTYPE source_file SYSTEM "apf.v5.1.1.dtd">\n',
  '<!DOCTYPE a [<!ENTITY e "x">]>',
  '<?xml version="1.1"?>',
  '\ufeff',
  ' ',
)

test('xml: what is read without a whole parser is what that parser reads, and nothing that it refuses', (t) => {
  let plain = 0
  const element: fc.Arbitrary<string> = fc.letrec<{ node: string; element: string }>((tie) => ({
    node: fc.oneof({ weight: 3, arbitrary: piece }, { weight: 2, arbitrary: tie('element') }),
    element: fc
      .tuple(fc.constantFrom('a', 'b x="1"', 'c-d.e_1 y="é"'), fc.array(tie('node'), { maxLength: 3 }))
      .map(([open, nodes]) => `<${open}>${nodes.join('')}</${open.split(' ')[0]}>`),
  })).element
  fc.assert(
    fc.property(
      start,
      fc.oneof(
        element,
        fc.array(piece, { maxLength: 6 }).map((all) => all.join('')),
      ),
      (head, body) => {
        const text = `${head}${body}`
        const tree = plainXml(text, 64)
        if (tree) plain++
        return tree === undefined || isDeepStrictEqual(tree, whole(text))
      },
    ),
    { numRuns: 5000 },
  )
  t.true(plain > 100, `${plain}`)
})

test('xml: the forms that ACE has need no whole parser', (t) => {
  const text = `<?xml version="1.0"?>
<!DOCTYPE source_file SYSTEM "apf.v5.1.1.dtd">
<source_file URI="a.sgm" SOURCE="newswire" TYPE="text" ENCODING="UTF-8">
<document DOCID="a"><entity ID="E1"><charseq START="0" END="3">AT&amp;T</charseq><empty/></entity></document>
</source_file>
`
  t.deepEqual(plainXml(text, 64), whole(text))
  t.truthy(plainXml(text, 4))
  t.is(plainXml(text, 3), undefined)
})

test('ahead: in order, so many at once, and a failure in its turn', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(3), fc.boolean()), { maxLength: 12 }),
      fc.integer({ min: 1, max: 4 }),
      async (waits, most) => {
        let open = 0
        let mostOpen = 0
        const items = async function* () {
          yield* waits.keys()
        }
        const make = async (i: number) => {
          mostOpen = Math.max(mostOpen, ++open)
          for (let k = 0; k < waits[i][0]; k++) await new Promise(setImmediate)
          open--
          if (waits[i][1]) throw new Error(`${i}`)
          return i
        }
        const seen: number[] = []
        const first = waits.findIndex(([, fails]) => fails)
        const failed = await (async () => {
          for await (const i of ahead(items(), most, make)) seen.push(i)
          return -1
        })().catch((error: Error) => Number(error.message))
        const wanted = first === -1 ? waits.length : first
        return failed === first && seen.length === wanted && seen.every((i, at) => i === at) && mostOpen <= most
      },
    ),
  )
  t.pass()
})

test('folders of small and large files give the same, in order, and one that is missing is told in its turn', async (t) => {
  const folder = testFolder(t)
  const apf = (i: number) =>
    `<?xml version="1.0"?>\n<source_file><document DOCID="d${i}"><entity ID="E" TYPE="PER"><entity_mention ID="M"><extent><charseq START="0" END="2">Ada</charseq></extent></entity_mention></entity></document></source_file>`
  for (let i = 0; i < 30; i++) {
    const name = join(folder, `d${String(i).padStart(2, '0')}`)
    await writeFile(`${name}.sgm`, `Ada ${'x'.repeat(i % 7 === 3 ? 400_000 : i)}`)
    await writeFile(
      `${name}.apf.xml`,
      apf(i).replace('</source_file>', `${' '.repeat(i % 5 === 2 ? 300_000 : 0)}</source_file>`),
    )
  }
  const ids = Array.from({ length: 30 }, (_, i) => `d${i}`)
  const all = await collect(readDocuments(folder, { format: 'ace05' }))
  t.deepEqual(
    all.map(({ id }) => id),
    ids,
  )
  t.true(
    all.every(
      ({ text, mentions }, i) => text.length === 4 + (i % 7 === 3 ? 400_000 : i) && mentions?.begin.length === 1,
    ),
  )
  await rm(join(folder, 'd11.apf.xml'))
  const seen: string[] = []
  for await (const { id } of readDocuments(folder, { format: 'ace05', onError: ({ code }) => seen.push(code) }))
    seen.push(id)
  t.deepEqual(
    seen,
    ids.map((id) => (id === 'd11' ? 'HMTL_INPUT_NOT_FOUND' : id)),
  )
})
