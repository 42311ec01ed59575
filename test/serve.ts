/** The routes of the server, on a pool that only counts words. */
import test from 'ava'
import type { Document } from '../src/io/document/document.ts'
import type { Outcome, Wish } from '../src/pipeline/pool/messages.ts'
import { createApp, type AppOptions } from '../src/serve/app.ts'
import { createDispatcher } from '../src/serve/dispatcher.ts'
import { openApi } from '../src/serve/openapi.ts'
import { answerFormats, parameters } from '../src/serve/parameters.ts'

const served = { model: 'toy', tasks: ['ner', 'coref'], labels: { ner: ['PER'] }, conventions: ['ours'] }

/** What a worker would make of a document: as JSON what was wanted of it. */
const outcomeOf = (document: Document, wish: Wish): Outcome => {
  if (document.text === 'bad') return { error: { code: 'HMTL_WORKER_FAILED', message: 'it died', summary: 'it died' } }
  return wish.json ? { json: JSON.stringify({ words: document.text.split(' ').length, ...wish }) } : { document }
}

const open = (options: Partial<AppOptions> = {}, delay = 0, queue = {}) => {
  const seen: string[] = []
  const pool = {
    capacity: 2,
    async run(documents: readonly Document[], wish: Wish = {}) {
      if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay))
      seen.push(...documents.map(({ text }) => text))
      return documents.map((document) => outcomeOf(document, wish))
    },
    close: async () => undefined,
  }
  const app = createApp(createDispatcher(pool, queue), {
    served,
    version: '1.2.3',
    maxBytes: 1000,
    idle: 1000,
    mostRequests: 8,
    ready: () => true,
    ...options,
  })
  const post = (
    body: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>,
    type: string | undefined,
    query = '',
    init: RequestInit = {},
  ) =>
    app.request(`/annotate${query}`, {
      method: 'POST',
      body,
      headers: type === undefined ? {} : { 'content-type': type },
      ...init,
    })
  return { app, post, seen }
}
const [json, lines, text] = ['application/json', 'application/x-ndjson', 'text/plain']

test('a text, a record and an array are answered as what they are, each as hmtl annotate would', async (t) => {
  const { post } = open()
  const one = await post('Ada lived', text)
  t.is(one.status, 200)
  t.deepEqual(await one.json(), { id: 'text', text: 'Ada lived', hmtl: { words: 2, json: 'utf16' } })
  t.deepEqual(await (await post('<title>T</title><p>Ada <b>lived</b>', 'text/html; charset=utf-8')).json(), {
    id: 'page',
    text: 'Ada lived',
    title: 'T',
    hmtl: { words: 2, json: 'utf16' },
  })
  const mail = await post('Subject: Ada\nMessage-ID: <a@b>\n\nShe lived.\n', 'message/rfc822')
  t.deepEqual(await mail.json(), [{ id: 'a@b', text: 'She lived.', subject: 'Ada', hmtl: { words: 2, json: 'utf16' } }])
  const record = await post('{\n "id": 7, "text": "Ada", "more": 1.10\n}', json)
  t.is(await record.text(), '{"id":7,"text":"Ada","more":1.10,"hmtl":{"words":1,"json":"utf16"}}\n')
  const list = await post('[{"text":"a b"},{"text":"c"}]', json)
  t.deepEqual(
    ((await list.json()) as { hmtl: { words: number } }[]).map(({ hmtl }) => hmtl.words),
    [2, 1],
  )
  t.deepEqual(await (await post(' [ ]\n', json)).json(), [])
  t.deepEqual(await (await post('', json)).json(), {
    error: { code: 'HMTL_INPUT_TRUNCATED', message: 'the body holds no document', remedy: 'Send {"text": "…"}' },
  })
})

test('lines are answered one by one as they come, their bytes untouched', async (t) => {
  const { post } = open()
  const encoder = new TextEncoder()
  let send: (line: string | undefined) => void = () => undefined
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      send = (line) => (line === undefined ? controller.close() : controller.enqueue(encoder.encode(line)))
    },
  })
  send('{"text" :  "a"}\n')
  const answer = await post(body, lines, '', { duplex: 'half' } as RequestInit)
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
  t.is((await reader.read()).value, '{"text" :  "a","hmtl":{"words":1,"json":"utf16"}}\n')
  send('{"text": "b c"}\n')
  t.is((await reader.read()).value, '{"text": "b c","hmtl":{"words":2,"json":"utf16"}}\n')
  send(undefined)
  t.true((await reader.read()).done)
})

