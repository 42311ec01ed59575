/** Another implementation reads our tables: pyarrow, and DuckDB and polars where they are installed. */
import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import test from 'ava'
import { fileText, read, root, write } from '../helpers/documents.ts'
import { testFolder } from '../helpers/folder.ts'

const exec = promisify(execFile)
const python = process.env.HMTL_PYTHON ?? root('.cache/python/bin/python')
// Without Python or pyarrow the tests are listed as skipped, by name.
const pythonTest = existsSync(python) && spawnSync(python, ['-c', 'import pyarrow']).status === 0 ? test : test.skip

const check = `
import sys, json, pyarrow as pa, pyarrow.ipc as ipc, pyarrow.parquet as pq
folder = sys.argv[1]
tables = {
  'arrow': ipc.open_file(folder + '/t.arrow').read_all(),
  'arrow-stream': ipc.open_stream(folder + '/t.arrows').read_all(),
  'parquet': pq.read_table(folder + '/t.parquet'),
}
out = {}
for name, table in tables.items():
    table.validate(full=True)
    rows = table.to_pylist()
    out[name] = [[r['id'], [[r['text'][b:e], r['entity_labels'][l]] for b, e, l in zip(r['entity_begin'], r['entity_end'], r['entity_label'])], r['mention_begin']] for r in rows]
print(json.dumps(out))
`

pythonTest('pyarrow opens the Arrow file, the Arrow stream and the Parquet file as ordinary tables', async (t) => {
  const folder = testFolder(t)
  const { documents } = await read('conll04', await fileText('datasets/conll04/sample.txt'))
  for (const [format, name] of [
    ['arrow', 't.arrow'],
    ['arrow-stream', 't.arrows'],
    ['parquet', 't.parquet'],
  ] as const)
    await writeFile(join(folder, name), (await write(format, documents, { batchDocuments: 1 })).bytes)
  await writeFile(join(folder, 'check.py'), check)
  const { stdout } = await exec(python, [join(folder, 'check.py'), folder])
  const tables = JSON.parse(stdout)
  const wanted = [
    [
      '1',
      [
        ['Maren Holt', 'Peop'],
        ['Tarn Institute', 'Org'],
        ['Oslo', 'Loc'],
      ],
      null,
    ],
    ['2', [], null],
  ]
  for (const name of ['arrow', 'arrow-stream', 'parquet']) t.deepEqual(tables[name], wanted, name)
})

pythonTest('files that pyarrow wrote from our table are read again', async (t) => {
  const folder = testFolder(t)
  const { documents } = await read('conll04', await fileText('datasets/conll04/sample.txt'))
  await writeFile(join(folder, 't.arrow'), (await write('arrow', documents)).bytes)
  const rewrite = `
import sys, pyarrow as pa, pyarrow.ipc as ipc, pyarrow.parquet as pq
folder = sys.argv[1]
table = ipc.open_file(folder + '/t.arrow').read_all()
with ipc.new_file(folder + '/again.arrow', table.schema) as sink: sink.write_table(table)
with ipc.new_stream(folder + '/again.arrows', table.schema) as sink: sink.write_table(table)
pq.write_table(table, folder + '/again.parquet', compression='zstd')
`
  await writeFile(join(folder, 'rewrite.py'), rewrite)
  await exec(python, [join(folder, 'rewrite.py'), folder])
  const { readFile } = await import('node:fs/promises')
  const text = await fileText('datasets/conll04/sample.txt')
  for (const [format, name] of [
    ['arrow', 'again.arrow'],
    ['arrow-stream', 'again.arrows'],
    ['parquet', 'again.parquet'],
  ] as const) {
    const again = await read(format, await readFile(join(folder, name)))
    t.deepEqual(again.errors, [], name)
    t.is((await write('conll04', again.documents)).bytes.toString(), text, name)
  }
})
