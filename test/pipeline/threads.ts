/** Threads: one protocol, answers in the order asked, failures as they would be here, ends that are told. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import test from 'ava'
import { HmtlError } from '../../src/io/errors.ts'
import { errorOf, plainError } from '../../src/io/plain-error.ts'
import { ahead, type Next } from '../../src/pipeline/ahead.ts'
import { chain } from '../../src/pipeline/chain.ts'
import { inOrder } from '../../src/pipeline/order.ts'
import { openSpare, openThread } from '../../src/pipeline/pool/worker-thread.ts'
import { collect, root } from '../helpers/documents.ts'
import { fileFolder } from '../helpers/folder.ts'

const folder = fileFolder(test)

/** A thread that runs this: a function body of its settings that gives what answers. */
const threadOf = (name: string, body: string): URL => {
  const path = join(folder, `${name}.mjs`)
  const at = (file: string) => JSON.stringify(pathToFileURL(root(`dist/src/${file}`)).href)
  writeFileSync(
    path,
    `import { serve } from ${at('pipeline/pool/worker-thread.js')}
     import { nextOf } from ${at('pipeline/ahead.js')}
     import { HmtlError } from ${at('io/errors.js')}
     serve(async (settings) => { ${body} })`,
  )
  return pathToFileURL(path)
}

test('requests are answered one after another, in the order asked', async (t) => {
  const module = threadOf(
    'slow',
    `let busy = false
     return async (milliseconds) => {
       if (busy) throw new Error('two at once')
       busy = true
       await new Promise((resolve) => setTimeout(resolve, milliseconds))
       busy = false
       return settings.name + milliseconds
     }`,
  )
  const thread = openThread<number, string>(module, { name: 'ms' })
  const order: string[] = []
  await Promise.all([30, 1, 10].map(async (milliseconds) => order.push(await thread.ask(milliseconds))))
  t.deepEqual(order, ['ms30', 'ms1', 'ms10'])
  await thread.close()
})

test.serial(
  'a thread opened ahead is the next one of its module, once, and has its settings before what is asked',
  async (t) => {
    const module = threadOf(
      'ahead-of-time',
      `const { threadId } = await import('node:worker_threads')
     return (value) => [settings, value, threadId].join()`,
    )
    openSpare(module)
    const [first, second] = [openThread<string, string>(module, 'one'), openThread<string, string>(module, 'two')]
    const [one, two] = await Promise.all([first.ask('a'), second.ask('b')])
    t.regex(one, /^one,a,/)
    t.regex(two, /^two,b,/)
    t.not(one.split(',')[2], two.split(',')[2])
    await Promise.all([first.close(), second.close()])
  },
)

test.serial('a thread opened ahead that cannot begin is told to who opens it', async (t) => {
  const broken = threadOf('cannot-begin', `throw new HmtlError('HMTL_USAGE', 'not so')`)
  openSpare(broken)
  const failing = openThread<string, string>(broken, 'x')
  t.is((await t.throwsAsync<HmtlError>(failing.ready)).code, 'HMTL_USAGE')
})

test('a request that fails is told as it would be here, and the thread goes on', async (t) => {
  const module = threadOf(
    'fails',
    `return (value) => {
       if (value === 'bad') throw new HmtlError('HMTL_INPUT_SYNTAX', 'no such thing', { source: 'a.txt', line: 3, offset: 17, document: 'd', remedy: 'Write another' })
       if (value === 'worse') return () => 'a function cannot be sent'
       return value
     }`,
  )
  const thread = openThread<string, string>(module, undefined)
  const here = new HmtlError('HMTL_INPUT_SYNTAX', 'no such thing', {
    source: 'a.txt',
    line: 3,
    offset: 17,
    document: 'd',
    remedy: 'Write another',
  })
  const told = (await t.throwsAsync(thread.ask('bad'), { instanceOf: HmtlError })) as HmtlError
  t.deepEqual(told.toJSON(), here.toJSON())
  t.is(told.remedy, here.remedy)
  t.is(((await t.throwsAsync(thread.ask('worse'))) as HmtlError).code, 'HMTL_INTERNAL')
  t.is(await thread.ask('good'), 'good')
  await thread.close()
})

test('an error goes from thread to thread without its message growing', (t) => {
  const error = new HmtlError('HMTL_INPUT_FIELD', 'no text', { document: 'd', line: 2, remedy: 'Add one' })
  t.is(errorOf(plainError(errorOf(plainError(error)))).message, error.message)
  t.is(plainError(new Error('plain'), { document: 'd' }).message, 'plain (document d)')
})

