/** What the enricher relies on in a Kafka client. A second client would be held to it by one more call. */
import type { TestFn } from 'ava'
import { HmtlError } from '../../src/io/errors.ts'
import type { KafkaClient, KafkaRecord, OutgoingRecord } from '../../src/pipeline/kafka/port.ts'
import { consume } from './kafka.ts'

export interface PortUnderTest {
  readonly name: string
  connect(): Promise<KafkaClient>
  bootstrap(): string
  topics(partitions: readonly number[]): Promise<string[]>
}

const record = (value: string, partition = 0): OutgoingRecord => ({
  key: Buffer.from(value),
  value: Buffer.from(value),
  headers: { h: value },
  timestamp: '1700000000000',
  partition,
})
const consumerOptions = { sessionTimeout: 10_000, heartbeatInterval: 1000, fetchBytes: 65_536, concurrency: 2, from: 'earliest' } as const

export const portContract = (test: TestFn['serial'], { name, connect, bootstrap, topics }: PortUnderTest): void => {
  test(`${name}: a topic that is not there is refused with a code, one that is has its partitions and no committed offsets`, async (t) => {
    const client = await connect()
    const error = await t.throwsAsync(client.partitions('no-such-topic'), { instanceOf: HmtlError })
    t.is((error as HmtlError).code, 'HMTL_KAFKA_TOPIC')
    const [topic] = await topics([3])
    t.is(await client.partitions(topic), 3)
    t.is((await client.committed('nobody', topic)).get(1) ?? -1n, -1n)
    t.deepEqual((await client.bounds(topic)).get(2), { first: 0n, end: 0n })
    await client.close()
  })

  test(`${name}: what is sent is consumed in order with all it had; commits are seen; seeking goes back`, async (t) => {
    const client = await connect()
    const [topic] = await topics([1])
    const producer = await client.producer({ codec: 'none' })
    await producer.send(
      topic,
      ['a', 'b', 'c'].map((value) => record(value)),
    )
    await producer.close()
    const consumer = await client.consumer({ ...consumerOptions, group: `${topic}-group` })
    const seen: KafkaRecord[] = []
    let sought = false
    let end: () => void = () => undefined
    const all = new Promise<void>((resolve) => {
      end = resolve
    })
    let assigned: readonly number[] = []
    consumer.onAssigned((partitions) => {
      assigned = partitions
    })
    await consumer.run(topic, async (batch) => {
      for (const each of batch.records) {
        seen.push(each)
        batch.resolve(each.offset)
        await batch.heartbeat()
        await consumer.commit(topic, 0, each.offset + 1n)
      }
      if (sought) end()
      else {
        sought = true
        consumer.seek(topic, 0, 1n)
      }
    })
    await all
    await consumer.close()
    t.deepEqual(
      seen.map(({ offset, key, value, headers, timestamp, partition }) => [offset, String(key), String(value), String(headers.h), timestamp, partition]),
      [0n, 1n, 2n, 1n, 2n].map((offset) => {
        const value = 'abc'[Number(offset)]
        return [offset, value, value, value, '1700000000000', 0]
      }),
    )
    t.deepEqual(assigned, [0])
    t.is((await client.committed(`${topic}-group`, topic)).get(0), 3n)
    await client.close()
  })

  test(`${name}: a transaction shows its records and offset together, or not at all; the same id again fences the first`, async (t) => {
    const client = await connect()
    const [from, to] = await topics([1, 1])
    const open = () => client.producer({ codec: 'none', transactionalId: `${to}-id`, transactionTimeout: 10_000 })
    const first = await open()
    const kept = await first.transaction()
    await kept.send(to, [record('kept')])
    await kept.sendOffset('g', from, 0, 5n)
    await kept.commit()
    const dropped = await first.transaction()
    await dropped.send(to, [record('dropped')])
    await dropped.sendOffset('g', from, 0, 9n)
    await dropped.abort()
    t.is((await client.committed('g', from)).get(0), 5n)
    const late = await first.transaction()
    await late.send(to, [record('late')])
    const second = await open()
    await (await second.transaction()).abort()
    await t.throwsAsync(async () => {
      await late.send(to, [record('later')])
      await late.commit()
    })
    const after = await second.transaction()
    await after.send(to, [record('after')])
    await after.commit()
    t.deepEqual(
      (await consume(bootstrap(), to)).map(({ payload }) => payload),
      ['kept', 'after'],
    )
    await first.close()
    await second.close()
    await client.close()
  })
}