test('one bad document fails in its place, and the others do not', async (t) => {
  const { post } = open()
  const list = await post('[{"text":"a"},{"no":1},{"text":"bad"},{"text":"b"}]', json)
  t.is(list.status, 200)
  t.is(list.headers.get('hmtl-failed'), '2')
  const [a, unread, died, b] = (await list.json()) as Record<string, Record<string, unknown>>[]
  t.is(a.hmtl.words, 1)
  t.is(unread.error.code, 'HMTL_INPUT_FIELD')
  t.is((died.hmtl.error as { code: string }).code, 'HMTL_WORKER_FAILED')
  t.is(b.hmtl.words, 1)
  const stream = await post('{"text":"a"}\nnonsense\n{"text":"bad"}\n{"text":"b"}\n', lines)
  const answers = (await stream.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  t.is(answers.length, 4)
  t.is(answers[1].error.line, 2)
  t.is(answers[2].hmtl.error.code, 'HMTL_WORKER_FAILED')
  t.is(answers[3].hmtl.words, 1)
  t.is((await post('{"text":"bad"}', json)).status, 500)
})

test('what is wanted is asked of the workers; what is not known is refused', async (t) => {
  const { post } = open()
  const wanted = await post('a', text, '?tasks=ner,coref&minScore=0.5&offsetUnit=codepoint&convention=ours')
  t.deepEqual(((await wanted.json()) as { hmtl: object }).hmtl, {
    words: 1,
    tasks: ['ner', 'coref'],
    minScore: 0.5,
    convention: 'ours',
    json: 'codepoint',
  })
  for (const query of [
    '?task=ner',
    '?tasks=nerd',
    '?minScore=2',
    '?minScore=',
    '?minScore=NaN',
    '?offsetUnit=x',
    '?format=docx',
    '?from=docx',
    '?convention=theirs',
    '?minScore=0&minScore=1',
  ]) {
    const answer = await post('a', text, query)
    t.is(answer.status, 400, query)
    t.is(((await answer.json()) as { error: { code: string } }).error.code, 'HMTL_USAGE')
  }
})

test('bodies that are no documents have statuses that say so', async (t) => {
  const { post, app } = open()
  const statusOf = async (answer: Response | Promise<Response>) => (await answer).status
  t.is(await statusOf(post(new Uint8Array([0x61]), undefined)), 415)
  t.is(await statusOf(post('a', 'image/png')), 415)
  t.is(await statusOf(post('a', 'image/png', '?from=text')), 200)
  t.is(await statusOf(post('{"text":', json)), 422)
  t.is(await statusOf(post('7', json)), 422)
  t.is(await statusOf(post('', json)), 422)
  t.is(await statusOf(post(new Uint8Array([0xff, 0xfe, 0x41]), text)), 422)
  t.is(await statusOf(post('x'.repeat(1001), text)), 413)
  t.is(await statusOf(post('{"text":"a"}\n'.repeat(200), lines)), 200, 'lines may be as many as they are')
  t.is(await statusOf(post('{"text":"a"}\n', lines, '?format=html')), 400)
  t.is(await statusOf(app.request('/annotate')), 405)
  t.is(await statusOf(app.request('/nowhere')), 404)
})

type Refused = { error: { code: string; message: string; remedy?: string } }

test('what is wrong with a body is said of bodies and by the parameters of a request', async (t) => {
  const { post } = open()
  const said = async (body: string | Uint8Array<ArrayBuffer>, type: string, query = '') => {
    const answer = await post(body, type, query)
    const { error } = (await answer.json()) as Refused
    return `${answer.status} ${error.code} ${error.message}. ${error.remedy}`
  }
  t.regex(await said('{"text":"Ada', json), /^422 HMTL_INPUT_TRUNCATED the body ends within its object\./)
  t.regex(await said('{"text":"Ada"', json), /^422 HMTL_INPUT_TRUNCATED the body ends within its object\./)
  t.regex(await said('[{"text":"Ada"}', json), /^422 HMTL_INPUT_TRUNCATED the body ends within its array\./)
  t.regex(
    await said('[{"text":"a"},,{"text":"b"}]', json),
    /^422 HMTL_INPUT_JSON the body is not JSON(, at character \d+)?\. Send/,
  )
  for (const body of ['"Ada"', 'null', '7'])
    t.regex(await said(body, json), /^422 HMTL_INPUT_JSON the body is neither an object nor an array\. Send \{/)
  t.regex(await said('{"body":"Ada was born in London."}', json), /textField=/)
  t.notRegex(await said('{"body":"Ada was born in London."}', json), /--/)
  t.regex(
    await said(Buffer.from('\ufeffAda', 'utf16le') as never, text),
    /^422 HMTL_INPUT_ENCODING the body is UTF-16\./,
  )
  t.regex(await said(Buffer.from('{"text":"a"}', 'utf16le') as never, json), /the body is UTF-16/)
  t.regex(await said(`{"text":"${'x'.repeat(1000)}"}\n`, lines, '?format=html'), /HMTL_USAGE/)
  const long = (await (await post(`{"text":"${'x'.repeat(1000)}"}\n`, lines)).json()) as Refused
  t.regex(long.error.remedy ?? '', /--max-body/)
})

test('a body in another character set is read by what its content type says', async (t) => {
  const { post } = open()
  const textOf = async (body: Buffer, type: string) =>
    ((await (await post(body as never, type)).json()) as { text: string }).text
  t.is(await textOf(Buffer.from('Zoë', 'latin1'), 'text/plain; charset=ISO-8859-1'), 'Zoë')
  t.is(await textOf(Buffer.from('Zoë', 'utf16le'), 'text/plain;charset="utf-16le"'), 'Zoë')
  t.is(await textOf(Buffer.from('{"text":"Zoë"}', 'latin1'), `${json}; charset=windows-1252`), 'Zoë')
  t.is(await textOf(Buffer.from('Zoë'), 'text/plain; charset=UTF-8'), 'Zoë')
  t.is((await post('a', 'text/plain; charset=klingon')).status, 415)
})

test('a path that knows another method says which', async (t) => {
  const { app } = open()
  const asked = async (path: string, method: string) => {
    const { status, headers } = await app.request(path, { method })
    return [status, headers.get('allow')]
  }
  t.deepEqual(await asked('/annotate', 'GET'), [405, 'POST'])
  t.deepEqual(await asked('/annotate', 'DELETE'), [405, 'POST'])
  t.deepEqual(await asked('/model', 'POST'), [405, 'GET, HEAD'])
  t.deepEqual(await asked('/', 'PUT'), [405, 'GET, HEAD'])
  t.deepEqual(await asked('/model', 'HEAD'), [200, null])
  t.deepEqual(await asked('/nowhere', 'POST'), [404, null])
})

test('format=jsonl answers by lines whatever the body was', async (t) => {
  const { post } = open()
  for (const [body, type] of [
    ['[{"text":"a"},{"text":"b c"}]', json],
    ['{"text":"a"}\n{"text":"b c"}\n', lines],
  ]) {
    const answer = await post(body, type, '?format=jsonl')
    t.is(answer.headers.get('content-type'), 'application/x-ndjson')
    const found = (await answer.text()).trimEnd().split('\n')
    t.deepEqual(
      found.map((line) => JSON.parse(line).hmtl.words),
      [1, 2],
    )
  }
})

test('other formats hold what came out, and the answer says how many did not', async (t) => {
  const { post } = open()
  const html = await post('<img src=x>', text, '?format=html')
  t.is(html.headers.get('content-type'), 'text/html; charset=utf-8')
  t.false((await html.text()).includes('<img'))
  const drawing = await post('<img src=x>', text, '?format=drawing')
  t.regex(await drawing.text(), /^<article>.*&#60;img src=x&#62;/s)
  const arrow = await post('[{"text":"a"},{"text":"bad"}]', json, '?format=arrow')
  t.is(arrow.headers.get('hmtl-failed'), '1')
  t.is(Buffer.from(await arrow.arrayBuffer()).toString('latin1', 0, 6), 'ARROW1')
})

test('a busy server says when to come again; lines wait instead', async (t) => {
  const { post } = open({}, 30, { documents: 1 })
  const answers = await Promise.all(Array.from({ length: 6 }, () => post('a', text)))
  const busy = answers.filter(({ status }) => status === 429)
  t.true(busy.length >= 2)
  t.true(busy.every(({ headers }) => Number(headers.get('retry-after')) >= 1))
  const stream = await post('{"text":"a"}\n'.repeat(20), lines)
  t.is((await stream.text()).split('\n').length, 21)
})

test('no more requests than may be are answered at once', async (t) => {
  const { post } = open({ mostRequests: 2 }, 30)
  const statuses = (await Promise.all([post('a', text), post('b', text), post('c', text)])).map(({ status }) => status)
  t.deepEqual(statuses, [200, 200, 429])
  t.is((await post('d', text)).status, 200, 'a place that was held is free again')
  t.is((await post('e', 'image/png')).status, 415)
  t.is((await post('f', text)).status, 200, 'also by one that was refused')
})

test('who has gone is not worked for', async (t) => {
  const { post, seen } = open({}, 20)
  const gone = new AbortController()
  const body = `[${Array.from({ length: 200 }, (_, i) => `{"text":"${i}"}`).join()}]`
  const big = open({ maxBytes: 1e6 }, 20)
  const answer = big.post(body, json, '', { signal: gone.signal })
  setTimeout(() => gone.abort(), 30)
  await Promise.resolve(answer).catch(() => undefined)
  await new Promise((resolve) => setTimeout(resolve, 200))
  t.true(big.seen.length < 200, `${big.seen.length} of 200`)
  t.is((await post('a', text)).status, 200)
  t.deepEqual(seen, ['a'])
})

test('who stops sending is not waited for', async (t) => {
  const { post } = open({ idle: 40 })
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode('{"text":')),
  })
  const answer = await post(body, json, '', { duplex: 'half' } as RequestInit)
  t.is(answer.status, 408)
})

