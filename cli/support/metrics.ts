/** Metrics of an enricher in Prometheus' form, and whether it lives and is ready, over HTTP. */
import { createServer, type Server } from 'node:http'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { EnrichObserver } from '../../src/pipeline/kafka/enrich-options.ts'

export interface Metrics {
  readonly observer: Required<EnrichObserver>
  readonly registry: Registry
  /** Counts so far, for the log. */
  totals(): Promise<Record<string, number>>
}

/** @param ofProcess also those of the process, which wake it often to measure its delays */
export const createMetrics = (ofProcess: boolean): Metrics => {
  const registry = new Registry()
  if (ofProcess) collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 })
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name: `hmtl_${name}`, help, labelNames, registers: [registry] })
  const documents = counter('documents_total', 'Records written to the output topic')
  const words = counter('words_total', 'Words of the documents written')
  const bytes = counter('output_bytes_total', 'Bytes of the values written')
  const dead = counter('dead_letters_total', 'Records sent to the dead-letter topic', ['code'])
  const nulls = counter('numbers_as_null_total', 'NaN and infinities of Avro, which JSON has not, written as null')
  const redelivered = counter('redelivered_total', 'Records fetched again after they had been worked on')
  const retries = counter('chunk_retries_total', 'Chunks that could not be written and were taken up again')
  const lag = new Gauge({
    name: 'hmtl_lag',
    help: 'Records of a partition not yet written',
    labelNames: ['partition'],
    registers: [registry],
  })
  const seconds = new Histogram({
    name: 'hmtl_chunk_seconds',
    help: 'From a chunk’s first record to its commit',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers: [registry],
  })
  return {
    registry,
    observer: {
      onChunk(chunk) {
        documents.inc(chunk.written)
        words.inc(chunk.words)
        bytes.inc(chunk.bytes)
        nulls.inc(chunk.numbersAsNull)
        lag.set({ partition: chunk.partition }, chunk.lag)
        seconds.observe(chunk.seconds)
      },
      onDead: (_, { code }) => dead.inc({ code }),
      onRedelivered: (_, records) => redelivered.inc(records),
      onRetry: () => retries.inc(),
      onAssigned: (partitions) => {
        lag.reset()
        for (const partition of partitions) lag.set({ partition }, 0)
      },
    },
    async totals() {
      const sum = async (metric: Counter) => (await metric.get()).values.reduce((total, { value }) => total + value, 0)
      return {
        documents: await sum(documents),
        words: await sum(words),
        deadLetters: await sum(dead),
        numbersAsNull: await sum(nulls),
        redelivered: await sum(redelivered),
        retries: await sum(retries),
      }
    },
  }
}

/** `/metrics`, `/healthz` (the process answers) and `/readyz` (it has partitions, or waits for some in its group). */
export const serveMetrics = async ({ registry }: Metrics, port: number, ready: () => boolean): Promise<Server> => {
  const server = createServer(async ({ url }, response) => {
    if (url === '/metrics') response.setHeader('content-type', registry.contentType).end(await registry.metrics())
    else if (url === '/healthz') response.end('ok\n')
    else if (url === '/readyz') response.writeHead(ready() ? 200 : 503).end(ready() ? 'ready\n' : 'not ready\n')
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, resolve)
  })
  return server
}
