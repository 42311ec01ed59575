/** Probing sets made from trees, by SentEval's definitions. */
import test from 'ava'
import { depthOf, probingSets, type SplitSentence } from '../src/probing/sets.ts'
import { type Constituent, readBrackets, readTrees, yieldOf } from '../src/probing/trees.ts'

/** A line of CoNLL-U: form, universal tag, tag, head from 1, relation. */
type Row = readonly [form: string, upos: string, tag: string, head: number, relation: string]

const conllu = (...sentences: (readonly Row[])[]) =>
  sentences
    .map((rows) =>
      rows
        .map(([form, upos, tag, head, relation], i) =>
          [i + 1, form, '_', upos, tag, '_', head, relation, '_', '_'].join('\t'),
        )
        .join('\n'),
    )
    .join('\n\n')

const sailed = (subject: string, tag: string, verb: string, verbTag: string): Row[] => [
  ['The', 'DET', 'DT', 2, 'det'],
  [subject, 'NOUN', tag, 3, 'nsubj'],
  [verb, 'VERB', verbTag, 0, 'root'],
  ['a', 'DET', 'DT', 5, 'det'],
  ['boat', 'NOUN', 'NN', 3, 'obj'],
  ['.', 'PUNCT', '.', 3, 'punct'],
]
const both: Row[] = [
  ['We', 'PRON', 'PRP', 2, 'nsubj'],
  ['rowed', 'VERB', 'VBD', 0, 'root'],
  [',', 'PUNCT', ',', 5, 'punct'],
  ['and', 'CCONJ', 'CC', 6, 'cc'],
  ['they', 'PRON', 'PRP', 6, 'nsubj'],
  ['slept', 'VERB', 'VBD', 2, 'conj'],
  ['.', 'PUNCT', '.', 2, 'punct'],
]

const inSplit = (text: string, split: SplitSentence['split'] = 'tr'): SplitSentence[] =>
  [...readTrees(text, 'one')].map((sentence) => ({ ...sentence, split }))

const setsOf = (sentences: SplitSentence[], constituents = new Map<SplitSentence, Constituent>()) =>
  probingSets({ sentences, constituents, seed: 1, most: 100 })

test('CoNLL-U is read as words that hang on words; ranges and empty nodes are left out', (t) => {
  const text =
    '# newdoc id = d1\n1-2\tdont\t_\t_\t_\t_\t_\t_\t_\t_\n1\tdo\t_\tAUX\tVB\t_\t2\taux:x\t_\t_\n2\tnt\t_\tPART\tRB\t_\t0\troot\t_\t_\n2.1\tx\t_\t_\t_\t_\t_\t_\t_\t_\r\n\r\n1\tYes\t_\tINTJ\tUH\t_\t0\troot\t_\t_\n'
  const [first, second] = [...readTrees(text, 'none')]
  t.is(first.document, 'd1')
  t.is(second.document, 'd1')
  t.deepEqual(first.words, [
    { form: 'do', upos: 'AUX', tag: 'VB', head: 1, relation: 'aux' },
    { form: 'nt', upos: 'PART', tag: 'RB', head: -1, relation: 'root' },
  ])
})

test('brackets are read as nested constituents', (t) => {
  const [tree, other] = [...readBrackets('(ROOT (S (NP (PRP We)) (VP (VBD rowed)) (. .)))\n( (S (NN x)))')]
  t.deepEqual(yieldOf(tree), ['We', 'rowed', '.'])
  t.deepEqual(
    tree.parts[0].parts.map(({ label }) => label),
    ['NP', 'VP', '.'],
  )
  t.deepEqual(yieldOf(other), ['x'])
})

test('depth counts arcs, and a ring of heads ends', (t) => {
  t.is(depthOf(inSplit(conllu(sailed('crew', 'NN', 'sailed', 'VBD')))[0]), 2)
  const ring = inSplit(
    conllu([
      ['a', 'X', 'X', 2, 'dep'],
      ['b', 'X', 'X', 1, 'dep'],
    ]),
  )
  t.true(depthOf(ring[0]) <= 3)
})

