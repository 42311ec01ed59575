/** Metrics of a server in Prometheus' form. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { tokenCount } from '../../src/io/document/tokens.ts'
import type { ServeObserver } from '../../src/serve/app.ts'
import type { Dispatcher } from '../../src/serve/dispatcher.ts'

/** Paths that are told apart; what else is asked for is one, or hostile requests would make metrics without end. */
const paths = new Set(['/annotate', '/', '/metrics', '/healthz', '/readyz', '/openapi.json', '/model'])

export const createServeMetrics = (dispatcher: Dispatcher) => {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 })
  const registers = [registry]
  const requests = new Counter({
    name: 'hmtl_requests_total',
    help: 'Requests answered',
    labelNames: ['path', 'status'],
    registers,
  })
  const documents = new Counter({ name: 'hmtl_documents_total', help: 'Documents annotated', registers })
  const words = new Counter({ name: 'hmtl_words_total', help: 'Words of the documents annotated', registers })
  const failed = new Counter({
    name: 'hmtl_failures_total',
    help: 'Documents and requests that failed',
    labelNames: ['code'],
    registers,
  })
  const seconds = new Histogram({
    name: 'hmtl_request_seconds',
    help: 'From a request to the end of its answer',
    labelNames: ['path'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  })
  new Gauge({
    name: 'hmtl_waiting',
    help: 'Documents that wait for a worker',
    registers,
    collect() {
      this.set(dispatcher.waiting)
    },
  })
  new Gauge({
    name: 'hmtl_under_way',
    help: 'Documents that workers have',
    registers,
    collect() {
      this.set(dispatcher.underWay)
    },
  })
  const observer: Required<Pick<ServeObserver, 'onRequest' | 'onDocument' | 'onFailed'>> = {
    onRequest({ path, status, seconds: took }) {
      const known = paths.has(path) ? path : 'other'
      requests.inc({ path: known, status })
      seconds.observe({ path: known }, took)
    },
    onDocument(document) {
      documents.inc()
      words.inc(tokenCount(document))
    },
    onFailed: ({ code }) => failed.inc({ code }),
  }
  return { registry, observer }
}
