/** What stands in examples/ runs; what needs Python, Spark or a broker is in integration/. */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import test from 'ava'
import { root } from './helpers/documents.ts'

const exec = promisify(execFile)

test('node.mjs says who and what', async (t) => {
  const { stdout } = await exec(process.execPath, [root('examples/node.mjs')])
  t.regex(stdout, /^Marie Curie: PER/m)
  t.regex(stdout, /Marie Curie → place of birth → Warsaw/)
  t.regex(stdout, /Marie Curie = She/)
})

test('typescript.ts has no error', async (t) => {
  const options = [
    '--ignoreConfig',
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2022',
    '--lib',
    'esnext',
    '--types',
    'node',
    '--skipLibCheck',
  ]
  const tsc = exec(
    process.execPath,
    [root('node_modules/typescript/bin/tsc'), ...options, root('examples/typescript.ts')],
    {
      cwd: root('.'),
    },
  )
  await t.notThrowsAsync(tsc.catch((error) => Promise.reject(new Error(error.stdout))))
})

test('every example is run by a test', (t) => {
  const tests = ['examples.ts', 'integration/examples.ts', 'integration/in-browser.ts', 'integration/kafka.ts'].map(
    (file) => readFileSync(root(`test/${file}`), 'utf8'),
  )
  for (const name of readdirSync(root('examples')))
    t.true(
      tests.some((text) => text.includes(`examples/${name}`)),
      name,
    )
})

test('the launcher of a checkout starts the program, also by a link', async (t) => {
  const { version } = JSON.parse(readFileSync(root('package.json'), 'utf8'))
  t.is((await exec(root('hmtl'), ['--version'])).stdout.trim(), version)
})
