import { createDocument, type Document, listSpans } from '../../src/io/document/document.ts'
import type { Recipe, Split } from '../recipe.ts'
import { splitsOfFiles } from '../splits.ts'

/** Half of section H, in its order, is the authors' development part. */
const halfOf = async function* (documents: AsyncIterable<Document>, half: 0 | 1) {
  const all: Document[] = []
  for await (const document of documents) all.push(document)
  const middle = Math.floor(all.length / 2)
  yield* half === 0 ? all.slice(0, middle) : all.slice(middle)
}

/**
 * A handle is one token of a tweet, and no name: "@" and the name behind it, which the corpus
 * has as two tokens of a person, become one token of none.
 */
const joinHandles = (document: Document): Document => {
  const { text, tokens, sentences, entities } = document
  if (!tokens || !sentences || !entities) return document
  const isHandle = (i: number, end: number) => i + 1 < end && text.slice(tokens.begin[i], tokens.end[i]) === '@'
  const words: string[] = []
  const begins: number[] = []
  const ends: number[] = []
  const at: number[] = []
  const handles = new Set<number>()
  for (let s = 0; s < sentences.begin.length; s++) {
    begins.push(words.length)
    for (let i = sentences.begin[s]; i < sentences.end[s]; i++) {
      at[i] = words.length
      if (isHandle(i, sentences.end[s])) {
        handles.add(words.length)
        at[i + 1] = words.length
        words.push(`@${text.slice(tokens.begin[i + 1], tokens.end[i + 1])}`)
        i++
      } else words.push(text.slice(tokens.begin[i], tokens.end[i]))
    }
    ends.push(words.length)
  }
  let offset = 0
  const starts = words.map((word) => {
    const start = offset
    offset += word.length + 1
    return start
  })
  const tokenAt = new Map(Array.from(tokens.begin, (begin, i) => [begin, i]))
  const lastAt = new Map(Array.from(tokens.end, (end, i) => [end, i]))
  return createDocument({
    id: document.id,
    text: words.join(' '),
    tokens: { begin: Int32Array.from(starts), end: Int32Array.from(starts, (start, i) => start + words[i].length) },
    sentences: { begin: Int32Array.from(begins), end: Int32Array.from(ends) },
    entities: listSpans(entities).flatMap(({ start, end, label }) => {
      const [first, last] = [at[tokenAt.get(start) ?? 0], at[lastAt.get(end) ?? 0]]
      const own = Array.from({ length: last + 1 - first }, (_, k) => first + k).filter((i) => !handles.has(i))
      if (own.length === 0) return []
      return [{ start: starts[own[0]], end: starts[own[own.length - 1]] + words[own[own.length - 1]].length, label }]
    }),
  })
}

async function* joined(documents: AsyncIterable<Document>) {
  for await (const document of documents) yield joinHandles(document)
}

const files = { train: ['a.conll', 'b.conll', 'e.conll', 'g.conll'], dev: ['h.conll'], test: ['f.conll'] }

export const btc: Recipe = {
  name: 'btc',
  title: 'Broad Twitter Corpus: people, places and organisations in tweets',
  tasks: ['ner'],
  format: 'conll2003',
  source: 'https://github.com/GateNLP/broad_twitter_corpus',
  licence: 'CC BY 4.0',
  howToGet: 'Clone the repository; give its folder of .conll files',
  labels: { ner: ['LOC', 'ORG', 'PER'] },
  schemes: [
    {
      name: 'official',
      summary: "section f to test, the second half of h to develop (the authors'); handles joined and untagged",
      async splits(folder) {
        const [train, h, test] = await splitsOfFiles('conll2003', files)(folder)
        const split = (name: string, documents: Split['documents']): Split => ({
          name,
          documents: (from, context) => joined(documents(from, context)),
        })
        return [
          split('train', async function* (from, context) {
            yield* train.documents(from, context)
            yield* halfOf(h.documents(from, context), 0)
          }),
          split('dev', (from, context) => halfOf(h.documents(from, context), 1)),
          split('test', test.documents),
        ]
      },
    },
  ],
}
