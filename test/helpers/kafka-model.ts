/**
 * Enrichers on a cluster in memory, and what may happen to them, as commands: each
 * leaves the cluster so that a reader of committed records sees every document that
 * the group is done with, once and in order, and no other.
 */
import fc from 'fast-check'
import { type Enrichment, startEnrich } from '../../src/pipeline/kafka/enrich.ts'
import type { Delivery } from '../../src/pipeline/kafka/enrich-options.ts'
import type { KafkaRecord } from '../../src/pipeline/kafka/port.ts'
import { idlePool } from './idle-pool.ts'
import { type Cut, type MemoryClient, type MemoryCluster, memoryCluster } from './kafka-memory.ts'

export const partitions = 3
const group = 'g'

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** What is known without looking. */
export interface Model {
  members: number
}

interface Member {
  readonly client: MemoryClient
  readonly enrichment: Enrichment
}

/** A cluster with its members and the topics that they work on. */
export interface Real {
  readonly cluster: MemoryCluster
  readonly topics: readonly [from: string, to: string, dead: string]
  readonly delivery: Delivery
  readonly members: Member[]
  /** Runs that ended by themselves, as none should. */
  readonly failures: Error[]
  sent: number
}

// Each topic has as many partitions: a transaction of one is not seen to hold back what was written for another.
export const newReal = (delivery: Delivery): Real => {
  const cluster = memoryCluster()
  const topics = cluster.topics([
    { partitions, mostAhead: Number.POSITIVE_INFINITY },
    partitions,
    { partitions, mostBytes: 3000 },
  ]) as [string, string, string]
  return { cluster, topics, delivery, members: [], failures: [], sent: 0 }
}

const startMember = async (real: Real): Promise<void> => {
  const client = real.cluster.client()
  const [from, to, deadLetter] = real.topics
  try {
    const enrichment = await startEnrich(
      client,
      idlePool(() => (real.sent % 3 === 0 ? 0 : 2)),
      {
        from,
        to,
        deadLetter,
        group,
        delivery: real.delivery,
        value: 'json',
        model: 'idle',
        version: '1',
        chunkRecords: 4,
        chunkWait: 5,
        maxMessageBytes: 5000,
        consumer: { heartbeatInterval: 2, fetchBytes: 1500 },
      },
    )
    const started: Member = { client, enrichment }
    real.members.push(started)
    enrichment.done.catch((error) => {
      if (real.members.includes(started)) real.failures.push(error)
    })
  } catch {
    // Brokers were away: there is one member less.
  }
}

/** Readings of what a record is, by its number: most are documents. */
const contentOf = (n: number): string | null => {
  if (n % 7 === 3) return 'no json'
  if (n % 11 === 5) return null
  return JSON.stringify({ text: `Document ${n}.` })
}

const produce = async (real: Real, partition: number, count: number): Promise<void> => {
  const client = real.cluster.client(true)
  const producer = await client.producer({ codec: 'none' })
  for (let i = 0; i < count; i++) {
    const n = real.sent++
    const value = contentOf(n)
    // A record of the far future, which the output topic refuses once it is written.
    const timestamp = n % 13 === 6 ? String(Date.now() + 1e9) : undefined
    await producer.send(real.topics[0], [
      {
        key: Buffer.from(String(n)),
        value: value === null ? null : Buffer.from(value),
        headers: [],
        partition,
        ...(timestamp && { timestamp }),
      },
    ])
  }
}

const keys = (records: readonly KafkaRecord[]): string[] => records.map(({ key }) => String(key))

/** @returns what is wrong, if anything */
export const faultsOf = ({ cluster, topics, delivery }: Real): string[] => {
  const [from, to, dead] = topics
  const faults: string[] = []
  const input = cluster.read(from)
  const output = cluster.read(to)
  const letters = cluster.read(dead)
  for (let p = 0; p < partitions; p++) {
    const next = cluster.committed(group, from, p)
    const due = keys(input.filter(({ partition, offset }) => partition === p && offset < next))
    const mine = new Set(keys(input.filter(({ partition }) => partition === p)))
    const outs = keys(output.filter(({ partition }) => partition === p))
    const deads = keys(letters).filter((key) => mine.has(key))
    const there = [...outs, ...deads]
    const lost = due.filter((key) => !there.includes(key))
    if (lost.length > 0) faults.push(`partition ${p}: ${lost} lost before ${next}`)
    if (delivery !== 'atomic') continue
    if (there.length !== due.length || new Set(there).size !== there.length)
      faults.push(`partition ${p}: ${there} for ${due}`)
    const written = new Set(outs)
    const inOrder = due.filter((key) => written.has(key))
    if (String(inOrder) !== String(outs)) faults.push(`partition ${p}: ${outs}, in the order ${inOrder}`)
  }
  return faults
}

