/** spaCy opens what we write for it. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { createDocument } from '../../src/io/document/document.ts'
import { writeDocuments } from '../../src/io/write.ts'
import { prepareDocument } from '../../src/pipeline/prepare.ts'
import { root } from '../helpers/documents.ts'
import { testFolder } from '../helpers/folder.ts'

const python = root('.cache/python/bin/python')
const hasSpacy = existsSync(python) && spawnSync(python, ['-c', 'import spacy']).status === 0
const spacyTest = hasSpacy ? test : test.skip

const script = `
import json, sys, spacy
from spacy.tokens import DocBin
nlp = spacy.blank('en')
out = []
for doc in DocBin().from_disk(sys.argv[1]).get_docs(nlp.vocab):
    out.append({
        'text': doc.text,
        'tokens': [token.text for token in doc],
        'sentences': [sentence.text for sentence in doc.sents],
        'entities': [[entity.text, entity.label_, entity.start_char, entity.end_char] for entity in doc.ents],
        'groups': {name: [[span.text, span.label_] for span in spans] for name, spans in doc.spans.items()},
    })
print(json.dumps(out))
`

spacyTest('spacy: text, tokens, sentences, entities, mentions and clusters are what they were', async (t) => {
  const folder = testFolder(t)
  const text = '  😀 Ada  Lovelace met\n\nCharles in Zürich. She left the det and NOUN.\tBye'
  const at = (words: string) => ({ start: text.indexOf(words), end: text.indexOf(words) + words.length })
  const document = prepareDocument(
    createDocument({
      id: 'a',
      text,
      entities: [
        { ...at('Ada  Lovelace'), label: 'PER' },
        { ...at('Zürich'), label: 'LOC' },
      ],
      mentions: [{ ...at('Charles in Zürich'), label: 'PER' }],
      clusters: [[at('Ada  Lovelace'), at('She')]],
    }),
  )
  const bare = prepareDocument(createDocument({ id: 'b', text: 'No layers.' }))
  const path = join(folder, 'a.spacy')
  await writeDocuments(
    (async function* () {
      yield document
      yield bare
    })(),
    path,
    { format: 'spacy' },
  )
  const { stdout, stderr } = spawnSync(python, ['-c', script, path], { encoding: 'utf8' })
  const [first, second] = JSON.parse(stdout || `${t.fail(stderr)}`)
  t.is(first.text, text)
  const points = (words: string) => [...text.slice(0, text.indexOf(words))].length
  t.deepEqual(first.entities, [
    ['Ada  Lovelace', 'PER', points('Ada'), points('Ada') + 13],
    ['Zürich', 'LOC', points('Zürich'), points('Zürich') + 6],
  ])
  t.deepEqual(first.groups, {
    mentions: [['Charles in Zürich', 'PER']],
    coref_clusters_1: [
      ['Ada  Lovelace', ''],
      ['She', ''],
    ],
  })
  t.is(first.sentences.join('').replace(/\s/g, ''), text.replace(/\s/g, ''))
  t.true(first.sentences.length >= 2)
  t.deepEqual([second.text, second.entities, second.groups], ['No layers.', [], {}])
})
