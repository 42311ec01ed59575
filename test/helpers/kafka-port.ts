/**
 * What the enricher relies on in a Kafka client: one suite for kafkajs over a real
 * broker and for the client in memory. A third would be held to it by one more call.
 */
import type { ExecutionContext, TestFn } from 'ava'
import { HmtlError } from '../../src/io/errors.ts'
import type {
  ConsumerOptions,
  Header,
  KafkaBatch,
  KafkaClient,
  KafkaConsumer,
  KafkaRecord,
  OutgoingRecord,
} from '../../src/pipeline/kafka/port.ts'
import type { TopicSettings } from './kafka-memory-log.ts'
import { signal, until } from './waiting.ts'

export interface PortUnderTest {
  readonly name: string
  connect(): Promise<KafkaClient>
  topics(settings: readonly (number | TopicSettings)[]): Promise<string[]>
  /** Values that a reader of committed records is shown. */
  read(topic: string): Promise<(string | null)[]>
}

const record = (value: string, more: Partial<OutgoingRecord> = {}): OutgoingRecord => ({
  key: Buffer.from(value),
  value: Buffer.from(value),
  headers: [['h', value]],
  timestamp: '1700000000000',
  partition: 0,
  ...more,
})

const consumerOptions = {
  sessionTimeout: 10_000,
  heartbeatInterval: 1000,
  fetchBytes: 65_536,
  concurrency: 2,
  from: 'earliest',
} as const

