/** A task's layer is the same whichever other layers are asked for. */
import test from 'ava'
import { createDocument, type Document, listMentions, listRelations, listSpans } from '../src/io/document/document.ts'
import { startEngine } from '../src/model/engine.ts'
import type { Model } from '../src/model/hierarchy.ts'
import { loadModel } from '../src/model/store.ts'
import { type AnnotatorOptions, createAnnotator } from '../src/pipeline/annotate.ts'
import { prepareDocument } from '../src/pipeline/prepare.ts'
import { root } from './helpers/documents.ts'

let model: Model
test.before(async () => {
  await startEngine('wasm')
  model = await loadModel(root('models/en'))
})

const texts = [
  'Marie Curie was born in Warsaw. She moved to Paris.',
  'Ada Lovelace lived in London, the capital of England. Her father Lord Byron died in Greece.',
  'Nothing is named here.',
]
const documents = texts.map((text, i) => prepareDocument(createDocument({ id: String(i), text })))

const annotated = async (options: AnnotatorOptions, list: readonly Document[]): Promise<Document[]> => {
  const found: Document[] = []
  for await (const { document } of createAnnotator(model, options)(list)) found.push(document)
  return found
}

const layers = ['entities', 'mentions', 'relations', 'clusters'] as const
const layerOf = { ner: 'entities', emd: 'mentions', relation: 'relations', coref: 'clusters' } as const

test('every choice of tasks gives the layers of those tasks, as all tasks together give them', async (t) => {
  for (const minScore of [0, 0.6]) {
    const all = await annotated({ minScore }, documents)
    if (minScore === 0) t.true(all.some(({ relations }) => (relations?.begin1.length ?? 0) > 0))
    const names = model.config.tasks.map(({ name }) => name)
    for (let choice = 1; choice < 2 ** names.length; choice++) {
      // Also in an order that is not the model's.
      const tasks = names.filter((_, i) => choice & (1 << i)).reverse()
      const wanted = new Set<string>(tasks.map((name) => layerOf[name as keyof typeof layerOf]))
      const some = await annotated({ tasks, minScore }, documents)
      some.forEach((found, i) => {
        for (const layer of layers)
          t.deepEqual(found[layer], wanted.has(layer) ? all[i][layer] : undefined, `${tasks} ${layer} of ${i}`)
      })
    }
  }
})

test('what a document has and was not asked for stays its own', async (t) => {
  const [document] = documents
  const own = prepareDocument(
    createDocument({ id: 'own', text: document.text, entities: [{ start: 0, end: 5, label: 'MINE' }] }),
  )
  const [found] = await annotated({ tasks: ['relation'] }, [own])
  t.deepEqual(found.entities, own.entities)
  t.is(found.relations?.begin1[0], 0)
  t.is(found.relations?.end1[0], 'Marie Curie'.length)
})

test('labels that are asked for come out as they were, others of their layers do not, and an unknown one is refused', async (t) => {
  const [all] = await annotated({}, documents.slice(0, 1))
  const [some] = await annotated({ labels: ['PER', 'place of birth'] }, documents.slice(0, 1))
  const lists = ({ entities, mentions, relations }: Document): { readonly label: string }[][] => [
    entities ? listSpans(entities) : [],
    mentions ? listMentions(mentions) : [],
    relations ? listRelations(relations) : [],
  ]
  const kept = lists(some)
  for (const [i, full] of lists(all).entries()) {
    t.deepEqual(
      kept[i],
      full.filter(({ label }) => label === 'PER' || label === 'place of birth'),
    )
    t.true(kept[i].length > 0 && kept[i].length < full.length)
  }
  t.deepEqual(some.clusters, all.clusters)
  const [names] = await annotated({ labels: ['PER'] }, documents.slice(0, 1))
  t.deepEqual(names.relations, all.relations)
  await t.throwsAsync(annotated({ labels: ['PERSON'] }, documents), { code: 'HMTL_USAGE', message: /PERSON/ } as never)
})
