/** The cluster in memory keeps the port's contract: what is tested on it holds on a client that does too. */
import test from 'ava'
import { memoryCluster } from './helpers/kafka-memory.ts'
import { portContract } from './helpers/kafka-port.ts'

const cluster = memoryCluster()

portContract(test.serial, {
  name: 'in memory',
  connect: async () => cluster.client(),
  topics: async (settings) => cluster.topics(settings),
  read: async (topic) => cluster.read(topic).map(({ value }) => value && String(value)),
})
