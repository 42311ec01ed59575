/** The worker's chain: what a document gets depends on it alone, and documents come out as they went in. */
import test from 'ava'
import { createDocument, type Document } from '../../src/io/document/document.ts'
import { createBatch } from '../../src/model/batch.ts'
import { parseConfig } from '../../src/model/config/parse.ts'
import type { ContextualEncoder } from '../../src/model/encoders/contextual.ts'
import { engineMemory, startEngine } from '../../src/model/engine.ts'
import { createModel } from '../../src/model/hierarchy.ts'
import { materialize } from '../../src/model/materialize.ts'
import { createAnnotator } from '../../src/pipeline/annotate.ts'
import { chain } from '../../src/pipeline/chain.ts'
import { embed } from '../../src/pipeline/embed.ts'
import { fill, type Group } from '../../src/pipeline/fill.ts'
import { pack } from '../../src/pipeline/pack.ts'
import { prepareDocument } from '../../src/pipeline/prepare.ts'
import { sentenceUnits, type Window } from '../../src/pipeline/units.ts'
import { collect, plain } from '../helpers/documents.ts'
import { testEngine } from '../helpers/engine.ts'

const modelOf = () => {
  const encoder = { hidden: 8, layers: 1 }
  const model = createModel({
    config: parseConfig({
      embeddings: { words: { size: 8 }, characters: { size: 4, filters: 8, width: 3 } },
      tasks: [
        { name: 'ner', kind: 'crf', encoder },
        { name: 'relation', kind: 'relation', on: 'ner', encoder, hidden: 8, threshold: 0.4 },
        { name: 'coref', kind: 'coref', on: 'ner', encoder, hidden: 8, feature: 4, linkBias: 2 },
      ],
    }),
    labels: { ner: ['A', 'B'], relation: ['r'], coref: [] },
    vocabulary: { words: ['\u0000unknown', 'one', 'two', 'three'], characters: [...'enorthw'] },
    wordTable: Float32Array.from({ length: 4 * 8 }, (_, i) => Math.sin(7 * i)),
  })
  materialize(model)
  return model
}

const sentence = (i: number) => `${['One', 'Two', 'Three'][i % 3]} ${['saw two', 'met three of them', 'went'][i % 3]} .`
const texts = Array.from({ length: 24 }, (_, i) =>
  i % 5 === 3 ? ' ' : Array.from({ length: 1 + (i % 4) }, (_, k) => sentence(i + k)).join(' '),
)
const documents: Document[] = texts.map((text, i) => createDocument({ id: `d${i}`, text }))

test.serial('however documents are packed together, each comes out in its turn and the same', async (t) => {
  await startEngine(testEngine)
  const model = modelOf()
  // One object twice in a row is two documents.
  const given = [...documents, documents[0], documents[0]]
  const annotated = async (batchTokens: number) =>
    (await collect(createAnnotator(model, { batchTokens })(given))).map(({ document }) => plain(document))
  const whole = await annotated(2048)
  t.deepEqual(
    whole.map((document) => (document as Document).id),
    given.map(({ id }) => id),
  )
  for (const tokens of [24, 40, 100]) t.deepEqual(await annotated(tokens), whole, `${tokens} tokens at once`)
  const alone = []
  for (const document of given)
    for await (const { document: found } of createAnnotator(model)([document])) alone.push(plain(found))
  t.deepEqual(alone, whole)
  model.parameters.dispose()
})

test.serial(
  'a document longer than what is computed at once comes out whole; nothing stays on the engine',
  async (t) => {
    await startEngine(testEngine)
    const model = modelOf()
    const annotate = createAnnotator(model, { batchTokens: 16 })
    const long = createDocument({ id: 'long', text: Array.from({ length: 30 }, (_, i) => sentence(i)).join(' ') })
    const run = () => collect(annotate([documents[0], long, documents[1]]))
    const found = await run()
    t.deepEqual(
      found.map(({ document: { id, text } }) => [id, text]),
      [documents[0], long, documents[1]].map(({ id, text }) => [id, text]),
    )
    t.true((found[1].document.clusters?.begin.length ?? 0) > 0)
    const before = engineMemory().tensors
    await run()
    t.is(engineMemory().tensors, before)
    model.parameters.dispose()
  },
)

test('contextual vectors are embedded by sentence and packed by row', async (t) => {
  const model = modelOf()
  const encoder: ContextualEncoder = {
    layers: 2,
    size: 1,
    encode: (sentences) => Float32Array.from(sentences.flat().flatMap((word) => [word.length, -word.length])),
    dispose: () => undefined,
  }
  const units = await collect(
    chain(
      documents.slice(0, 3),
      prepareDocument,
      sentenceUnits,
      fill<Window>({ items: 3 }),
      embed<Group<Window>>(encoder),
      pack(model.indexer),
    ),
  )
  for (const { units: list, batch } of units) {
    const sentences = list.flatMap((unit) => unit.sentences)
    const { contextual, ...rest } = batch
    const { contextual: none, ...bare } = createBatch(sentences, model.indexer)
    t.deepEqual(rest, bare)
    t.is(none, undefined)
    sentences.flat().forEach((word, token) => {
      const row = batch.packing.rows[token]
      t.deepEqual([...(contextual?.values.subarray(2 * row, 2 * row + 2) ?? [])], [word.length, -word.length])
    })
  }
  const [{ vectors }] = await collect(chain([{ units: [] }], embed<Group<Window>>(encoder)))
  t.is(vectors, undefined, 'nothing to embed is not encoded')
  model.parameters.dispose()
})