const look = (real: Real): void => {
  const faults = faultsOf(real)
  if (faults.length > 0) throw new Error(faults.join('\n'))
}

type Command = fc.AsyncCommand<Model, Real>

/** A command that a cluster is looked at after. */
const command = (
  name: string,
  run: (real: Real, model: Model) => Promise<void> | void,
  check: (model: Model) => boolean = () => true,
): Command => ({
  check,
  async run(model, real) {
    await run(real, model)
    look(real)
  },
  toString: () => name,
})

const member = (real: Real, i: number): Member => real.members[i % real.members.length]
const remove = (real: Real, gone: Member) => real.members.splice(real.members.indexOf(gone), 1)
const some = (model: Model) => model.members > 0

/** What can happen; each is a test's step. */
export const commandsOf = (): fc.Arbitrary<Command>[] => {
  const index = fc.nat({ max: 5 })
  const join = command(
    'join',
    async (real, model) => {
      await startMember(real)
      model.members = real.members.length
    },
    (model) => model.members < 3,
  )
  return [
    fc
      .tuple(fc.nat({ max: partitions - 1 }), fc.integer({ min: 1, max: 12 }))
      .map(([partition, count]) =>
        command(`produce ${count} to ${partition}`, (real) => produce(real, partition, count)),
      ),
    fc.nat({ max: partitions - 1 }).map((partition) =>
      command(`an aborted transaction in ${partition}`, async (real) => {
        const producer = await real.cluster.client(true).producer({ codec: 'none', transactionalId: 'foreign' })
        const transaction = await producer.transaction()
        await transaction.send(real.topics[0], [{ key: Buffer.from('never'), value: null, headers: [], partition }])
        await transaction.abort()
      }),
    ),
    fc.constant(join),
    fc.constant(join),
    index.map((i) =>
      command(
        `stop ${i}`,
        async (real, model) => {
          const { enrichment } = remove(real, member(real, i))[0]
          await enrichment.stop()
          model.members = real.members.length
        },
        some,
      ),
    ),
    index.map((i) =>
      command(
        `crash ${i}`,
        async (real, model) => {
          const { client, enrichment } = remove(real, member(real, i))[0]
          client.crash()
          look(real)
          await enrichment.stop()
          model.members = real.members.length
        },
        some,
      ),
    ),
    // A zombie: its group goes on without it, and it still writes.
    index.map((i) => command(`expire ${i}`, (real) => member(real, i).client.expire(), some)),
    fc
      .tuple(
        fc.constantFrom('send', 'send offset', 'commit', 'abort', 'begin', 'connect', 'committed', 'commit offset'),
        fc.constantFrom<Cut>('before', 'after'),
      )
      .map(([operation, cut]) => command(`fault of ${operation}, ${cut}`, (real) => real.cluster.fail(operation, cut))),
    fc.integer({ min: 1, max: 15 }).map((ms) =>
      command(`brokers away for ${ms} ms`, async (real) => {
        real.cluster.reachable(false)
        await sleep(ms)
        real.cluster.reachable(true)
      }),
    ),
    fc.integer({ min: 0, max: 12 }).map((ms) => command(`wait ${ms} ms`, () => sleep(ms))),
  ]
}

/** Lets what is left be done by healthy members, and ends them. @returns what is wrong */
export const finish = async (real: Real): Promise<string[]> => {
  const { cluster, topics, members, failures } = real
  const [from] = topics
  cluster.heal()
  try {
    if (members.length === 0) await startMember(real)
    const left = () =>
      Array.from({ length: partitions }, (_, p) => Number(cluster.end(from, p) - cluster.committed(group, from, p)))
    for (
      const until = Date.now() + 10_000;
      left().some((count) => count > 0) && failures.length === 0;
      await sleep(2)
    ) {
      if (Date.now() > until) return [`not done after ten seconds: ${left()} left`]
      look(real)
    }
    return [...failures.map(({ message }) => message), ...faultsOf(real)]
  } finally {
    await Promise.all(members.map(({ enrichment }) => enrichment.stop()))
  }
}
