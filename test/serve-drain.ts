/** SIGTERM to the server: others are told before its door closes. */
import { spawn } from 'node:child_process'
import test from 'ava'
import { main } from './helpers/command.ts'
import { tinyModelFor } from './helpers/model.ts'

const { model } = tinyModelFor(test)

const started = async (...more: string[]) => {
  const args = ['serve', '--model', model, '--engine', 'wasm', '--workers', '1', '--port', '0', '--log-level', 'info']
  const child = spawn(process.execPath, [main, ...args, ...more])
  let log = ''
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const saying = async (what: RegExp) => {
    while (!what.test(log)) await new Promise((resolve) => setTimeout(resolve, 20))
    return log
  }
  child.stderr.on('data', (chunk) => (log += chunk))
  const [, url] = /"url":"([^"]+)"/.exec(await saying(/"url"/)) ?? []
  return { child, ended, url, saying }
}
const body = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'Ida met Otto.' }

test('/readyz says 503 and requests are answered while it drains; a second signal ends it', async (t) => {
  const { child, ended, url, saying } = await started('--drain', '60')
  t.is((await fetch(`${url}/readyz`)).status, 200)
  child.kill('SIGTERM')
  await saying(/not ready any more/)
  t.is((await fetch(`${url}/readyz`)).status, 503)
  t.is((await fetch(`${url}/annotate`, body)).status, 200)
  child.kill('SIGTERM')
  t.is(await ended, 0)
})

test('without time to drain it ends at once', async (t) => {
  const { child, ended } = await started('--drain', '0')
  child.kill('SIGTERM')
  t.is(await ended, 0)
})
