/** CoNLL-U as other tools write it: what its declarations, empty nodes and comments mean. */
import test from 'ava'
import { labelledSpansOf, listMentions, listSpans } from '../src/io/document/document.ts'
import { sniffHead } from '../src/io/guess.ts'
import { read, write } from './helpers/documents.ts'
import { clustersOf, conlluLines, entitiesOf, mentionsOf, rewritten, texts, wordsOf } from './helpers/columns.ts'
import { threadSeconds } from './helpers/thread-time.ts'

test('conllu: # global.Entity says which field is what, in any order', async (t) => {
  const lines = (global: string, one: string, open: string, close: string) =>
    `# newdoc id = d\n# global.Entity = ${global}\n${conlluLines(['1', 'Mia', `(${one})`], ['2', 'fed', ''], ['3', 'a', `(${open}`], ['4', 'cat', `${close})`], ['5', 'she', `(${one})`])}`
  for (const [global, one, open, close] of [
    ['entity-GRP-identity', 'person-7-Mia', 'animal-8', 'animal-8'],
    ['entity-GRP-infstat-MIN-coref_type-identity', 'person-7-new-1-coref-Mia', 'animal-8-new-2-sgl', '8'],
    ['GRP-etype-infstat-minspan-link-identity', '7-person-new-1-coref-Mia', '8-animal-new-2-sgl', '8'],
    ['etype-eid-head', 'person-e7-1', 'animal-e8-2', 'e8'],
    ['head-etype-eid-other', '1-person-e7-x', '2-animal-e8-x', 'e8'],
  ]) {
    const text = lines(global, one, open, close)
    const { documents, errors, report } = await read('conllu', text)
    t.deepEqual(errors, [], global)
    t.is(report.size, 0, global)
    t.deepEqual(mentionsOf(documents[0]), ['Mia person', 'a cat animal', 'she person'], global)
    t.deepEqual(clustersOf(documents[0]), [['Mia', 'she'], ['a cat']], global)
    const head = listMentions(documents[0].mentions!)[1].head
    t.is(
      head && documents[0].text.slice(head.start, head.end),
      /head|MIN|minspan/.test(global) ? 'cat' : undefined,
      global,
    )
    t.is(await rewritten('conllu', text), text, global)
  }
})

test('conllu: where nothing is declared, brackets tell whether the type or the group comes first', async (t) => {
  const rows = (one: string, open: string, close: string) =>
    conlluLines(
      ['1', 'Mia', `(${one})`],
      ['2', 'fed', ''],
      ['3', 'a', `(${open}`],
      ['4', 'cat', `${close})`],
      ['5', 'she', `(${one})`],
    )
  for (const [one, open, close] of [
    ['person-1', 'animal-2', 'animal-2'],
    ['person-1', 'animal-2', '2'],
    ['1-person', '2-animal', '2'],
    ['e1-person-1', 'e2-animal-2', 'e2'],
  ]) {
    const text = `# newdoc id = d\n${rows(one, open, close)}`
    const { documents, errors, report } = await read('conllu', text)
    t.deepEqual(errors, [], one)
    t.is(report.size, 0, one)
    t.deepEqual(mentionsOf(documents[0]), ['Mia person', 'a cat animal', 'she person'], one)
    t.deepEqual(clustersOf(documents[0]), [['Mia', 'she'], ['a cat']], one)
    t.is(await rewritten('conllu', text), text, one)
  }
  const two = `# newdoc id = d\n${rows('person-1', 'animal-2', 'animal-2')}# newdoc id = e\n${rows('1-2', '3-4', '3-4')}`
  const { documents } = await read('conllu', two)
  t.deepEqual(mentionsOf(documents[1]), ['Mia 1', 'a cat 3', 'she 1'])
})

test('conllu: where no group is declared there are mentions and no clusters', async (t) => {
  const text = `# newdoc id = d\n# global.Entity = etype-identity\n${conlluLines(['1', 'Mia', '(person-Mia)'], ['2', 'the', '(animal'], ['3', 'cat', 'animal)'])}`
  const { documents } = await read('conllu', text)
  t.deepEqual(mentionsOf(documents[0]), ['Mia person', 'the cat animal'])
  t.is(documents[0].clusters, undefined)
  t.is(await rewritten('conllu', text), text)
})