test('tense and number are the main clause’s, and no form is in two splits', (t) => {
  const nouns = Array.from({ length: 40 }, (_, i) => `boat${'abcdefghij'[i % 10]}${'abcdefghij'[Math.floor(i / 10)]}`)
  const sets = setsOf(
    inSplit(
      conllu(
        ...nouns.flatMap((noun) => [sailed(noun, 'NN', 'sails', 'VBZ'), sailed(`${noun}s`, 'NNS', 'sailed', 'VBD')]),
      ),
    ),
  )
  for (const { label, words } of sets.past_present) t.is(label, words[2] === 'sailed' ? 'PAST' : 'PRES')
  const splitsOf = new Map<string, Set<string>>()
  for (const { label, words, split } of sets.subj_number) {
    t.is(label, words[1].endsWith('s') ? 'NNS' : 'NN')
    splitsOf.set(words[1], (splitsOf.get(words[1]) ?? new Set()).add(split))
  }
  t.true([...splitsOf.values()].every(({ size }) => size === 1))
  t.is(new Set(sets.subj_number.map(({ split }) => split)).size, 3)
  t.true(sets.obj_number.every(({ label }) => label === 'NN'))
})

test('what a document kept for testing says is never trained on', (t) => {
  const sets = setsOf(inSplit(conllu(...Array.from({ length: 30 }, () => sailed('crew', 'NN', 'sailed', 'VBD'))), 'te'))
  for (const [file, lines] of Object.entries(sets))
    t.true(
      lines.every(({ split }) => split === 'te'),
      file,
    )
})

test('two neighbours change places in every second sentence', (t) => {
  const sets = setsOf(inSplit(conllu(...Array.from({ length: 20 }, () => sailed('crew', 'NN', 'sailed', 'VBD')))))
  const straight = 'The crew sailed a boat .'
  t.is(sets.bigram_shift.filter(({ label }) => label === 'I').length, 10)
  for (const { label, words } of sets.bigram_shift) {
    t.is(words.join(' ') === straight, label === 'O')
    t.is(words.filter((word, i) => word !== straight.split(' ')[i]).length, label === 'I' ? 2 : 0)
  }
})

test('clauses change places around their conjunction, and no capital tells', (t) => {
  const sets = setsOf(inSplit(conllu(...Array.from({ length: 40 }, () => both))))
  const texts = new Set(sets.coordination_inversion.map(({ label, words }) => `${label} ${words.join(' ')}`))
  t.deepEqual([...texts].sort(), ['I They slept , and we rowed .', 'O We rowed , and they slept .'])
})

test('the odd man out has the tag of the word he replaces', (t) => {
  const nouns = ['boat', 'ship', 'raft', 'crew']
  const sets = setsOf(
    inSplit(
      conllu(...nouns.flatMap((noun) => [sailed(noun, 'NN', 'sailed', 'VBD'), sailed(noun, 'NN', 'rowed', 'VBD')])),
    ),
  )
  t.is(sets.odd_man_out.filter(({ label }) => label === 'C').length, 4)
  const verbs = ['sailed', 'rowed']
  for (const { words } of sets.odd_man_out) {
    t.true(nouns.includes(words[1]))
    t.true(verbs.includes(words[2]))
  }
})

test('top constituents are named by their sequence', (t) => {
  const sentences = inSplit(conllu(sailed('crew', 'NN', 'sailed', 'VBD')))
  const [tree] = [
    ...readBrackets('(ROOT (S (NP-SBJ (DT The) (NN crew)) (VP (VBD sailed) (NP (DT a) (NN boat))) (. .)))'),
  ]
  t.is(setsOf(sentences, new Map([[sentences[0], tree]])).top_constituents[0].label, 'NP_VP_.')
})

test('the same source gives the same sets, of no more lines than are asked for', (t) => {
  const sentences = inSplit(conllu(...Array.from({ length: 150 }, () => both)))
  const [one, two] = [setsOf(sentences), setsOf(sentences)]
  t.deepEqual(one, two)
  for (const lines of Object.values(one)) t.true(lines.length <= 100)
})