test('who leaves while sending is no fault of the server: 499', async (t) => {
  const seen: { status: number; documents: number }[] = []
  const failed: string[] = []
  const observer = {
    onRequest: (request: { status: number; documents: number }) => seen.push(request),
    onFailed: ({ code }: { code: string }) => failed.push(code),
  }
  const { post } = open({ observer })
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{"text":'))
      setTimeout(() => controller.error(new Error('aborted')), 20)
    },
  })
  t.is((await post(body, json, '', { duplex: 'half' } as RequestInit)).status, 499)
  t.deepEqual(
    seen.map(({ status }) => status),
    [499],
  )
  t.deepEqual(failed, ['HMTL_ABORTED'])
})

test('a server that is to end says so, and takes documents until others know', async (t) => {
  const { app, post } = open({ ready: () => false, accepts: () => true })
  t.is((await app.request('/readyz')).status, 503)
  t.is((await post('a', text)).status, 200)
})

test('a server that ends takes nothing more, and says so', async (t) => {
  const { app, post } = open({ ready: () => false })
  t.is((await app.request('/readyz')).status, 503)
  t.is((await app.request('/healthz')).status, 200)
  t.is((await post('a', text)).status, 503)
})

test('pages of other origins may ask only where it was allowed', async (t) => {
  const ask = (origin?: string) =>
    open({ origin }).app.request('/model', { headers: { origin: 'https://example.org' } })
  t.is((await ask()).headers.get('access-control-allow-origin'), null)
  t.is((await ask('https://example.org')).headers.get('access-control-allow-origin'), 'https://example.org')
})