test('conllu: a declaration of the first document holds for the others, which are written as they were too', async (t) => {
  const text = `# newdoc id = a\n# global.Entity = etype-GRP\n${conlluLines(['1', 'Mia', '(person-1)'])}# newdoc id = b\n${conlluLines(['1', 'Rex', '(animal-1)'])}`
  const { documents } = await read('conllu', text)
  t.deepEqual(documents.map(mentionsOf), [['Mia person'], ['Rex animal']])
  t.is((await write('conllu', documents)).bytes.toString(), text)
  const other = (
    await read('conllu', `# newdoc id = c\n# global.Entity = eid-etype\n${conlluLines(['1', 'Bo', '(e1-person)'])}`)
  ).documents
  const mixed = await read(
    'conllu',
    (await write('conllu', [documents[1], ...other, documents[1], documents[0]])).bytes,
  )
  t.deepEqual(mixed.documents.map(mentionsOf), [['Rex animal'], ['Bo person'], ['Rex animal'], ['Mia person']])
})

// --- CoNLL-U: empty nodes and multiword tokens

test('conllu: a mention that opens or closes on an empty node is trimmed to its words', async (t) => {
  const { documents, errors, report } = await read(
    'conllu',
    `# newdoc id = d\n# global.Entity = eid-etype-head\n${conlluLines(['1', 'Saw'], ['1.1', '_', '(e1-person-3'], ['2', 'the'], ['3', 'vet', 'e1)'], ['4', 'his', '(e2-animal-2'], ['5', 'cat'], ['5.1', '_', 'e2)'], ['6', 'he', '(e1-person-1)'])}`,
  )
  t.deepEqual(errors, [])
  t.deepEqual(mentionsOf(documents[0]), ['the vet person', 'his cat animal', 'he person'])
  t.deepEqual(clustersOf(documents[0]), [['he', 'the vet'], ['his cat']])
  // CorefUD's heads count empty nodes.
  t.deepEqual(
    listMentions(documents[0].mentions!).map(({ head }) => head && documents[0].text.slice(head.start, head.end)),
    ['vet', 'cat', undefined],
  )
  t.is(report.count('entity-on-empty-node'), 2)
})

test('conllu: a mention of empty nodes alone is counted, and all else stays', async (t) => {
  const text = `# newdoc id = d\n# global.Entity = eid-etype-head\n${conlluLines(['1', 'Mia', '(e1-person-1)'], ['2', 'ran'], ['2.1', '_', '(e1-person-1)'], ['2.2', '_', '(e3-person-1'], ['2.3', '_', 'e3)'], ['3', 'home', '(e2-place-1)'])}`
  const { documents, report } = await read('conllu', text)
  t.deepEqual(clustersOf(documents[0]), [['Mia'], ['home']])
  t.is(report.count('zero-mention'), 2)
  t.is(await rewritten('conllu', text), text)
})

test('conllu: heads are carried over where the words of a multiword token are merged', async (t) => {
  const { documents, report } = await read(
    'conllu',
    `# newdoc id = d\n# global.Entity = eid-etype-head\n${conlluLines(['1', 'voz'], ['2-3', 'do'], ['2', 'de', '(e1-person-3'], ['3', 'o'], ['4', 'gato'], ['5', 'velho', 'e1)'], ['6-7', 'na'], ['6', 'em', '(e3-x-1)'], ['7', 'a', '(e2-place-2'], ['8', 'casa', 'e2)'])}`,
  )
  const [document] = documents
  t.deepEqual(wordsOf(document), ['voz', 'do', 'gato', 'velho', 'na', 'casa'])
  t.deepEqual(mentionsOf(document), ['do gato velho person', 'na x', 'na casa place'])
  t.deepEqual(
    listMentions(document.mentions!).map(({ head }) => head && document.text.slice(head.start, head.end)),
    ['gato', undefined, 'casa'],
  )
  t.is(report.count('multiword-token-merged'), 2)
})

test('conllu: brackets without their other half, and what stands beside Entity=, are counted', async (t) => {
  const { documents, errors, report } = await read(
    'conllu',
    `# newdoc id = d\n# global.Entity = GRP-etype\n${conlluLines(['1', 'Mia', '(1-person)'], ['2', 'a', '9)'], ['3', 'b', '(5-x|Bridge=1<5|SplitAnte=1<5'])}`,
  )
  t.deepEqual(errors, [])
  t.deepEqual(mentionsOf(documents[0]), ['Mia person'])
  for (const kind of ['bracket-not-opened', 'bracket-not-closed', 'passed-over-Bridge', 'passed-over-SplitAnte'])
    t.is(report.count(kind), 1, kind)
})