export const portContract = (test: TestFn['serial'], { name, connect, topics, read }: PortUnderTest): void => {
  /** A test with a client of its own. */
  const it = (title: string, run: (t: ExecutionContext, client: KafkaClient) => Promise<void>) =>
    test(`${name}: ${title}`, async (t) => {
      const client = await connect()
      try {
        await run(t, client)
      } finally {
        await client.close()
      }
    })
  const codeOf = async (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'none',
      (error) => (error instanceof HmtlError ? error.code : String(error)),
    )
  const send = async (client: KafkaClient, topic: string, records: readonly OutgoingRecord[]) => {
    const producer = await client.producer({ codec: 'none' })
    await producer.send(topic, records).finally(() => producer.close())
  }
  const open = (client: KafkaClient, id: string) =>
    client.producer({ codec: 'none', transactionalId: id, transactionTimeout: 10_000 })
  const consume = async (
    client: KafkaClient,
    topic: string,
    group: string,
    handle: (batch: KafkaBatch, consumer: KafkaConsumer) => Promise<void>,
    more: Partial<ConsumerOptions> & { prepare?: (consumer: KafkaConsumer) => void } = {},
  ): Promise<KafkaConsumer> => {
    const { prepare, ...options } = more
    const consumer = await client.consumer({ ...consumerOptions, ...options, group })
    prepare?.(consumer)
    await consumer.run(topic, (batch) => handle(batch, consumer))
    return consumer
  }

  it('a topic that is not there is refused; one that is has its partitions and no committed offsets', async (t, client) => {
    t.is(await codeOf(client.partitions('no-such-topic')), 'HMTL_KAFKA_TOPIC')
    const [topic] = await topics([3])
    t.is(await client.partitions(topic), 3)
    t.is((await client.committed('nobody', topic)).get(1) ?? -1n, -1n)
    t.deepEqual((await client.bounds(topic)).get(2), { first: 0n, end: 0n })
    await send(client, topic, [record('a', { partition: 2 })])
    t.deepEqual((await client.bounds(topic)).get(2), { first: 0n, end: 1n })
  })

  it('what is sent is consumed in order with all it had; commits are seen; seeking goes back', async (t, client) => {
    const [topic] = await topics([1])
    await send(
      client,
      topic,
      ['a', 'b', 'c'].map((value) => record(value)),
    )
    const seen: KafkaRecord[] = []
    const all = signal()
    let sought = false
    let assigned: readonly number[] = []
    const consumer = await consume(
      client,
      topic,
      `${topic}-group`,
      async (batch, member) => {
        for (const each of batch.records) {
          seen.push(each)
          batch.resolve(each.offset)
          await batch.heartbeat()
          await member.commit(topic, 0, each.offset + 1n)
        }
        t.is(batch.next, 3n)
        t.is(batch.end, 3n)
        if (sought) all.give()
        else {
          sought = true
          t.true(batch.running())
          member.seek(topic, 0, 1n)
          t.false(batch.running())
        }
      },
      {
        prepare: (member) =>
          member.onAssigned((partitions) => {
            assigned = partitions
          }),
      },
    )
    await all.given
    await consumer.close()
    t.deepEqual(
      seen.map(({ offset, key, value, headers, timestamp, partition }) => [
        offset,
        String(key),
        String(value),
        String(headers[0]),
        timestamp,
        partition,
      ]),
      [0n, 1n, 2n, 1n, 2n].map((offset) => {
        const value = 'abc'[Number(offset)]
        return [offset, value, value, `h,${value}`, '1700000000000', 0]
      }),
    )
    t.deepEqual(assigned, [0])
    t.is((await client.committed(`${topic}-group`, topic)).get(0), 3n)
  })

  it('headers are a list: order, repeats, any name and null values come through', async (t, client) => {
    const [topic] = await topics([1])
    const headers: Header[] = [
      ['b', '1'],
      ['a', Buffer.from([0xff, 0])],
      ['b', '3'],
      ['10', 'ten'],
      ['2', 'two'],
      ['none', null],
      ['empty', ''],
      ['__proto__', 'p'],
      ['__proto__', null],
      ['constructor', 'c'],
      ['', 'no name'],
      ['ü', 'ü'],
      ['b', null],
    ]
    await send(client, topic, [
      record('a', { headers }),
      record('b', { headers: [] }),
      record('c', { key: null, value: null }),
    ])
    let seen: readonly KafkaRecord[] = []
    const all = signal()
    const consumer = await consume(client, topic, `${topic}-group`, async ({ records, resolve }) => {
      seen = records
      resolve(2n)
      all.give()
    })
    await all.given
    await consumer.close()
    const bytes = (list: readonly Header[]) =>
      list.map(([key, value]) => [key, value === null ? null : Buffer.from(value as string).toString('hex')])
    t.deepEqual(bytes(seen[0].headers), bytes(headers))
    t.deepEqual([seen[1].headers, seen[2].key, seen[2].value], [[], null, null])
  })

  it('a batch left early is taken up after what was resolved; a handler that fails has its batch again', async (t, client) => {
    const [topic] = await topics([1])
    await send(
      client,
      topic,
      ['a', 'b', 'c'].map((value) => record(value)),
    )
    const starts: bigint[] = []
    const all = signal()
    const consumer = await consume(client, topic, `${topic}-group`, async ({ records, resolve }) => {
      starts.push(records[0].offset)
      if (starts.length === 2) throw new Error('a fault of the handler')
      if (starts.length === 1) resolve(0n)
      else {
        resolve(2n)
        all.give()
      }
    })
    await all.given
    await consumer.close()
    // Nothing was committed: after a failure all of it may come again, none may be left out.
    t.deepEqual(starts.slice(0, 2), [0n, 1n])
    t.true(starts[2] <= 1n)
  })

  it('who begins with the latest sees what comes later', async (t, client) => {
    const [topic] = await topics([1])
    await send(client, topic, [record('early')])
    const seen: string[] = []
    const joined = signal()
    const options = { from: 'latest' as const, prepare: (member: KafkaConsumer) => member.onAssigned(joined.give) }
    const consumer = await consume(
      client,
      topic,
      `${topic}-group`,
      async ({ records, resolve }) => {
        for (const { value, offset } of records) {
          seen.push(String(value))
          resolve(offset)
        }
      },
      options,
    )
    await joined.given
    await until(async () => {
      await send(client, topic, [record('late')])
      return seen.length > 0
    }, 'something is seen')
    await consumer.close()
    t.true(seen.every((value) => value === 'late'))
  })

  it('members of a group share its partitions; who is to rebalance may not go on, who leaves is replaced', async (t, client) => {
    const [topic] = await topics([2])
    await send(client, topic, [record('a', { partition: 0 }), record('b', { partition: 1 })])
    const shares: (readonly number[])[] = [[], []]
    const handled: number[] = []
    let rebalanced = false
    const member = (i: number, handle: (batch: KafkaBatch) => Promise<void>) =>
      consume(client, topic, `${topic}-group`, handle, {
        heartbeatInterval: 50,
        prepare: (consumer) =>
          consumer.onAssigned((partitions) => {
            shares[i] = partitions
          }),
      })
    const stuck = signal()
    const first = await member(0, async (batch) => {
      if (rebalanced) return
      stuck.give()
      await until(async () => {
        try {
          await batch.heartbeat()
          return false
        } catch {
          rebalanced = true
          return true
        }
      }, 'the group rebalances')
      throw new Error('the partition is no longer this member’s for sure')
    })
    await stuck.given
    t.deepEqual([...shares[0]].sort(), [0, 1])
    const second = await member(1, async ({ partition }) => void handled.push(partition))
    await until(() => shares[0].length === 1 && shares[1].length === 1, 'each has a partition')
    t.deepEqual([...shares[0], ...shares[1]].sort(), [0, 1])
    await first.close()
    await until(() => shares[1].length === 2, 'the one that is left has both')
    await until(() => new Set(handled).size === 2, 'both are handled')
    await second.close()
  })

  it('closing waits for what is being handled, and nothing is handled after', async (t, client) => {
    const [topic] = await topics([1])
    await send(client, topic, [record('a')])
    const begun = signal()
    let [starts, ends] = [0, 0]
    const consumer = await consume(client, topic, `${topic}-group`, async (batch) => {
      starts++
      begun.give()
      await until(() => !batch.running(), 'the consumer is closed')
      ends++
    })
    await begun.given
    await consumer.close()
    t.deepEqual([starts, ends], [1, 1])
    await send(client, topic, [record('b')])
    await new Promise((resolve) => setTimeout(resolve, 50))
    t.is(starts, 1)
  })

  it('a transaction shows records and offset together, or not at all; the same id again fences the first', async (t, client) => {
    const [from, to] = await topics([1, 1])
    const group = `${to}-group`
    const first = await open(client, `${to}-id`)
    const kept = await first.transaction()
    await kept.send(to, [record('kept')])
    await kept.sendOffset(group, from, 0, 5n)
    t.deepEqual(await read(to), [])
    t.is((await client.committed(group, from)).get(0) ?? -1n, -1n)
    await kept.commit()
    const dropped = await first.transaction()
    await dropped.send(to, [record('dropped')])
    await dropped.sendOffset(group, from, 0, 9n)
    await dropped.abort()
    t.is((await client.committed(group, from)).get(0), 5n)
    const late = await first.transaction()
    await late.send(to, [record('late')])
    const second = await open(client, `${to}-id`)
    await (await second.transaction()).abort()
    await t.throwsAsync(async () => {
      await late.send(to, [record('later')])
      await late.commit()
    })
    const after = await second.transaction()
    await after.send(to, [record('after')])
    await after.commit()
    t.deepEqual(await read(to), ['kept', 'after'])
    await first.close()
    await second.close()
  })

  it('what is not shown has offsets all the same: readers are told where they are', async (t, client) => {
    const [topic] = await topics([1])
    const producer = await open(client, `${topic}-id`)
    for (const [value, keep] of [
      ['kept', true],
      ['dropped', false],
      ['dropped too', false],
    ] as const) {
      const transaction = await producer.transaction()
      await transaction.send(topic, [record(value)])
      await (keep ? transaction.commit() : transaction.abort())
    }
    await producer.close()
    // Brokers write the marks of a transaction's end after they have said yes to it.
    let end = 0n
    for (let tries = 0; end < 6n && tries < 100; tries++) {
      if (tries > 0) await new Promise((resolve) => setTimeout(resolve, 50))
      end = (await client.bounds(topic)).get(0)?.end ?? 0n
    }
    t.is(end, 6n)
    const seen: string[] = []
    let at = 0n
    const consumer = await consume(
      client,
      topic,
      `${topic}-group`,
      async ({ records, next, resolve }) => {
        seen.push(...records.map(({ value }) => String(value)))
        resolve(records[records.length - 1].offset)
        at = next
      },
      {
        prepare: (member) =>
          member.onSkipped((_, next) => {
            at = next
          }),
      },
    )
    await until(() => at === end, 'the reader is at the end')
    await consumer.close()
    t.deepEqual(seen, ['kept'])
  })

  it('a record that a topic does not take is refused with a code, and the next transaction goes well', async (t, client) => {
    const [small, compacted, strict] = await topics([
      { partitions: 1, mostBytes: 2000 },
      { partitions: 1, compacted: true },
      { partitions: 1, mostAhead: 60_000 },
    ])
    const future = String(Date.now() + 3_600_000)
    for (const [topic, bad, code] of [
      [small, record('x', { value: Buffer.alloc(3000) }), 'HMTL_KAFKA_TOO_LARGE'],
      [compacted, record('x', { key: null }), 'HMTL_KAFKA_REFUSED'],
      [strict, record('x', { timestamp: future }), 'HMTL_KAFKA_REFUSED'],
    ] as const) {
      const producer = await open(client, `${topic}-id`)
      const transaction = await producer.transaction()
      t.is(await codeOf(transaction.send(topic, [record('good'), bad])), code)
      await transaction.abort()
      const next = await producer.transaction()
      await next.send(topic, [record('next')])
      await next.commit()
      t.deepEqual(await read(topic), ['next'])
      await producer.close()
    }
  })
}
