/** The routes of `hmtl serve`: documents in the body of a request, what was found in the answer. */
import { setMaxListeners } from 'node:events'
import { type Context, Hono } from 'hono'
import { cors } from 'hono/cors'
import { secureHeaders } from 'hono/secure-headers'
import type { Document } from '../io/document/document.ts'
import { HmtlError, toHmtlError } from '../io/errors.ts'
import { inOrder } from '../pipeline/order.ts'
import type { Outcome, Wish } from '../pipeline/pool/messages.ts'
import { type Answered, contentTypeOf, errorJson, formatAnswer, jsonAnswer, statusOf } from './answers.ts'
import {
  type BodyLimits,
  chunksOf,
  decoderOfBody,
  formatOfBody,
  type Item,
  itemsOf,
  peekByte,
  shapeOf,
  utf8OfBody,
} from './body.ts'
import type { Dispatcher } from './dispatcher.ts'
import { openApi } from './openapi.ts'
import { type Query, readQuery, type Served } from './parameters.ts'
import { pageFiles } from '../page/page.ts'
import { serverAnswers } from '../page/server-answers.ts'

/** Told of what a server does, for logs and metrics. */
export interface ServeObserver {
  onRequest?(request: {
    readonly method: string
    readonly path: string
    readonly status: number
    readonly seconds: number
    readonly documents: number
    readonly failed: number
  }): void
  /** Of each document that has an outcome. */
  onDocument?(document: Document): void
  onFailed?(error: HmtlError): void
}

export interface AppOptions extends BodyLimits {
  readonly served: Served
  readonly version: string
  /** Requests of documents at once; more are told to come again. */
  readonly mostRequests: number
  /** An origin that pages may ask from, or `*`. @default none but the server's own */
  readonly origin?: string | undefined
  /** Whether others should send documents here: not from when the server is told to end. */
  readonly ready: () => boolean
  /** Whether documents are taken: for a while longer, until others know. @default as `ready` */
  readonly accepts?: (() => boolean) | undefined
  readonly metrics?: (() => Promise<{ readonly type: string; readonly text: string }>) | undefined
  readonly observer?: ServeObserver
}

const openingBracket = 0x5b

/** Documents of one stream of lines that are on their way at once. */
const mostInFlight = 128

/** What a request came to, for the log. */
interface Tally {
  documents: number
  failed: number
}

