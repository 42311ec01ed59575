/** What every file of Kafka tests begins with: a broker of its own, or tests that are listed as skipped. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestFn } from 'ava'
import { startEnrich } from '../../src/pipeline/kafka/enrich.ts'
import type { EnrichOptions } from '../../src/pipeline/kafka/enrich-options.ts'
import type { Pool } from '../../src/pipeline/pool/pool.ts'
import { root } from './documents.ts'
import { idlePool } from './idle-pool.ts'
import { type Broker, connect, kafkaTools, type Sent, startBroker } from './kafka.ts'

export const cli = root('dist/cli/main.js')
export const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

let groups = 0
export const newGroup = (): string => `g${process.pid}-${++groups}`

/** Records of four partitions in turn. */
export const texts = (count: number): Sent[] =>
  Array.from({ length: count }, (_, i) => ({
    key: `k${i}`,
    value: JSON.stringify({ n: i, text: `Text number ${i}.` }),
    partition: i % 4,
  }))

/** `hmtl enrich` to its end. */
export const enrichCommand = async (
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number; stderr: string }> => {
  const child = spawn(process.execPath, [cli, 'enrich', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
  })
  let stderr = ''
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), 120_000)
  const [code] = await once(child, 'exit')
  clearTimeout(timer)
  return { code: code ?? -1, stderr }
}

export const kafkaSuite = async (test: TestFn, options: object = {}) => {
  const present = await kafkaTools()
  const folder = mkdtempSync(join(tmpdir(), 'hmtl-kafka-test-'))
  const broker = present ? await startBroker({ heap: 512, ...options }) : ({} as Broker)
  test.after.always(async () => {
    if (present) await broker.stop()
    rmSync(folder, { recursive: true })
  })
  /** The library over a topic, to its end. */
  const enrich = async (
    from: string,
    to: string,
    more: Partial<EnrichOptions> = {},
    pool: Pool = idlePool(),
  ): Promise<void> => {
    const client = await connect(broker.bootstrap)
    try {
      const enrichment = await startEnrich(client, pool, {
        from,
        to,
        group: newGroup(),
        value: 'json',
        model: 'idle',
        version: '1',
        stopAtEnd: true,
        ...more,
      })
      await enrichment.done
    } finally {
      await client.close()
    }
  }
  // Without Java, Maven and kcat each test is listed as skipped, by name.
  return { kafkaTest: present ? test.serial : test.serial.skip, broker, folder, enrich }
}
