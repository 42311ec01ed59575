/**
 * Members killed, stopped past their session and continued, the broker restarted,
 * while a topic is enriched; then every record is counted by kcat and by a
 * consumer that reads committed records.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { randomOf } from '../../src/model/random.ts'
import { clientOf, consume, makeTopics, produce, startBroker } from './kafka.ts'

export interface ChaosOptions {
  readonly version: string
  readonly messages: number
  readonly members: number
  readonly events: number
  readonly seed: number
}

export interface Count {
  readonly read: number
  readonly lost: number
  readonly doubled: number
  /** Records that stand after one that was sent later to their partition. */
  readonly outOfOrder: number
}

export interface ChaosResult extends ChaosOptions {
  readonly happened: readonly string[]
  readonly kcat: Count
  readonly client: Count
  /** Members that ended by themselves. */
  readonly failures: number
  readonly seconds: number
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const partitions = 4
const session = 3000
/** A broker killed is taken for alive until its session ends; on a busy machine a short one ends by itself. */
const shortSession = { 'broker.session.timeout.ms': 3000, 'broker.heartbeat.interval.ms': 500 }

const countOf = (seen: readonly { partition: number; n: number }[], messages: number): Count => {
  const times = new Uint8Array(messages)
  const last = new Map<number, number>()
  let outOfOrder = 0
  for (const { partition, n } of seen) {
    times[n]++
    if (n < (last.get(partition) ?? -1)) outOfOrder++
    last.set(partition, n)
  }
  return {
    read: seen.length,
    lost: times.filter((time) => time === 0).length,
    doubled: seen.length - times.filter((time) => time > 0).length,
    outOfOrder,
  }
}

export const chaos = async (options: ChaosOptions): Promise<ChaosResult> => {
  const { version, messages, members, events, seed } = options
  const random = randomOf(seed, 'chaos')
  const begun = performance.now()
  const broker = await startBroker({ version, heap: 512, config: shortSession })
  const processes = new Map<number, ChildProcess>()
  let slot = 0
  let failures = 0
  let over = false
  try {
    const [from, to] = await makeTopics(broker.bootstrap, [partitions, partitions])
    const launch = () => {
      const id = slot++
      const member = fileURLToPath(new URL('./kafka-member.js', import.meta.url))
      const child = spawn(process.execPath, [member, broker.bootstrap, from, to, 'chaos', '20', String(session)], {
        stdio: ['ignore', 'ignore', 'inherit'],
      })
      processes.set(id, child)
      child.on('exit', (_, signal) => {
        processes.delete(id)
        if (over) return
        if (!signal) failures++
        launch()
      })
    }
    for (let i = 0; i < members; i++) launch()
    let sent = 0
    const feed = (async () => {
      while (sent < messages) {
        const batch = Array.from({ length: Math.min(250, messages - sent) }, (_, i) => ({
          key: String(sent + i),
          value: JSON.stringify({ n: sent + i, text: `Message ${sent + i}.` }),
          partition: (sent + i) % partitions,
        }))
        await produce(broker.bootstrap, from, batch)
        sent += batch.length
        await sleep(80)
      }
    })()
    const happened: string[] = []
    for (let event = 0; event < events; event++) {
      await sleep(900 + random.next() * 1500)
      const alive = [...processes.entries()]
      const [id, child] = alive[Math.floor(random.next() * alive.length)] ?? []
      const kind = event % 4 === 3 ? 'broker' : random.next() < 0.6 ? 'kill' : 'stop'
      if (kind === 'broker') {
        await broker.restart()
        happened.push('broker restarted')
      } else if (kind === 'kill') {
        child?.kill('SIGKILL')
        happened.push(`member ${id} killed`)
      } else {
        child?.kill('SIGSTOP')
        await sleep(session * 2)
        child?.kill('SIGCONT')
        happened.push(`member ${id} stopped for ${(session * 2) / 1000} s`)
      }
    }
    await feed
    const admin = clientOf(broker.bootstrap).admin()
    await admin.connect()
    const until = Date.now() + 120_000
    for (;;) {
      // The admin client of kafkajs asks brokers that have just begun anew but once: what they refuse is asked again.
      const asked = await Promise.all([
        admin.fetchTopicOffsets(from),
        admin.fetchOffsets({ groupId: 'chaos', topics: [from] }),
      ]).catch((error: unknown) => {
        if (Date.now() > until) throw error
      })
      if (!asked) {
        await sleep(200)
        continue
      }
      const [ends, [{ partitions: committed }]] = asked
      const left = ends.reduce(
        (sum, { partition, high }) =>
          sum + Number(high) - Math.max(0, Number(committed.find((each) => each.partition === partition)?.offset ?? 0)),
        0,
      )
      if (left === 0 || Date.now() > until) break
      await sleep(200)
    }
    await admin.disconnect()
    over = true
    const children = [...processes.values()]
    for (const child of children) child.kill('SIGTERM')
    await Promise.race([Promise.all(children.map((child) => once(child, 'exit'))), sleep(8000)])
    for (const child of children) child.kill('SIGKILL')
    const numbered = (partition: number, value: string | null) => ({
      partition,
      n: (JSON.parse(value ?? '{}') as { n: number }).n,
    })
    const byKcat = (await consume(broker.bootstrap, to)).map(({ partition, payload }) => numbered(partition, payload))
    const byClient: { partition: number; n: number }[] = []
    const consumer = clientOf(broker.bootstrap).consumer({ groupId: 'counting', maxWaitTimeInMs: 200 })
    await consumer.connect()
    await consumer.subscribe({ topics: [to], fromBeginning: true })
    let latest = Date.now()
    await consumer.run({
      eachMessage: async ({ partition, message }) => {
        byClient.push(numbered(partition, message.value?.toString() ?? null))
        latest = Date.now()
      },
    })
    while (Date.now() - latest < 4000) await sleep(200)
    await consumer.disconnect()
    return {
      ...options,
      happened,
      kcat: countOf(byKcat, messages),
      client: countOf(byClient, messages),
      failures,
      seconds: Math.round((performance.now() - begun) / 1000),
    }
  } finally {
    over = true
    for (const child of processes.values()) child.kill('SIGKILL')
    await broker.stop()
  }
}