// --- Where a document begins

test('conllu: the comments of a sentence stand in any order, those before # newdoc too', async (t) => {
  const text = `# global.columns = ID FORM LEMMA UPOS XPOS FEATS HEAD DEPREL DEPS MISC\n# newdoc id = a\n${conlluLines(['1', 'Mia'])}# sent_id = b-1\n# newdoc id = b\n# text = Rex\n${conlluLines(['1', 'Rex'])}`
  const { documents } = await read('conllu', text)
  t.deepEqual(
    documents.map(({ id, text: each }) => [id, each]),
    [
      ['a', 'Mia'],
      ['b', 'Rex'],
    ],
  )
  t.is(await rewritten('conllu', text), text)
})

test('conllu: comments between blank lines belong to the document that follows', async (t) => {
  const text = `# about this file\n\n# newdoc id = a\n${conlluLines(['1', 'Mia'])}# newdoc id = b\n${conlluLines(['1', 'Rex'])}`
  t.deepEqual(texts((await read('conllu', text)).documents), ['Mia', 'Rex'])
  t.is(await rewritten('conllu', text), text)
  const each = `# about this file\n\n${conlluLines(['1', 'Mia'])}${conlluLines(['1', 'Rex'])}# the end\n\n`
  t.deepEqual(texts((await read('conllu', each)).documents), ['Mia', 'Rex'])
  t.is(await rewritten('conllu', each), each)
})

test('conllu: tags of names in MISC are entities where there is no Entity=, in whatever scheme', async (t) => {
  const row = (number: string, form: string, misc: string) => [number, form, ...'_______'.split(''), misc].join('\t')
  const text = (...rows: string[]) => `# newdoc id = d\n${rows.join('\n')}\n\n`
  const stanza = text(
    row('1', 'Ada', 'start_char=0|end_char=3|ner=S-PERSON'),
    row('2', 'saw', 'ner=O'),
    row('3', 'New', 'ner=B-GPE'),
    row('4', 'York', 'ner=E-GPE|SpaceAfter=No'),
    row('5-6', "Ann's", 'ner=S-PERSON'),
    row('5', 'Ann', '_'),
    row('6', "'s", '_'),
  )
  const bio = text(row('1', 'Ada', 'NER=B-PER'), row('2', 'Lee', 'NER=I-PER'), row('3', 'left', 'name=Lee'))
  for (const [lines, found] of [
    [stanza, ['Ada PERSON', 'New York GPE', "Ann's PERSON"]],
    [bio, ['Ada Lee PER']],
  ] as const) {
    const { documents, errors } = await read('conllu', lines)
    t.deepEqual(errors, [])
    t.deepEqual(entitiesOf(documents[0]), found)
    t.is(documents[0].mentions, undefined)
    t.is(await rewritten('conllu', lines), lines)
  }
  // A sentence without mentions has none, whatever a tagger says of it.
  const declared = `# global.Entity = GRP-etype\n${text(row('1', 'Ada', 'ner=S-PERSON'))}`
  const [none] = (await read('conllu', declared)).documents
  t.deepEqual([none.entities, mentionsOf(none), clustersOf(none)], [undefined, [], []])
  const both = text(row('1', 'Ada', 'Entity=(1-person)|ner=S-PER'))
  const { documents } = await read('conllu', both)
  t.is(documents[0].entities, undefined)
  t.deepEqual(mentionsOf(documents[0]), ['Ada person'])
  const [other] = (await read('conllu', bio)).documents
  const changed = { ...other, entities: labelledSpansOf([{ start: 4, end: 7, label: 'LOC' }]) }
  const written = (await write('conllu', [changed])).bytes.toString()
  t.notRegex(written, /NER=/)
  t.regex(written, /Entity=/)
})

test('conllu: brackets that are none cost no square of their length', async (t) => {
  const begun = threadSeconds()
  const { documents } = await read('conllu', conlluLines(['1', 'Mia', `${'a'.repeat(1e6)}(1-person)`]))
  t.deepEqual(mentionsOf(documents[0]), ['Mia person'])
  t.true(threadSeconds() - begun < 10)
})

