/** `hmtl serve`: a model behind HTTP, with a page to try it. */
import { availableParallelism } from 'node:os'
import { pino } from 'pino'
import type { Argv } from 'yargs'
import { HmtlError } from '../src/io/errors.ts'
import { engineNames } from '../src/model/engine-choice.ts'
import { modelFolder } from '../src/models.ts'
import { openPool } from '../src/open-pool.ts'
import { createApp } from '../src/serve/app.ts'
import { createDispatcher } from '../src/serve/dispatcher.ts'
import { servedModel } from '../src/serve/served.ts'
import { startServer } from '../src/serve/server.ts'
import { number } from './support/command.ts'
import { onLauncherGone } from './support/launcher.ts'
import { exitCodes, say } from './support/output.ts'
import { createServeMetrics } from './support/serve-metrics.ts'
import { packageVersion } from './support/version.ts'

const seconds = (name: string, describe: string) => number(name, describe, { least: 0.001, most: 86_400, whole: false })

export const builder = (yargs: Argv) =>
  yargs
    .option('host', {
      type: 'string',
      default: '127.0.0.1',
      describe: 'Address to listen on; 0.0.0.0 for all of the machine’s, which others may then reach',
    })
    .option('port', { ...number('port', 'Port to listen on; 0 for any that is free', { most: 65_535 }), default: 8080 })
    .option('model', { type: 'string', default: 'en', describe: 'A bundled model, or the folder of one' })
    .option('workers', number('workers', 'Worker threads (default: the number of cores)', { least: 1 }))
    .option('engine', { type: 'string', choices: engineNames, describe: 'What computes (default: auto)' })
    .option('max-body', {
      ...number('max-body', 'Most bytes of a body, or of a line of one', { least: 1 }),
      default: 8 * 1024 * 1024,
    })
    .option('max-waiting', {
      ...number('max-waiting', 'Most documents that wait; what comes on top is told to come again', { least: 1 }),
      default: 1000,
    })
    .option('max-requests', {
      ...number('max-requests', 'Most requests that are answered at once', { least: 1 }),
      default: 512,
    })
    .option('deadline', { ...seconds('deadline', 'Longest that a document may take, in seconds'), default: 60 })
    .option('idle', { ...seconds('idle', 'Longest silence of a client that is sending, in seconds'), default: 30 })
    .option('grace', {
      ...seconds('grace', 'After SIGTERM: longest that answers under way may take, in seconds'),
      default: 30,
    })
    .option('drain', {
      ...number('drain', 'After SIGTERM: how long requests are still taken while /readyz says 503, in seconds', {
        most: 86_400,
        whole: false,
      }),
      default: 5,
    })
    .option('cors', { type: 'string', describe: 'Origin whose pages may ask too, or *; none where it is not given' })
    .option('log-level', {
      type: 'string',
      choices: ['error', 'warn', 'info', 'debug', 'silent'] as const,
      default: 'info' as const,
      describe: 'Logs are JSON lines on standard error',
    })
    .example('$0 serve', 'then open http://127.0.0.1:8080 in a browser')
    .example(
      "curl -H 'content-type: text/plain' --data 'Ada Lovelace lived in London.' http://127.0.0.1:8080/annotate",
      'one text',
    )
    .example(
      "curl -T corpus.jsonl -X POST -H 'content-type: application/x-ndjson' http://127.0.0.1:8080/annotate",
      'a stream of JSON lines',
    )

type Args = Awaited<ReturnType<typeof builder>['argv']>

const signals = ['SIGTERM', 'SIGINT'] as const

export const handler = async (args: Args): Promise<number> => {
  const log = pino(
    { level: args.logLevel, base: { name: 'hmtl' }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  )
  const workers = args.workers ?? availableParallelism()
  const served = servedModel(modelFolder(args.model), args.model.split(/[/\\]/).filter(Boolean).pop() ?? args.model)
  const pool = await openPool(args.model, { workers, engine: args.engine }, undefined, {
    deadline: args.deadline * 1000,
    onReplaced: (error) => log.warn({ error: error.message }, 'a worker was replaced'),
  })
  let ending: NodeJS.Signals | undefined
  let closing = false
  try {
    const dispatcher = createDispatcher(pool, { documents: args.maxWaiting, deadline: args.deadline * 1000 })
    const { registry, observer } = createServeMetrics(dispatcher)
    const app = createApp(dispatcher, {
      served,
      version: packageVersion(),
      maxBytes: args.maxBody,
      idle: args.idle * 1000,
      mostRequests: args.maxRequests,
      origin: args.cors,
      ready: () => ending === undefined,
      accepts: () => !closing,
      metrics: async () => ({ type: registry.contentType, text: await registry.metrics() }),
      observer: {
        ...observer,
        onRequest(request) {
          observer.onRequest(request)
          log[levelOf(request.status)](request, 'request')
        },
        onFailed(error) {
          observer.onFailed(error)
          log[error.code === 'HMTL_INTERNAL' ? 'error' : 'info']({ error: error.toJSON() }, 'failed')
        },
      },
    })
    const end = signalled()
    const server = await startServer(app, { host: args.host, port: args.port, idle: args.idle * 1000 })
    log.info({ url: server.url, model: served.model, workers }, 'serving')
    if (process.stderr.isTTY) say(`Open ${server.url} in a browser; Ctrl-C ends it.`)
    const { signal, isLauncherGone } = await end
    ending = signal
    if (signal === 'SIGTERM' && !isLauncherGone && args.drain > 0) {
      log.info({ signal, seconds: args.drain }, 'not ready any more; requests are taken until others know')
      await passed(args.drain * 1000)
    }
    closing = true
    log.info({ signal, waiting: dispatcher.waiting, underWay: dispatcher.underWay }, 'finishing what is under way')
    const { cut } = await server.close(args.grace * 1000)
    log[cut ? 'warn' : 'info']({ cut }, 'ended')
    if (cut) throw new HmtlError('HMTL_ABORTED', `answers under way took longer than ${args.grace} s and were cut`)
  } finally {
    await pool.close()
  }
  return ending === 'SIGINT' ? exitCodes.interrupted : exitCodes.ok
}

/** Whose fault it was: the server's, a client's that left, nobody's. */
const levelOf = (status: number): 'error' | 'info' | 'debug' =>
  status >= 500 ? 'error' : status === 499 ? 'info' : 'debug'

interface End {
  readonly signal: NodeJS.Signals
  readonly isLauncherGone: boolean
}

/** The first signal to end; or the launcher is gone. */
const signalled = (): Promise<End> =>
  new Promise((resolve) => {
    const stop = (signal: NodeJS.Signals, isLauncherGone: boolean) => {
      for (const each of signals) process.off(each, onSignal)
      unwatch()
      resolve({ signal, isLauncherGone })
    }
    const onSignal = (signal: NodeJS.Signals) => stop(signal, false)
    for (const each of signals) process.on(each, onSignal)
    const unwatch = onLauncherGone(() => stop('SIGTERM', true))
  })

/** So much time, or less where a second signal comes. */
const passed = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      for (const each of signals) process.off(each, end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    for (const each of signals) process.on(each, end)
  })
