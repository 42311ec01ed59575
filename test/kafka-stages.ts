/** A topic as a source and as a sink of other people's pipelines. */
import test from 'ava'
import { HmtlError } from '../src/io/errors.ts'
import { kafkaSink, kafkaSource } from '../src/pipeline/kafka/stages.ts'
import { memoryCluster } from './helpers/kafka-memory.ts'

const setUp = async (count: number) => {
  const cluster = memoryCluster()
  const [from, to] = cluster.topics([1, 1])
  const client = cluster.client()
  async function* numbers() {
    for (let n = 0; n < count; n++) yield { key: null, value: Buffer.from(String(n)), headers: [], partition: 0 }
  }
  await kafkaSink(client, numbers(), { topic: from, records: 7 })
  async function* some(most: number) {
    let n = 0
    for await (const { key, value, headers, timestamp } of kafkaSource(client, { topic: from, group: 'g' })) {
      yield { key, value, headers, timestamp, partition: 0 }
      if (++n === most) return
    }
  }
  const read = () => cluster.read(to).map(({ value }) => Number(String(value)))
  return { cluster, client, from, to, some, read }
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)

test('what is taken comes in order, and is committed behind the reader; one that leaves early goes on there', async (t) => {
  const { cluster, client, from, to, some, read } = await setUp(50)
  t.is(await kafkaSink(client, some(20), { topic: to, records: 7 }), 20)
  // The last one taken was not said to be done.
  t.is(cluster.committed('g', from, 0), 19n)
  t.is(await kafkaSink(client, some(31), { topic: to }), 31)
  t.deepEqual(read(), [...range(0, 20), ...range(19, 50)])
})

test('a reader that waits can be aborted, before it begins too', async (t) => {
  const { client, from } = await setUp(0)
  for (const signal of [AbortSignal.timeout(30), AbortSignal.abort()]) {
    const error = await t.throwsAsync(
      async () => {
        for await (const _ of kafkaSource(client, { topic: from, group: 'g', signal }));
      },
      { instanceOf: HmtlError },
    )
    t.is((error as HmtlError).code, 'HMTL_ABORTED')
  }
})

test('what the sink’s source throws is thrown, and what was sent before it stays', async (t) => {
  const { client, to, read } = await setUp(0)
  async function* failing() {
    yield { key: null, value: Buffer.from('0'), headers: [], partition: 0 }
    throw new Error('the source broke')
  }
  await t.throwsAsync(kafkaSink(client, failing(), { topic: to, records: 1 }), { message: 'the source broke' })
  t.deepEqual(read(), [0])
})
