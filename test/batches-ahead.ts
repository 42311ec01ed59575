/** Batches made in another thread are those that this one would have made. */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { writeDocuments } from '../src/io/write.ts'
import { parseConfig } from '../src/model/config/parse.ts'
import { startEngine } from '../src/model/engine.ts'
import type { BatchSettings, TrainingBatch } from '../src/train/batches.ts'
import { openStreams } from '../src/train/streams.ts'
import { survey } from '../src/train/survey.ts'
import { train } from '../src/train/train.ts'
import { createDocument } from '../src/io/document/document.ts'
import { prepareDocument } from '../src/pipeline/prepare.ts'
import { testEngine } from './helpers/engine.ts'
import { testFolder } from './helpers/folder.ts'

const people = ['Ada', 'Bo', 'Cyd', 'Dov', 'Eve']

async function* stories() {
  for (let i = 0; i < 40; i++) {
    const name = people[i % people.length]
    const text = `${name} sang ${'la '.repeat(i % 7)}. ${name} slept .`
    yield prepareDocument(
      createDocument({
        id: `d${i}`,
        text,
        entities: [{ start: 0, end: name.length, label: 'PER' }],
        clusters: [
          [
            { start: 0, end: name.length },
            { start: text.lastIndexOf(name), end: text.lastIndexOf(name) + name.length },
          ],
        ],
      }),
    )
  }
}

const workspace = async (t: ExecutionContext) => {
  const folder = testFolder(t)
  const data = join(folder, 'train.arrow')
  await writeDocuments(stories(), data, { format: 'arrow' })
  const datasets = [{ train: data, dev: data }]
  const encoder = { hidden: 8, layers: 1, dropout: 0 }
  const config = parseConfig({
    embeddings: { words: { size: 8, wordDropout: 0.3 }, characters: { size: 4, filters: 8, width: 3 } },
    tasks: [
      { name: 'ner', kind: 'crf', encoder, batch: 8, datasets },
      {
        name: 'coref',
        kind: 'coref',
        on: 'ner',
        encoder,
        hidden: 8,
        feature: 4,
        project: 4,
        textFeatures: true,
        maxSpanWidth: 2,
        batch: 2,
        datasets,
      },
    ],
    training: { updates: 30, validateEvery: 10 },
  })
  const { labels, characters, words, pieces } = await survey(config)
  const settings: BatchSettings = {
    config,
    labels,
    vocabulary: { words: ['\0unknown', ...words.keys()], characters },
    pieces,
    positions: {},
  }
  return { folder, settings }
}

/** Streams of a configuration's tasks, so many batches ahead; 0 makes them in this thread. */
const open = (settings: BatchSettings, ahead: number) => {
  const { config } = settings
  const { streams, close } = openStreams({
    ...settings,
    config: { ...config, training: { ...config.training, ahead } },
  })
  const next = async (task: string): Promise<TrainingBatch> =>
    (await streams[config.tasks.findIndex(({ name }) => name === task)].next()).value
  return { next, close }
}

const take = async ({ next, close }: ReturnType<typeof open>, tasks: readonly string[]) => {
  const taken = []
  for (const task of tasks) taken.push(await next(task))
  await close()
  return taken
}

const order: readonly string[] = Array.from({ length: 40 }, (_, i) => (i % 3 === 1 ? 'coref' : 'ner'))

test('the same batches in the same order, over epochs, words that are dropped among them', async (t) => {
  const { settings } = await workspace(t)
  const here = await take(open(settings, 0), order)
  t.deepEqual(await take(open(settings, 3), order), here)
  t.true(here.some(({ position }) => position.epoch > 1))
  t.true(here.some(({ batch }) => batch.wordIds.includes(0)))
  // And from any place on.
  const at = 11
  const positions = Object.fromEntries(
    ['ner', 'coref'].map((task) => [task, here[order.slice(0, at).lastIndexOf(task)].position]),
  )
  t.deepEqual(await take(open({ ...settings, positions }, 1), order.slice(at)), here.slice(at))
})

test('what is wrong with the data is told as it is told in this thread', async (t) => {
  const { folder, settings } = await workspace(t)
  await rm(join(folder, 'train.arrow'))
  const streams = open(settings, 2)
  const error = (await t.throwsAsync(streams.next('ner'))) as Error & { code: string }
  const here = (await t.throwsAsync(open(settings, 0).next('ner'))) as Error & { code: string }
  t.is(error.code, 'HMTL_INPUT_NOT_FOUND')
  t.is(error.message, here.message)
  await streams.close()
})

test('a thread that ends is an error, not a wait without end', async (t) => {
  const { settings } = await workspace(t)
  const streams = open(settings, 1)
  await streams.next('ner')
  await streams.close()
  await t.throwsAsync(
    async () => {
      for (let i = 0; i < 5; i++) await streams.next('ner')
    },
    { code: 'HMTL_WORKER_FAILED' } as never,
  )
})

test.serial('training is the same with and without the other thread, bit for bit', async (t) => {
  await startEngine(testEngine)
  const { folder, settings } = await workspace(t)
  const weights = async (ahead: number) => {
    const output = join(folder, `run${ahead}`)
    await train({ ...settings.config, training: { ...settings.config.training, ahead } }, { output })
    return readFile(join(output, 'model', 'model.safetensors'))
  }
  t.true((await weights(0)).equals(await weights(4)))
})
