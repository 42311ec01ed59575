/** A command that npm or npx runs in a shell ends when that shell does; one that was started otherwise does not. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import test from 'ava'
import { root } from './helpers/documents.ts'

const run = async (env: NodeJS.ProcessEnv) => {
  // Two commands, or the shell would become the process.
  const script = `"${process.execPath}" "${root('dist/test/helpers/launched.js')}"; true`
  const { npm_command: _, npm_lifecycle_event: __, ...clean } = process.env
  const shell = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...clean, ...env } })
  let said = ''
  shell.stdout.on('data', (chunk) => {
    said += chunk
  })
  await once(shell.stdout, 'data')
  shell.kill('SIGTERM')
  // The pipe ends when its last writer does.
  const timer = setTimeout(() => process.kill(Number(said.split('\n')[0])), 2000)
  await once(shell.stdout, 'end')
  clearTimeout(timer)
  return said.split('\n').slice(1).join()
}

test('SIGTERM to npx leaves no child behind', async (t) => {
  t.is(await run({ npm_command: 'exec' }), 'told,')
})

test('a process of another shell outlives it', async (t) => {
  t.is(await run({}), '')
})
