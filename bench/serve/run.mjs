/**
 * `hmtl serve` under load: throughput beside `annotate`, latency at a rate, memory over many requests, and faults.
 *   node bench/serve/run.mjs CORPUS.jsonl [--only throughput,latency,memory,faults] [--requests 100000]
 * PEER=venv/bin/python (with spacy, its small model, fastapi and uvicorn) has peer.py do throughput and latency as
 * well.
 * Prints one line of JSON a part.
 */
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const main = join(root, 'dist/cli/main.js')
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', default: 'throughput,latency,memory,faults' },
    requests: { type: 'string', default: '100000' },
    documents: { type: 'string', default: '600' },
    rounds: { type: 'string', default: '3' },
  },
})
const parts = values.only.split(',')
const lines = readFileSync(positionals[0], 'utf8').split('\n').filter(Boolean).slice(0, Number(values.documents))
const tweet = 'Just saw @mira_k and Tom Okafor at the Lakeside Arena!! He signed my Rovers shirt, she moves to Chicago'
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]
const say = (part, result) => console.log(JSON.stringify({ part, ...result }))

const startServer = async (...more) => {
  const child = spawn(process.execPath, [main, 'serve', '--port', '0', ...more], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  const port = await new Promise((resolve, reject) => {
    child.stderr.on('data', (chunk) => {
      log = (log + chunk).slice(-100_000)
      const found = /"url":"http:\/\/127\.0\.0\.1:(\d+)"/.exec(log)
      if (found) resolve(Number(found[1]))
    })
    child.once('exit', () => reject(new Error(log)))
  })
  const rss = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) / 1024
  const stop = () =>
    new Promise((resolve) => {
      child.removeAllListeners('exit')
      child.once('exit', resolve)
      child.kill('SIGTERM')
    })
  return { port, rss, stop, pid: child.pid }
}
/** The peer, which has one process: its answers are what the clients wait for. */
const startPeer = async (python) => {
  const port = 18_080
  const child = spawn(python, [join(root, 'bench/serve/peer.py'), String(port)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  for (let tries = 0; ; tries++) {
    try {
      await post(port, tweet, 'text/plain')
      break
    } catch (error) {
      if (tries > 300) throw error
      await sleep(200)
    }
  }
  const stop = () =>
    new Promise((resolve) => {
      child.once('exit', resolve)
      child.kill('SIGTERM')
    })
  return { port, stop }
}
const agent = new Agent({ keepAlive: true, maxSockets: 64 })
const post = (port, body, type = 'application/json') =>
  new Promise((resolve, reject) => {
    const asked = request(
      { port, path: '/annotate', method: 'POST', agent, headers: { 'content-type': type } },
      (answer) => {
        let text = ''
        answer.setEncoding('utf8')
        answer.on('data', (chunk) => {
          text += chunk
        })
        answer.on('end', () => resolve({ status: answer.statusCode, text }))
        answer.on('error', reject)
      },
    )
    asked.on('error', reject)
    asked.end(body)
  })

/** Seconds to annotate all lines by the command, from its first output to its end. */
const command = (path) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, 'annotate', path, '-q'], { stdio: ['ignore', 'pipe', 'inherit'] })
    let first
    child.stdout.on('data', () => {
      first ??= performance.now()
    })
    child.once('error', reject)
    child.once('close', () => resolve((performance.now() - first) / 1000))
  })

/** Seconds for 32 clients to have all lines annotated, one a request. */
const clients = async (port) => {
  const begun = performance.now()
  let next = 0
  const client = async () => {
    while (next < lines.length) {
      const line = lines[next++]
      const { status } = await post(port, line)
      if (status !== 200) throw new Error(`status ${status}`)
    }
  }
  await Promise.all(Array.from({ length: 32 }, client))
  return (performance.now() - begun) / 1000
}

if (parts.includes('throughput')) {
  const path = join(tmpdir(), 'hmtl-bench-serve.jsonl')
  writeFileSync(path, `${lines.join('\n')}\n`)
  const rounds = []
  for (let round = 0; round < Number(values.rounds); round++) {
    const annotate = await command(path)
    const server = await startServer()
    for (const line of lines.slice(0, 64)) await post(server.port, line)
    const serve = await clients(server.port)
    await server.stop()
    let peer
    if (process.env.PEER) {
      const other = await startPeer(process.env.PEER)
      for (const line of lines.slice(0, 16)) await post(other.port, line)
      peer = await clients(other.port)
      await other.stop()
    }
    rounds.push({ annotate, serve, peer, ratio: annotate / serve })
  }
  say('throughput', { documents: lines.length, ratio: median(rounds.map(({ ratio }) => ratio)), rounds })
}

