/** Coreference where few spans are mentions: they are learned from whatever their scores are at first. */
import { join } from 'node:path'
import test from 'ava'
import { createDocument, type Document } from '../src/io/document/document.ts'
import { writeDocuments } from '../src/io/write.ts'
import { parseConfig } from '../src/model/config/parse.ts'
import { startEngine } from '../src/model/engine.ts'
import { loadModel } from '../src/model/store.ts'
import { prepareDocument } from '../src/pipeline/prepare.ts'
import { evaluateTask, goldSplit } from '../src/train/evaluate.ts'
import { train } from '../src/train/train.ts'
import { testEngine } from './helpers/engine.ts'
import { testFolder } from './helpers/folder.ts'

const filler = 'the old road goes over hills and down by slow water to small grey farms'.split(' ')
const names = ['Ida', 'Olav', 'Siri', 'Nils', 'Kari', 'Arne', 'Liv', 'Odd']

/** Two mentions of one name among some sixty words: 3 % of the tokens. */
const sparse = (i: number): Document => {
  const words = Array.from({ length: 60 }, (_, k) => filler[(k * 5 + i * 3) % filler.length])
  const name = names[i % names.length]
  words[10 + (i % 7)] = name
  words[40 + (i % 11)] = name
  for (let k = 19; k < 60; k += 20) words[k] = '.'
  const text = words.join(' ')
  const first = text.indexOf(name)
  const second = text.indexOf(name, first + 1)
  const span = (start: number) => ({ start, end: start + name.length })
  return prepareDocument(createDocument({ id: String(i), text, clusters: [[span(first), span(second)]] }))
}

test.serial('sparse mentions are learned, though at first their scores are below those of what is kept', async (t) => {
  await startEngine(testEngine)
  const folder = testFolder(t)
  const path = join(folder, 'train.arrow')
  await writeDocuments(
    (async function* () {
      for (let i = 0; i < 32; i++) yield sparse(i)
    })(),
    path,
    { format: 'arrow' },
  )
  const scoreOf = async (keepGold: number | boolean) => {
    const config = parseConfig({
      embeddings: { words: { size: 16, wordDropout: 0 }, characters: { size: 8, filters: 8, width: 3 } },
      tasks: [
        {
          name: 'coref',
          kind: 'coref',
          keepGold,
          spansPerWord: 0.1,
          hidden: 16,
          headDropout: 0,
          lexicalDropout: 0,
          encoder: { hidden: 16, layers: 1, dropout: 0 },
          dropout: 0,
          datasets: [{ train: path, dev: path }],
        },
      ],
      training: { updates: 160, validateEvery: 160, learningRate: 0.01 },
    })
    const output = join(folder, String(keepGold))
    await train(config, { output })
    const model = await loadModel(join(output, 'model'))
    const [task] = model.config.tasks
    return (await evaluateTask(model, task, goldSplit(task, 'dev'))).main
  }
  const [usual, always, never] = [await scoreOf(0.5), await scoreOf(true), await scoreOf(0)]
  t.log(`${usual} where gold is kept while it is pruned, ${always} where it always is, ${never} where it never is`)
  t.true(usual > 0.8, `${usual}`)
  t.true(always > 0.8, `${always}`)
})
