/** Records of words with spans of them, as extractors are trained on: each format counts as its program does. */
import { Readable } from 'node:stream'
import test from 'ava'
import fc from 'fast-check'
import { type Document, listMentions, listRelations, listSpans } from '../src/io/document/document.ts'
import { sniffHead } from '../src/io/guess.ts'
import { readDocuments } from '../src/io/read.ts'
import { collect, plain, read, write } from './helpers/documents.ts'

interface Said {
  readonly words: readonly string[]
  readonly spans: readonly { readonly from: number; readonly to: number; readonly label: string }[]
  readonly relations: readonly { readonly head: number; readonly tail: number; readonly label: string }[]
}

/** What is said, in the form of each program. */
const forms: Readonly<Record<string, (said: Said) => unknown>> = {
  spert: ({ words, spans, relations }) => ({
    tokens: words,
    entities: spans.map(({ from, to, label }) => ({ type: label, start: from, end: to + 1 })),
    relations: relations.map(({ head, tail, label }) => ({ type: label, head, tail })),
  }),
  gliner: ({ words, spans, relations }) => ({
    tokenized_text: words,
    ner: spans.map(({ from, to, label }) => [from, to, label]),
    relations: relations.map(({ head, tail, label }) => ({
      head: { mention: 'x', position: [spans[head].from, spans[head].to], type: spans[head].label },
      tail: { mention: 'x', position: [spans[tail].from, spans[tail].to], type: spans[tail].label },
      relation_text: label,
    })),
  }),
  oneie: ({ words, spans, relations }) => ({
    tokens: words,
    entity_mentions: spans.map(({ from, to, label }, i) => ({
      id: `E${i}`,
      start: from,
      end: to + 1,
      entity_type: label,
      text: words.slice(from, to + 1).join(' '),
    })),
    relation_mentions: relations.map(({ head, tail, label }, i) => ({
      id: `R${i}`,
      relation_type: label,
      arguments: [
        { entity_id: `E${tail}`, role: 'Arg-2' },
        { entity_id: `E${head}`, role: 'Arg-1' },
      ],
    })),
  }),
  tacred: ({ words, spans: [subject, object], relations: [relation] }) => ({
    id: 'e7',
    token: words,
    subj_start: subject.from,
    subj_end: subject.to,
    subj_type: subject.label,
    obj_start: object.from,
    obj_end: object.to,
    obj_type: object.label,
    relation: relation?.label ?? 'no_relation',
  }),
}

const curie: Said = {
  words: ['Marie', 'Curie', 'left', 'Warsaw', '.'],
  spans: [
    { from: 0, to: 1, label: 'PER' },
    { from: 3, to: 3, label: 'LOC' },
  ],
  relations: [{ head: 0, tail: 1, label: 'left' }],
}

/** What a document says, by its text. */
const saidIn = ({ text, entities, mentions, relations }: Document) => {
  const of = ({ start, end }: { start: number; end: number }) => text.slice(start, end)
  const spans = mentions ? listMentions(mentions) : entities ? listSpans(entities) : []
  return {
    text,
    spans: spans.map((span) => `${of(span)} ${span.label}`),
    relations: (relations ? listRelations(relations) : []).map(
      ({ label, arg1, arg2 }) => `${of(arg1)} ${label} ${of(arg2)}`,
    ),
  }
}
const guessed = (text: string) => collect(readDocuments(Readable.from([Buffer.from(text)])))

test('records are told by their form and read exactly: in lines, an array, or over several lines', async (t) => {
  const expected = {
    text: 'Marie Curie left Warsaw .',
    spans: ['Marie Curie PER', 'Warsaw LOC'],
    relations: ['Marie Curie left Warsaw'],
  }
  for (const [name, form] of Object.entries(forms)) {
    const record = form(curie)
    for (const text of [
      `${JSON.stringify(record)}\r\n${JSON.stringify(record)}`,
      `\ufeff${JSON.stringify([record, record])}`,
      `${JSON.stringify([record, record], null, 2)}\n`,
      `${JSON.stringify(record, null, 2)}\n${JSON.stringify(record, null, 2)}\n`,
    ]) {
      t.is(sniffHead(Buffer.from(text), 'train.json').name, name)
      t.deepEqual((await guessed(text)).map(saidIn), [expected, expected], `${name}: ${text.slice(0, 20)}`)
    }
  }
})