const latency = async (server, name) => {
  for (let i = 0; i < 50; i++) await post(server.port, tweet, 'text/plain')
  const times = []
  await Promise.all(
    Array.from({ length: 600 }, async (_, i) => {
      await sleep(i * 50)
      const begun = performance.now()
      await post(server.port, tweet, 'text/plain')
      times.push(performance.now() - begun)
    }),
  )
  times.sort((a, b) => a - b)
  const at = (part) => Math.round(10 * times[Math.floor(part * times.length)]) / 10
  say(name, { rate: 20, requests: times.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), most: at(0.9999) })
  await server.stop()
}
if (parts.includes('latency')) {
  await latency(await startServer(), 'latency')
  if (process.env.PEER) await latency(await startPeer(process.env.PEER), 'latency of the peer')
}

if (parts.includes('memory')) {
  const server = await startServer()
  const total = Number(values.requests)
  const memory = []
  let [next, failed] = [0, 0]
  const client = async () => {
    while (next < total) {
      if (next % (total / 10) === 0) memory.push(Math.round(server.rss()))
      next++
      const { status, text } = await post(server.port, tweet, 'text/plain')
      if (status !== 200 || !text.includes('"Rovers')) failed += status === 200 ? 0 : 1
    }
  }
  const begun = performance.now()
  await Promise.all(Array.from({ length: 32 }, client))
  memory.push(Math.round(server.rss()))
  say('memory', {
    requests: total,
    failed,
    perSecond: Math.round(total / ((performance.now() - begun) / 1000)),
    memory,
  })
  await server.stop()
}

if (parts.includes('faults')) {
  const server = await startServer('--idle', '2')
  const socket = (write) =>
    new Promise((resolve) => {
      const open = connect(server.port, '127.0.0.1')
      let answer = ''
      open.on('data', (chunk) => {
        answer += chunk
      })
      open.on('error', () => resolve(answer))
      open.on('close', () => resolve(answer))
      open.on('connect', () => write(open))
    })
  const head = (length) =>
    `POST /annotate HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: ${length}\r\n\r\n`
  // While all of this goes on, somebody uses the server as it is meant to be.
  let over = false
  const good = { asked: 0, right: 0 }
  const user = (async () => {
    while (!over) {
      const name = `Tom Okafor ${good.asked}`
      const { status, text } = await post(server.port, `${name} lives in Oslo.`, 'text/plain')
      good.asked++
      if (status === 200 && JSON.parse(text).text.startsWith(`${name} `)) good.right++
      await sleep(5)
    }
  })()
  let dropped = 0
  for (let i = 0; i < 100; i++) {
    await Promise.all(
      Array.from({ length: 100 }, () =>
        socket((open) => {
          dropped++
          open.destroy()
        }),
      ),
    )
  }
  const half = await Promise.all(Array.from({ length: 20 }, () => socket((open) => open.write(`${head(1000)}half`))))
  const slow = await Promise.all(
    Array.from({ length: 10 }, () =>
      socket(async (open) => {
        const body = 'Ada lived in London.'
        open.write(head(body.length))
        for (const letter of body) {
          await sleep(50)
          open.write(letter)
        }
        setTimeout(() => open.end(), 1000)
      }),
    ),
  )
  const garbage = await socket((open) => open.end('\u0000\u0001 nonsense\r\n\r\n'))
  const gone = await Promise.all(
    Array.from({ length: 50 }, () =>
      socket((open) => {
        const body = lines[0]
        open.write(head(Buffer.byteLength(body)) + body)
        setTimeout(() => open.destroy(), 5)
      }),
    ),
  )
  over = true
  await user
  say('faults', {
    dropped,
    half: half.filter((answer) => answer.includes(' 408 ')).length,
    slow: slow.filter((answer) => answer.includes(' 200 ')).length,
    garbage: garbage.slice(0, 12),
    gone: gone.length,
    good,
    memory: Math.round(server.rss()),
    exit: await server.stop(),
  })
}
agent.destroy()
