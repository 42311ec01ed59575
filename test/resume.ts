/** A training that is killed and gone on with ends as the one that was left alone: bit for bit. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import test from 'ava'
import { createDocument } from '../src/io/document/document.ts'
import { writeDocuments } from '../src/io/write.ts'
import { parseConfig } from '../src/model/config/parse.ts'
import { switchEngine } from '../src/model/engine.ts'
import { train as trainHere } from '../src/train/train.ts'
import { parseEvents } from '../src/report/training-page.ts'
import { prepareDocument } from '../src/pipeline/prepare.ts'
import { root } from './helpers/documents.ts'
import { testEngine } from './helpers/engine.ts'
import { fileFolder, testFolder } from './helpers/folder.ts'

const folder = fileFolder(test)

const names = ['Maren', 'Jonas', 'Ida', 'Olav', 'Siri']
const places = ['Oslo', 'Bergen', 'Moss']

async function* stories() {
  for (let i = 0; i < 40; i++) {
    const [name, place] = [names[i % 5], places[i % 3]]
    const text = `${name} lives in ${place} . She likes ${place} .`
    const person = { start: 0, end: name.length, label: 'PER' }
    const at = text.indexOf(place)
    const where = { start: at, end: at + place.length, label: 'LOC' }
    const again = text.lastIndexOf(place)
    const she = text.indexOf('She')
    yield prepareDocument(
      createDocument({
        id: String(i),
        text,
        entities: [person, where],
        clusters: [
          [person, { start: she, end: she + 3 }],
          [where, { start: again, end: again + place.length }],
        ],
      }),
    )
  }
}

const train = (output: string, ...more: string[]) =>
  spawn(
    process.execPath,
    [
      root('dist/cli/main.js'),
      'train',
      join(folder, 'config.json'),
      '-o',
      output,
      '--engine',
      testEngine,
      '--quiet',
      ...more,
    ],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )

const validations = (output: string): number => {
  try {
    return readFileSync(join(output, 'metrics.jsonl'), 'utf8').split('"event":"validation"').length - 1
  } catch {
    return 0
  }
}

const encoder = { hidden: 8, layers: 1 }
const configOf = (data: string, training: object) => {
  const datasets = [{ train: data, dev: data }]
  return {
    embeddings: { words: { size: 8 }, characters: { size: 4, filters: 8, width: 3 } },
    tasks: [
      { name: 'ner', kind: 'crf', encoder, datasets, batch: 4 },
      { name: 'coref', kind: 'coref', on: 'ner', hidden: 8, feature: 4, encoder, datasets },
    ],
    training,
  }
}

test.serial('stopped before its first validation, it goes on from where it stood', async (t) => {
  await switchEngine(testEngine)
  const folder = testFolder(t)
  const data = join(folder, 'short.arrow')
  await writeDocuments(stories(), data, { format: 'arrow' })
  const config = parseConfig(configOf(data, { updates: 16, validateEvery: 16 }))
  const weights = (run: string) => readFileSync(join(folder, run, 'model', 'model.safetensors'))
  await trainHere(config, { output: join(folder, 'unbroken') })
  const controller = new AbortController()
  const stopped = trainHere(config, {
    output: join(folder, 'stopped'),
    signal: controller.signal,
    onUpdate: ({ update }) => update === 7 && controller.abort(),
  })
  await t.throwsAsync(stopped, { code: 'HMTL_ABORTED', message: /update 7.*--resume/ })
  await trainHere(config, { output: join(folder, 'stopped'), resume: true })
  t.true(weights('stopped').equals(weights('unbroken')))

  // A state of a version that read one data set after another cannot be gone on with as if nothing were.
  const place = join(
    folder,
    'stopped',
    'state',
    `state-${readFileSync(join(folder, 'stopped/state/current'), 'utf8')}.json`,
  )
  const state = JSON.parse(readFileSync(place, 'utf8'))
  delete state.survey.pieces
  writeFileSync(place, JSON.stringify(state))
  await t.throwsAsync(trainHere(config, { output: join(folder, 'stopped'), resume: true }), {
    code: 'HMTL_TRAIN_STATE',
    message: /another order.*--begin/s,
  })
})

test.serial('killed with SIGKILL three times', async (t) => {
  t.timeout(170_000)
  const data = join(folder, 'train.arrow')
  await writeDocuments(stories(), data, { format: 'arrow' })
  writeFileSync(join(folder, 'config.json'), JSON.stringify(configOf(data, { updates: 120, validateEvery: 10 })))
  const whole = join(folder, 'whole')
  t.is((await once(train(whole), 'exit'))[0], 0)
  const killed = join(folder, 'killed')
  let kills = 0
  for (let start = 0; kills < 3; kills++) {
    const child = train(killed, ...(kills === 0 ? [] : ['--resume']))
    const ended = once(child, 'exit')
    const before = validations(killed)
    start = Date.now()
    // At no particular moment after some progress: in an update, a validation, or in the middle of saving.
    while (validations(killed) < (kills === 0 ? 2 : before + 2) && Date.now() - start < 40_000)
      await new Promise((resolve) => setTimeout(resolve, 5 + 7 * kills))
    child.kill('SIGKILL')
    t.is((await ended)[1], 'SIGKILL')
  }
  t.is((await once(train(killed, '--resume'), 'exit'))[0], 0)
  t.true(
    readFileSync(join(killed, 'model', 'model.safetensors')).equals(
      readFileSync(join(whole, 'model', 'model.safetensors')),
    ),
  )
  const last = (output: string) =>
    JSON.parse(
      readFileSync(
        join(output, 'state', `state-${readFileSync(join(output, 'state', 'current'), 'utf8')}.json`),
        'utf8',
      ),
    )
  t.deepEqual(last(killed), last(whole))
  // Its log, too, is that of one run.
  const course = (output: string) =>
    parseEvents(readFileSync(join(output, 'metrics.jsonl'), 'utf8')).map((event) =>
      event.event === 'update'
        ? [event.update, event.task, event.loss]
        : event.event === 'validation'
          ? [event.update, event.mean, event.taskUpdates]
          : event.event === 'end'
            ? event.taskUpdates
            : event.event,
    )
  t.deepEqual(course(killed), course(whole))
  t.regex(readFileSync(join(killed, 'report.html'), 'utf8'), /<polyline/)
  const { stdout } = await promisify(execFile)(process.execPath, [root('dist/cli/main.js'), 'report', folder, '--json'])
  const runs = JSON.parse(stdout) as { run: string; tasks: { ownUpdates: number }[] }[]
  t.deepEqual(
    runs.map(({ run }) => run),
    ['killed', 'whole'],
  )
  t.deepEqual(runs[0].tasks, runs[1].tasks)
  t.true(runs[0].tasks.every(({ ownUpdates }) => ownUpdates > 0))
})