test('what happens is told: a request with its documents, each document, each failure', async (t) => {
  const told: unknown[] = []
  const { post } = open({
    observer: {
      onRequest: ({ method, path, status, documents, failed }) => told.push([method, path, status, documents, failed]),
      onDocument: ({ text }) => told.push(text),
      onFailed: ({ code }) => told.push(code),
    },
  })
  await (await post('{"text":"a"}\n{"text":"bad"}\n', lines)).text()
  await new Promise((resolve) => setTimeout(resolve, 10))
  t.deepEqual(told, ['a', 'HMTL_WORKER_FAILED', ['POST', '/annotate', 200, 1, 1]])
  // One document that fails refuses its request, and is told of once.
  told.length = 0
  await (await post('{"text":"bad"}', json)).text()
  await new Promise((resolve) => setTimeout(resolve, 10))
  t.deepEqual(told, ['HMTL_WORKER_FAILED', ['POST', '/annotate', 500, 0, 1]])
})

test('the description names every parameter, and its references lead somewhere', (t) => {
  const description = openApi(served, '1.2.3', 1000)
  const { parameters: described } = description.paths['/annotate'].post
  t.deepEqual(
    described.map(({ name }) => name),
    parameters.map(({ name }) => name),
  )
  t.true(answerFormats.includes('conllu'))
  const references = JSON.stringify(description).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)
  for (const [, name] of references) t.true(Object.hasOwn(description.components.schemas, name), name)
})