test('the same spans and relations are read from every form', async (t) => {
  const word = fc.stringMatching(/^[a-z,.é😀]{1,5}$/u).filter((text) => text !== '')
  const said = fc.array(word, { minLength: 2, maxLength: 8 }).chain((words) => {
    const place = fc.nat(words.length - 1)
    const span = fc
      .tuple(place, place, fc.constantFrom('PER', 'LOC'))
      .map(([a, b, label]) => ({ from: Math.min(a, b), to: Math.max(a, b), label }))
    return fc.record({
      words: fc.constant(words),
      spans: fc.uniqueArray(span, { minLength: 2, maxLength: 2, selector: ({ from, to }) => `${from} ${to}` }),
      relations: fc.constantFrom([], [{ head: 1, tail: 0, label: 'r' }]),
    })
  })
  await fc.assert(
    fc.asyncProperty(said, async (given) => {
      const of = ({ from, to }: Said['spans'][number]) => given.words.slice(from, to + 1).join(' ')
      const inOrder = (list: string[]) => [...list].sort()
      for (const [name, form] of Object.entries(forms)) {
        // Subject and object are no list: the relation goes from the first to the second.
        const own =
          name === 'tacred' && given.relations.length > 0
            ? { ...given, spans: [...given.spans].reverse(), relations: given.relations }
            : given
        const { documents, errors, report } = await read(name, `${JSON.stringify(form(own))}\n`)
        t.deepEqual([errors, report.entries()], [[], []], name)
        const { text, spans, relations } = saidIn(documents[0])
        t.is(text, given.words.join(' '))
        t.deepEqual(inOrder(spans), inOrder(given.spans.map((span) => `${of(span)} ${span.label}`)), name)
        t.deepEqual(
          relations,
          given.relations.map(({ head, tail, label }) => `${of(given.spans[head])} ${label} ${of(given.spans[tail])}`),
          name,
        )
        const again = await read('jsonl', (await write('jsonl', documents)).bytes)
        t.deepEqual(saidIn(again.documents[0]), { text, spans, relations }, name)
      }
    }),
    { numRuns: 60 },
  )
})

test('an end that is counted otherwise is no span, and the message says how the format counts', async (t) => {
  const inclusive = { tokenized_text: ['Ada', 'left'], ner: [[0, 2, 'PER']] }
  const exclusive = { tokens: ['Ada', 'left'], entities: [{ type: 'PER', start: 1, end: 1 }], relations: [] }
  for (const [name, record, says] of [
    ['gliner', inclusive, /inclusive/],
    ['spert', exclusive, /exclusive/],
  ] as const) {
    const { documents, errors } = await read(name, `${JSON.stringify(record)}\n${JSON.stringify(forms[name](curie))}\n`)
    t.deepEqual([documents.length, errors[0]?.code, errors[0]?.line], [1, 'HMTL_DOCUMENT_OFFSET', 1])
    t.regex(errors[0].message, says)
  }
  const { documents, report } = await read(
    'spert',
    `${JSON.stringify({
      ...(forms.spert(curie) as object),
      entities: [
        { type: 'PER', start: 0, end: 2 },
        { type: 'LOC', start: 4, end: 9 },
        { type: 'LOC', start: 3, end: 4 },
      ],
      relations: [
        { type: 'left', head: 0, tail: 2 },
        { type: 'left', head: 0, tail: 1 },
      ],
    })}\n`,
  )
  t.deepEqual(saidIn(documents[0]).relations, ['Marie Curie left Warsaw'], 'places in the list stay')
  t.deepEqual(
    report.entries().map(({ kind, count }) => [kind, count]),
    [
      ['unreadable-span', 1],
      ['unreadable-relation', 1],
    ],
  )
})

test('what records say besides stays, numbers as they stand, or is counted', async (t) => {
  const words = '"tokens":["U.S.","\'s","war"]'
  const mention =
    '{"id":"E1","start":0,"end":1,"entity_type":"GPE","mention_type":"NAM","head":{"start":0,"end":1,"text":"U.S."}}'
  const line = `{"sent_id":"d-0","doc_id":12345678901234567890,${words},"sentence":"U.S.'s war","entity_mentions":[${mention}],"relation_mentions":[],"event_mentions":[{"id":"V"}]}\n`
  const { documents, report } = await read('oneie', line)
  t.deepEqual([documents[0].id, documents[0].text], ['d-0', "U.S.'s war"], 'the text as it was written')
  const { bytes } = await write('jsonl', documents)
  t.regex(bytes.toString(), /"doc_id":12345678901234567890,.*"event_mentions":\[\{"id":"V"\}\]/)
  t.deepEqual(
    report.entries().map(({ examples }) => examples[0]),
    ['d-0: entity_mentions.mention_type'],
  )
  const nobody = forms.tacred({ ...curie, relations: [] })
  const { documents: looked } = await read('tacred', JSON.stringify([nobody]))
  t.deepEqual([looked[0].relations?.begin1.length, looked[0].metadata.relation], [0, 'no_relation'])
})

test('what only looks alike stays what it was', async (t) => {
  for (const record of [
    { text: 'Ada left', tokens: ['Ada', 'left'], entities: [{ type: 'PER', start: 0, end: 3 }] },
    { tokens: ['Ada', 'left'], entities: ['Ada'] },
    { tokens: ['Ada', 'left'], hmtl: {}, entities: [], relations: [] },
    { token: ['Ada'], text: 'Ada' },
  ])
    t.is(sniffHead(Buffer.from(`${JSON.stringify(record)}\n`), '<stdin>').name, 'jsonl', JSON.stringify(record))
  const [given] = (await read('spert', `${JSON.stringify(forms.spert(curie))}\n`)).documents
  const [again] = (await read('jsonl', (await write('jsonl', [given])).bytes)).documents
  t.deepEqual(plain(again), plain({ ...given, id: again.id } as Document))
})