export const createApp = (dispatcher: Dispatcher, options: AppOptions): Hono => {
  const { served, version, ready, accepts = ready, metrics, observer = {}, mostRequests, origin } = options
  const app = new Hono()
  let requests = 0
  const tallies = new WeakMap<Request, Tally>()
  /** Answers that are not whole when they begin, and when they end. */
  const ended = new WeakMap<Response, Promise<void>>()

  /** Failures that the observer was told of: that of a single document refuses its request as well. */
  const told = new WeakSet<HmtlError>()
  const failed = (error: HmtlError) => {
    if (!told.has(error)) observer.onFailed?.(error)
    told.add(error)
  }

  app.use(async (context, next) => {
    const begun = performance.now()
    const tally = { documents: 0, failed: 0 }
    tallies.set(context.req.raw, tally)
    await next()
    const { method, path } = context.req
    const tell = () =>
      observer.onRequest?.({
        method,
        path,
        status: context.res.status,
        seconds: (performance.now() - begun) / 1000,
        ...tally,
      })
    const end = ended.get(context.res)
    if (end) end.then(tell)
    else tell()
  })
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        connectSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    }),
  )
  if (origin !== undefined) app.use(cors({ origin, allowMethods: ['GET', 'POST'] }))

  const refuse = (context: Context, error: HmtlError): Response => {
    failed(error)
    const status = statusOf(error)
    if (status === 429 || status === 503) context.header('Retry-After', String(dispatcher.retryAfter()))
    // What is left of the body is not read: the connection is of no more use.
    if (status === 413 || status === 408) context.header('Connection', 'close')
    return context.json({ error: errorJson(error) }, status as 500)
  }

  const streamed = (
    context: Context,
    chunks: AsyncIterable<string | Uint8Array>,
    type: string,
    onEnd: () => void,
  ): Response => {
    const encoder = new TextEncoder()
    const iterator = chunks[Symbol.asyncIterator]()
    let end: () => void = () => undefined
    const finished = new Promise<void>((resolve) => {
      end = () => {
        onEnd()
        resolve()
      }
    })
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        try {
          const { done, value } = await iterator.next()
          if (!done) controller.enqueue(typeof value === 'string' ? encoder.encode(value) : value)
          else {
            controller.close()
            end()
          }
        } catch (error) {
          controller.error(error)
          end()
        }
      },
      async cancel() {
        end()
        await iterator.return?.()
      },
    })
    const response = context.body(body, 200, { 'Content-Type': type })
    ended.set(response, finished)
    return response
  }

  /** What becomes of items, in their order. */
  const answersOf = (
    items: AsyncIterable<Item>,
    wish: Wish,
    signal: AbortSignal,
    { patient, tally }: { readonly patient: boolean; readonly tally: Tally },
  ): AsyncIterable<Answered> => {
    const ask = async (item: Item): Promise<Outcome | HmtlError> => {
      if ('error' in item) return item.error
      try {
        return await dispatcher.ask(item.document, wish, { signal, patient })
      } catch (error) {
        return toHmtlError(error, 'HMTL_INTERNAL')
      }
    }
    const results = inOrder(ask, { capacity: () => mostInFlight, signal }).over(items)
    return (async function* () {
      for await (const { item, result } of results) {
        const source = 'document' in item ? item.document : undefined
        if (result instanceof HmtlError) {
          tally.failed++
          failed(result)
          yield source ? { source, error: result } : { error: result }
        } else {
          tally.documents++
          if (source) {
            observer.onDocument?.(source)
            yield { source, outcome: result }
          }
        }
      }
    })()
  }

  const annotate = async (context: Context, tally: Tally, release: () => void): Promise<Response> => {
    const { req } = context
    const query: Query = readQuery(new URL(req.url).searchParams, served)
    const contentType = req.header('content-type')
    const format = formatOfBody(contentType, query)
    const decoder = decoderOfBody(contentType)
    // Who has gone does not wait; nor does what they sent.
    const left = new AbortController()
    // Each document on its way listens.
    setMaxListeners(mostInFlight + 8, left.signal)
    const { signal } = req.raw
    const leave = () => left.abort(signal.reason)
    if (signal.aborted) leave()
    else signal.addEventListener('abort', leave)
    const over = () => {
      signal.removeEventListener('abort', leave)
      left.abort()
      release()
    }
    const lines = shapeOf(format, undefined) === 'lines'
    const limits = { idle: options.idle, most: lines ? Number.POSITIVE_INFINITY : options.maxBytes }
    const body = chunksOf(req.raw.body as ReadableStream<Uint8Array> | null, limits)
    const { first, chunks } = await peekByte(utf8OfBody(body, format, decoder))
    const shape = shapeOf(format, first)
    const items = itemsOf(chunks, format, query, options)
    const asJson = query.to === 'json' || query.to === 'jsonl'
    const answerShape = query.to === 'jsonl' ? 'lines' : shape
    if (lines && asJson) {
      const answers = answersOf(items, query.wish, left.signal, { patient: true, tally })
      return streamed(context, jsonAnswer(answers, answerShape, query), contentTypeOf(query.to, answerShape), over)
    }
    if (lines)
      throw new HmtlError('HMTL_USAGE', `lines are answered by lines, not by ${query.to}`, {
        remedy: 'Send one document, or an array of them',
      })
    try {
      const wish = asJson ? query.wish : { ...query.wish, json: undefined }
      const answers: Answered[] = []
      // The whole body first: one that is damaged or too large is refused as a whole, and a busy server says so at
      // once.
      const all: Item[] = []
      for await (const item of items) all.push(item)
      // An array of none is answered by one, as a body of no lines is.
      if (all.length === 0 && first !== openingBracket)
        throw new HmtlError('HMTL_INPUT_TRUNCATED', 'the body holds no document', { remedy: 'Send {"text": "…"}' })
      for await (const answered of answersOf(whole(all), wish, left.signal, { patient: false, tally })) {
        const refused = 'error' in answered && (shape === 'one' || answered.error.code === 'HMTL_SERVE_BUSY')
        if (refused) throw answered.error
        answers.push(answered)
      }
      const documents = answers.flatMap((each) =>
        'outcome' in each && 'document' in each.outcome ? [each.outcome.document] : [],
      )
      if (tally.failed > 0) context.header('Hmtl-Failed', String(tally.failed))
      const text: (string | Uint8Array)[] = []
      const pieces = asJson ? jsonAnswer(whole(answers), answerShape, query) : formatAnswer(whole(documents), query)
      for await (const piece of pieces) text.push(piece)
      return context.body(joined(text), 200, { 'Content-Type': contentTypeOf(query.to, answerShape) })
    } finally {
      over()
    }
  }

  app.post('/annotate', async (context) => {
    const tally = tallies.get(context.req.raw) ?? { documents: 0, failed: 0 }
    let held = false
    const release = () => {
      if (held) requests--
      held = false
    }
    try {
      if (!accepts())
        throw new HmtlError('HMTL_SERVE_DEADLINE', 'the server is not ready', { remedy: 'Try again, or another one' })
      if (requests >= mostRequests)
        throw new HmtlError('HMTL_SERVE_BUSY', `${requests} requests are being answered already`, {
          remedy: `Try again in ${dispatcher.retryAfter()} seconds`,
        })
      requests++
      held = true
      return await annotate(context, tally, release)
    } catch (error) {
      release()
      return refuse(context, toHmtlError(error, 'HMTL_INTERNAL'))
    }
  })
  app.get('/healthz', (context) => context.text('ok\n'))
  app.get('/readyz', (context) => context.text(ready() ? 'ready\n' : 'not ready\n', ready() ? 200 : 503))
  app.get('/model', (context) => context.json(served))
  app.get('/openapi.json', (context) => context.json(openApi(served, version, options.maxBytes)))
  app.get('/metrics', async (context) => {
    if (!metrics) return context.notFound()
    const { type, text } = await metrics()
    return context.body(text, 200, { 'Content-Type': type })
  })
  for (const { path, type, content } of pageFiles(serverAnswers))
    app.get(`/${path}`, (context) => context.body(content, 200, { 'Content-Type': type, 'Cache-Control': 'no-cache' }))
  const known = new Map(
    [...app.routes].filter(({ method }) => method !== 'ALL').map(({ path, method }) => [path, method]),
  )
  for (const [path, method] of known)
    app.all(path, (context) => {
      context.header('Allow', method === 'GET' ? 'GET, HEAD' : method)
      const error = { code: 'HMTL_USAGE', message: `${path} has no ${context.req.method}`, remedy: `Use ${method}` }
      return context.json({ error }, 405)
    })
  app.notFound((context) =>
    context.json(
      {
        error: {
          code: 'HMTL_USAGE',
          message: `there is no ${context.req.method} ${context.req.path.slice(0, 80)}`,
          remedy: 'See /openapi.json',
        },
      },
      404,
    ),
  )
  app.onError((error, context) => refuse(context, toHmtlError(error, 'HMTL_INTERNAL')))
  return app
}

async function* whole<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items
}

const joined = (pieces: readonly (string | Uint8Array)[]): string | Uint8Array<ArrayBuffer> =>
  pieces.every((piece) => typeof piece === 'string')
    ? pieces.join('')
    : new Uint8Array(Buffer.concat(pieces.map((piece) => Buffer.from(piece as Uint8Array))))
