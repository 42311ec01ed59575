import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import test from 'ava'
import { builtForms } from '../src/model/kernels/simd/module.ts'
import { root } from './helpers/documents.ts'
import { testFolder } from './helpers/folder.ts'

const exec = promisify(execFile)

test.serial('the package, packed and unpacked elsewhere, runs from its command and its exports', async (t) => {
  t.timeout(170_000)
  const folder = testFolder(t)
  // Packed without its prepare script: the tests run on what is built already.
  const { stdout } = await exec('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root('.'),
  })
  const packed = JSON.parse(stdout)
  const [{ filename, files }] = Array.isArray(packed)
    ? packed
    : (Object.values(packed) as [{ filename: string; files: { path: string }[] }])
  const paths = files.map(({ path }: { path: string }) => path)
  for (const form of builtForms) t.true(paths.includes(`dist/src/model/kernels/simd/kernels-${form}.wasm`))
  t.false(paths.some((path: string) => path.startsWith('dist/test/') || path.startsWith('test/')))
  await exec('tar', ['-xzf', join(folder, filename), '-C', folder])
  // The dependencies are those of this checkout: no network in a unit test.
  const { symlink } = await import('node:fs/promises')
  await symlink(root('node_modules'), join(folder, 'node_modules'))
  const cli = join(folder, 'package', 'dist', 'cli', 'main.js')
  t.is(
    (await exec(process.execPath, [cli, '--version'])).stdout.trim(),
    JSON.parse(await readFile(root('package.json'), 'utf8')).version,
  )
  await writeFile(join(folder, 'in.jsonl'), '{"text":"a b"}\n')
  t.regex(
    (await exec(process.execPath, [cli, 'convert', join(folder, 'in.jsonl'), '--to', 'conll2003'])).stdout,
    /a _ _ O/,
  )
  await writeFile(
    join(folder, 'package', 'use.mjs'),
    `import { createDocument, HmtlError } from 'hmtl'
     import { tokenize } from 'hmtl/pipeline'
     import { formatNames } from 'hmtl/io'
     import { CorefMetric } from 'hmtl/model'
     import { kafkaSource } from 'hmtl/kafka'
     if (typeof kafkaSource !== 'function') throw new Error('no kafka')
     console.log(createDocument({ id: 'x', text: 'y' }).id, tokenize('a b').begin.length, formatNames.length > 10, typeof CorefMetric, HmtlError.name)`,
  )
  t.is(
    (await exec(process.execPath, [join(folder, 'package', 'use.mjs')])).stdout.trim(),
    'x 2 true function HmtlError',
  )
  await writeFile(
    join(folder, 'package', 'use.cjs'),
    `import('hmtl').then(({ createDocument }) => console.log(createDocument({ id: 'cjs', text: '' }).id))`,
  )
  t.is((await exec(process.execPath, [join(folder, 'package', 'use.cjs')])).stdout.trim(), 'cjs')
})

test.serial('the public typings type-check in a strict consumer, and refuse what is wrong', async (t) => {
  const folder = testFolder(t, root('dist'))
  const file = join(folder, 'consumer.mts')
  await writeFile(
    file,
    `import { createDocument, type Document, HmtlError, load, readDocuments } from 'hmtl'
     import { formatNames, LossReport, writeDocuments } from 'hmtl/io'
     import { CorefMetric, scoreDocuments } from 'hmtl/model'
     import { type KafkaClient, kafkaSource, startEnrich } from 'hmtl/kafka'
     import { prepareDocument } from 'hmtl/pipeline'
     export const firstValue = async (client: KafkaClient): Promise<Buffer | null> => {
       for await (const record of kafkaSource(client, { topic: 't', group: 'g' })) return record.value
       return null
     }
     export const start: typeof startEnrich = startEnrich
     const document: Document = prepareDocument(createDocument({ id: 'x', text: 'y', entities: [{ start: 0, end: 1, label: 'L' }] }))
     const begin: Int32Array | undefined = document.entities?.begin
     export const run = async (): Promise<number> => {
       const annotator = await load('en', { workers: 1 })
       let n = 0
       for await (const each of annotator.annotateAll(['text', { text: 'more' }, document])) n += each.document.tokens?.begin.length ?? 0
       const first: string | undefined = (await annotator.annotate('text')).entities?.[0]?.text
       await writeDocuments(readDocuments('in.jsonl'), 'out.arrow', { format: 'arrow', report: new LossReport() })
       const score = await scoreDocuments(readDocuments('a'), readDocuments('b'), 'coref')
       return n + (first?.length ?? 0) + score.conll + formatNames.length + (begin?.length ?? 0) + new CorefMetric().score().muc.f1
     }
     export const code = (error: unknown) => (error instanceof HmtlError ? error.code : undefined)
     // @ts-expect-error a label must be a string
     createDocument({ id: 'x', text: 'y', entities: [{ start: 0, end: 1, label: 1 }] })
     // @ts-expect-error documents cannot be changed
     document.text = 'z'
     // @ts-expect-error no such task
     scoreDocuments(readDocuments('a'), readDocuments('b'), 'nothing')
    `,
  )
  const tsc = root('node_modules/typescript/bin/tsc')
  await t.notThrowsAsync(
    exec(
      process.execPath,
      [
        tsc,
        '--ignoreConfig',
        '--noEmit',
        '--strict',
        '--module',
        'nodenext',
        '--target',
        'es2022',
        '--types',
        'node',
        '--skipLibCheck',
        file,
      ],
      {
        cwd: root('.'),
      },
    ).catch((error) => Promise.reject(new Error(error.stdout))),
  )
})

test('publint finds nothing to mend', async (t) => {
  const { publint } = await import('publint')
  const { messages } = await publint({ pkgDir: root('.'), strict: true, pack: false })
  t.deepEqual(messages, [])
})

for (const form of builtForms)
  test(`the ${form} kernels hold no static data, which would lie over tfjs’s own`, async (t) => {
    const bytes = await readFile(root(`dist/src/model/kernels/simd/kernels-${form}.wasm`))
    let at = 8
    const sections: number[] = []
    while (at < bytes.length) {
      sections.push(bytes[at++])
      let [size, shift] = [0, 0]
      for (;;) {
        const byte = bytes[at++]
        size |= (byte & 0x7f) << shift
        shift += 7
        if (byte < 0x80) break
      }
      at += size
    }
    t.false(sections.includes(11))
  })