test('conllu: columns of CoNLL-U Plus are read by their names, and what else they say is counted', async (t) => {
  const ten = 'ID FORM LEMMA UPOS XPOS FEATS HEAD DEPREL DEPS MISC'
  const parseme = `# global.columns = ${ten} PARSEME:NE\n# text = Ada ran\n1\tAda\tA\tPROPN\t_\t_\t0\troot\t_\tSpaceAfter=No\t1:PER\n2\tran\tr\tVERB\t_\t_\t1\tx\t_\t_\t*\n\n`
  const few = '# global.columns = FORM ID MISC\nAda\t1\tner=B-PER|SpaceAfter=No\nran\t2\t_\n\n'
  for (const [text, unread, spans, meant] of [
    [parseme, 1, [], 'Ada ran'],
    [few, 0, ['Ada PER'], 'Adaran'],
  ] as const) {
    for (const name of ['<stdin>', 'a.txt', 'a.cupt']) t.is(sniffHead(Buffer.from(text), name).name, 'conllu', name)
    const { documents, errors, report } = await read('conllu', text)
    t.deepEqual(errors, [])
    t.deepEqual([documents[0].text, report.count('unread-column')], [meant, unread])
    t.deepEqual(
      documents[0].entities
        ? listSpans(documents[0].entities).map(
            ({ start, end, label }) => `${documents[0].text.slice(start, end)} ${label}`,
          )
        : [],
      spans,
    )
    const written = (await write('conllu', documents)).bytes.toString()
    t.deepEqual(
      (await read('conllu', written)).documents.map((document) => document.text),
      [meant],
    )
  }
  const short = await read('conllu', parseme.replace('\t1:PER', ''))
  t.is(short.errors[0].code, 'HMTL_INPUT_SYNTAX')
  t.regex(short.errors[0].message, /10 columns where the file names 11/)
  t.is(sniffHead(Buffer.from('# global.columns = a b\nAda\tx\n'), '<stdin>').name !== 'conllu', true)
})

test('conllu: columns are those that were named last, the ten again where a file says so', async (t) => {
  const ten = 'ID FORM LEMMA UPOS XPOS FEATS HEAD DEPREL DEPS MISC'
  const named = (columns: string, id: string) => `# global.columns = ${columns}\n# newdoc id = ${id}\n`
  const few = (id: string) => `${named('ID FORM X', id)}1\tAda\tx\n\n`
  const usual = `${named(ten, 'u')}${conlluLines(['1', 'Mia'])}`
  const { documents, errors } = await read('conllu', `${few('a')}${usual}${few('b')}`)
  t.deepEqual([errors, texts(documents)], [[], ['Ada', 'Mia', 'Ada']])
  // Also where they are named among lines that are left out.
  const damaged = await read('conllu', `${few('a')}1\tBob\n\n${usual}`)
  t.deepEqual([damaged.errors.length, texts(damaged.documents)], [1, ['Mia']])
  const each = await read('conllu', '# global.columns = ID FORM X\n1\tAda\t_\n\n1\tBob\tx\n\n')
  t.true(each.report.entries()[0].examples[0].startsWith(each.documents[1].id))
})

test('conllu: tags of names that are not read, beside Entity=, are counted', async (t) => {
  const tag = '|ner=S-PER'
  for (const text of [
    `# global.Entity = GRP-etype\n${conlluLines(['1', 'Mia', ''])}`.replace(/_\n/, 'ner=S-PER\n'),
    conlluLines(['1', 'Mia', '(1-person)']).replace('(1-person)', `(1-person)${tag}`),
  ]) {
    const { documents, report } = await read('conllu', text)
    t.deepEqual([documents[0].entities, report.count('other-tags')], [undefined, 1])
    t.is(await rewritten('conllu', text), text)
  }
})

test('conllu: a declaration before # newdoc is of the document that begins there', async (t) => {
  const of = (id: string, global: string, entity: string) =>
    `# global.Entity = ${global}\n# newdoc id = ${id}\n${conlluLines(['1', 'Mia', entity])}`
  const text = of('a', 'etype-GRP', '(person-1)') + of('b', 'GRP-etype', '(7-person)')
  const { documents } = await read('conllu', text)
  t.deepEqual(documents.map(mentionsOf), [['Mia person'], ['Mia person']])
  t.is(await rewritten('conllu', text), text)
})
