/** A small corpus to begin with: the patterns with names put in, the same ones every time. */
import { createDocument, type Document } from '../../src/io/document/document.ts'
import { randomOf } from '../../src/model/random.ts'
import { names, patterns } from './patterns.ts'

export const starterKinds = ['ner', 'relation', 'all'] as const
export type StarterKind = (typeof starterKinds)[number]

/** @param kind which layers the documents have; coreference is by whole names alone */
export function* starterDocuments(kind: StarterKind, split: 'train' | 'dev', count: number): Generator<Document> {
  const random = randomOf(1, 'starter', split)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random.next() * list.length)]
  for (let i = 0; i < count; i++) {
    const pattern = patterns[(i * 7 + (split === 'dev' ? 3 : 0)) % patterns.length]
    let text = ''
    const spans: { start: number; end: number; label: string }[] = []
    for (const piece of pattern.text.split(/(\{\w+\})/)) {
      const kindOfName = /^\{(\w+)\}$/.exec(piece)
      if (!kindOfName) {
        text += piece
        continue
      }
      const { label, list } = names[kindOfName[1]]
      const name = pick(list)
      spans.push({ start: text.length, end: text.length + name.length, label })
      text += name
    }
    // What stands after it tells a sentence of two from one of one: who is named again is the same.
    const person = spans.find(({ label }) => label === 'PERSON')
    const again = kind === 'all' && person ? text.slice(person.start, person.end) : undefined
    const start = text.length + 1
    if (again !== undefined) text += ` ${again} agreed.`
    const second = again === undefined ? [] : [{ start, end: start + again.length, label: 'PERSON' }]
    yield createDocument({
      id: `${split}-${i + 1}`,
      text,
      entities: [...spans, ...second],
      ...(kind === 'ner'
        ? {}
        : {
            relations: (pattern.relations ?? []).map(([label, from, to]) => ({
              label,
              arg1: spans[from],
              arg2: spans[to],
            })),
          }),
      ...(kind === 'all'
        ? { mentions: [...spans, ...second], clusters: person && second[0] ? [[person, second[0]]] : [] }
        : {}),
    })
  }
}