test('a thread that cannot begin says why, to who waits for it and to who asks', async (t) => {
  const thread = openThread<string, string>(
    threadOf('cannot', `throw new HmtlError('HMTL_MODEL_NOT_FOUND', 'nowhere')`),
    undefined,
  )
  const asked = thread.ask('anything')
  await t.throwsAsync(thread.ready, { message: 'nowhere' })
  await t.throwsAsync(asked, { message: 'nowhere' })
  await t.throwsAsync(thread.ask('more'), { message: 'nowhere' })
  t.is(thread.ended?.code, 'HMTL_MODEL_NOT_FOUND')
})

for (const [how, body] of Object.entries({
  exits: 'process.exit(7)',
  'throws outside of a request': `setTimeout(() => { throw new Error('thrown') })`,
}))
  test(`a thread that ${how} fails what was asked of it, once told`, async (t) => {
    const ends: HmtlError[] = []
    const thread = openThread<string, string>(
      threadOf(how.split(' ')[0], `return () => { ${body}; return new Promise(() => undefined) }`),
      undefined,
      {
        name: 'a test’s thread',
        onEnd: (error) => ends.push(error),
      },
    )
    await t.throwsAsync(thread.ask('x'), { code: 'HMTL_WORKER_FAILED', message: /a test’s thread ended/ } as never)
    await t.throwsAsync(thread.ask('y'), { code: 'HMTL_WORKER_FAILED' } as never)
    t.is(ends.length, 1)
  })

test('ahead: so many are made before they are taken and no more, in order, to the end', async (t) => {
  const module = threadOf(
    'ahead',
    `let made = 0
     async function* numbers() { for (let i = 0; i < 6; i++) { made++; yield i } }
     const next = nextOf(new Map([['numbers', numbers()]]))
     return (name) => (name === 'made' ? { value: made } : next(name))`,
  )
  const thread = openThread<string, Next<number>>(module, undefined)
  const stream = ahead(thread, 'numbers', 2)
  const made = async () => (await thread.ask('made'))?.value
  t.is(await made(), 2)
  t.is((await stream.next()).value, 0)
  t.is(await made(), 3)
  t.deepEqual(await collect(stream), [1, 2, 3, 4, 5])
  await thread.close()
})

/** Work that is done when it is told to be. */
const controlled = () => {
  const open = new Map<number, () => void>()
  let most = 0
  const work = (item: number) =>
    new Promise<number>((resolve) => {
      open.set(item, () => {
        open.delete(item)
        resolve(10 * item)
      })
      most = Math.max(most, open.size)
    })
  return {
    work,
    finish: async (item: number) => {
      while (!open.has(item)) await new Promise((resolve) => setTimeout(resolve, 1))
      open.get(item)?.()
    },
    most: () => most,
  }
}

test('in order: results come as the items did, whoever is done first, and no more are in flight than may be', async (t) => {
  const { work, finish, most } = controlled()
  const run = collect(chain([1, 2, 3, 4, 5], inOrder(work, { capacity: () => 3 })))
  for (const item of [3, 2, 1, 5, 4]) await finish(item)
  t.deepEqual(
    (await run).map(({ item, result }) => [item, result]),
    [1, 2, 3, 4, 5].map((item) => [item, 10 * item]),
  )
  t.is(most(), 3)
})

test('in order: what is done comes out while the source has nothing to say', async (t) => {
  async function* source() {
    yield 1
    await new Promise(() => undefined)
  }
  const run = inOrder(async (item: number) => item, { capacity: () => 4 }).over(source())
  const first = await run[Symbol.asyncIterator]().next()
  t.is(first.done ? undefined : first.value.result, 1)
})

test('in order: a failure is thrown in its place, and an abort before the next is begun', async (t) => {
  const work = async (item: number) => {
    if (item === 2) throw new Error('two')
    return item
  }
  const taken: number[] = []
  const run = async (signal?: AbortSignal) => {
    for await (const { item } of chain([1, 2, 3], inOrder(work, { capacity: () => 3, signal }))) taken.push(item)
  }
  await t.throwsAsync(run(), { message: 'two' })
  t.deepEqual(taken, [1])
  await t.throwsAsync(run(AbortSignal.abort()), { code: 'HMTL_ABORTED' } as never)
})
