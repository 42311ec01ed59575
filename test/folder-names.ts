/** Folders of files that belong together: annotations without a text are counted, no document takes another's name. */
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { createDocument } from '../src/io/document/document.ts'
import { readDocuments } from '../src/io/read.ts'
import { LossReport } from '../src/io/report.ts'
import { writeDocuments } from '../src/io/write.ts'
import { prepareDocument } from '../src/pipeline/prepare.ts'
import { collect, kinds } from './helpers/documents.ts'
import { testFolder } from './helpers/folder.ts'

const counted = async (t: ExecutionContext, files: Readonly<Record<string, string>>, format?: string) => {
  const folder = testFolder(t)
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  const report = new LossReport()
  const found = await collect(readDocuments(folder, { format, report, onError: () => undefined }))
  return { ids: found.map(({ id }) => id), counted: kinds(report) }
}

const ann = 'T1\tPER 0 3\tIda\n'
const mention = 'MENTION\tT0\t0\t0\t0\t0\tIda\tPER\tPROP\n'

test('annotations whose text is not there are counted', async (t) => {
  const brat = { 'a.txt': 'Ida.', 'a.ann': ann, 'b.ann': ann, 'c.txt': 'Otto.', '.hidden.ann': ann }
  for (const format of [undefined, 'brat'])
    t.deepEqual((await counted(t, brat, format)).counted, { 'annotation-without-text': 1 }, format)
  const sgm = '<DOC><BODY><TEXT>Ida.</TEXT></BODY></DOC>'
  const apf = '<?xml version="1.0"?>\n<source_file><document DOCID="a"></document></source_file>\n'
  const ace = { 'a.sgm': sgm, 'a.apf.xml': apf, 'b.apf.xml': apf }
  for (const format of [undefined, 'ace05'])
    t.deepEqual(await counted(t, ace, format), { ids: ['a'], counted: { 'annotation-without-text': 1 } }, format)
})

test('LitBank: what belongs to a table is none of it; coreference without a table is counted', async (t) => {
  const files = {
    'entities/tsv/a.tsv': 'Ida\tB-PER\tO\tO\tO\t\n\n',
    'coref/tsv/a.ann': mention,
    'coref/tsv/a.txt': 'Ida\n',
    'coref/tsv/b.ann': mention,
    'coref/tsv/b.txt': 'Ida\n',
    'coref/tsv/c.ann': mention,
  }
  const { ids, counted: lost } = await counted(t, files)
  t.deepEqual(ids, ['a'])
  t.deepEqual(lost, { 'annotation-without-text': 1, 'file-passed-over': 1 })
})

for (const format of ['brat', 'litbank', 'ace05'])
  test(`${format}: documents of one id are all written, the later ones under names of their own`, async (t) => {
    const folder = testFolder(t)
    const report = new LossReport()
    const documents = ['a', 'a-2', 'a', 'a', 'b', './a'].map((id, i) =>
      prepareDocument(
        createDocument({ id, text: `Ida met Otto ${i} .`, mentions: [{ start: 0, end: 3, label: 'PER' }] }),
      ),
    )
    await writeDocuments(
      (async function* () {
        yield* documents
      })(),
      folder,
      { format, report, options: { layer: format === 'litbank' ? undefined : 'mentions' } },
    )
    const again = await collect(readDocuments(folder, { format }))
    t.deepEqual(
      again.map(({ text }) => text).sort(),
      documents.map(({ text }) => text),
    )
    t.true((report.entries().find(({ kind }) => kind === 'id-changed')?.count ?? 0) >= 3)
    t.true((await readdir(folder, { recursive: true })).some((name) => String(name).includes('a-3')))
  })
