/**
 * The examples that need Python: our tables in pyarrow, DuckDB and polars, and Spark sending an archive through the
 * command.
 */
import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import test from 'ava'
import { root } from '../helpers/documents.ts'
import { fileFolder } from '../helpers/folder.ts'

const exec = promisify(execFile)
const python = process.env.HMTL_PYTHON ?? root('.cache/python/bin/python')
const has = (...modules: string[]) =>
  existsSync(python) && spawnSync(python, ['-c', `import ${modules.join(', ')}`]).status === 0
const hasJava = spawnSync('java', ['-version']).status === 0
// What is not there is listed as skipped, by name.
const tableTest = has('pyarrow', 'duckdb', 'polars') ? test.serial : test.serial.skip
const sparkTest = has('pyarrow', 'pandas', 'pyspark') && hasJava ? test.serial : test.serial.skip

const folder = fileFolder(test)

const texts = [
  { id: 'a', text: 'Ada 😀 met Tom Okafor in Oslo.' },
  { id: 'b', text: 'Nothing is named here.' },
  { id: 'c', text: 'Oslo is in Norway. Ada lives there.' },
]

tableTest('table.py: names of a Parquet file, the same by pyarrow, DuckDB and polars', async (t) => {
  const [input, table] = [join(folder, 'in.jsonl'), join(folder, 'names.parquet')]
  await writeFile(input, texts.map((text) => `${JSON.stringify(text)}\n`).join(''))
  await exec(root('hmtl'), ['annotate', input, '-o', table, '--offset-unit', 'codepoint', '--engine', 'wasm', '-q'])
  const { stdout } = await exec(python, [root('examples/table.py'), table])
  t.regex(stdout, /^2 LOC Oslo$/m)
  t.regex(stdout, /^1 PER Tom Okafor$/m)
  t.regex(stdout, /DuckDB agrees\npolars agrees/)
})

sparkTest('spark.py: a table of texts, a process a task', async (t) => {
  t.timeout(300_000)
  const [input, output] = [join(folder, 'texts.parquet'), join(folder, 'annotated.parquet')]
  const make = `import json, sys, pyarrow as pa, pyarrow.parquet as pq
rows = json.loads(sys.argv[1]) * 20
pq.write_table(pa.table({'id': [str(i) for i, _ in enumerate(rows)], 'text': [r['text'] for r in rows], 'more': [1] * len(rows)}), sys.argv[2])`
  await exec(python, ['-c', make, JSON.stringify(texts), input])
  await exec(
    join(dirname(python), 'spark-submit'),
    ['--master', 'local[2]', root('examples/spark.py'), input, output],
    {
      env: {
        ...process.env,
        HMTL: root('hmtl'),
        HMTL_ENGINE: 'wasm',
        PYSPARK_PYTHON: python,
        SPARK_LOCAL_IP: '127.0.0.1',
      },
      maxBuffer: 1 << 26,
    },
  )
  const show = `import sys, pyarrow.parquet as pq
for r in sorted(pq.read_table(sys.argv[1]).to_pylist(), key=lambda r: int(r['id'])):
    print([r['text'][b:e] for b, e in zip(r['entity_begin'], r['entity_end'])])`
  const lines = (await exec(python, ['-c', show, output])).stdout.trim().split('\n')
  t.is(lines.length, 60)
  t.true(lines.every((line, i) => line === lines[i % 3]))
  t.regex(lines[0], /'Tom Okafor'/)
  t.is(lines[1], '[]')
})
