/** Emoji beside names: they end a name and are no part of one. */
import test from 'ava'
import { createDocument, listMentions, listSpans } from '../src/io/document/document.ts'
import { startEngine } from '../src/model/engine.ts'
import { loadModel } from '../src/model/store.ts'
import { createAnnotator } from '../src/pipeline/annotate.ts'
import { root } from './helpers/documents.ts'

test('no name or mention holds a picture, and the names beside them are found', async (t) => {
  await startEngine('wasm')
  const annotate = createAnnotator(await loadModel(root('models/en')))
  const texts = [
    'Tom Okafor met Ada in Oslo 😀 and Bob in Paris ❤️',
    '🇳🇴 Oslo 🇳🇴 is where Siri Hansen 👩‍🔬 lives 🎉🎉',
    'Meet Ada ™ in London ☀',
  ]
  const documents = texts.map((text, i) => createDocument({ id: String(i), text }))
  const names: string[][] = []
  for await (const { document } of annotate(documents)) {
    const { text, entities, mentions } = document
    const found = entities ? listSpans(entities).map(({ start, end }) => text.slice(start, end)) : []
    for (const span of [
      ...found,
      ...(mentions ? listMentions(mentions).map(({ start, end }) => text.slice(start, end)) : []),
    ])
      t.notRegex(span, /[\p{Extended_Pictographic}\p{RI}]/u)
    names.push(found)
  }
  t.true(names[0].includes('Oslo') && names[0].includes('Paris'))
  t.true(names[1].includes('Oslo') && names[1].includes('Siri Hansen'))
  t.true(names[2].includes('London'))
})
