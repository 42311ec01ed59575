/** Who speaks: turns, quotation marks and letters, and what follows for "I", "you" and "he". */
import test from 'ava'
import { areOthers as areTwo, type Voice, voiceAt } from '../src/model/heads/coref/speech/voices.ts'
import { speechIn } from '../src/model/heads/coref/speech/speech.ts'
import { prepareDocument } from '../src/pipeline/index.ts'

const read = (text: string) => {
  const { tokens, sentences } = prepareDocument({ id: '', text, metadata: {} })
  const words = Array.from(tokens.begin, (from, i) => text.slice(from, tokens.end[i]))
  return { words, speech: speechIn({ text, tokens, words, sentences }) }
}

/** Voices of a word at all its places. */
const voicesOf = (text: string, word: string): (Voice | undefined)[] => {
  const { words, speech } = read(text)
  return words.flatMap((other, i) => (other === word ? [voiceAt(speech, words, { begin: i, end: i + 1 }, i)] : []))
}
const speakers = (text: string, word: string) => voicesOf(text, word).map((voice) => voice?.speaker?.words.join(' '))
const areOthers = (one: Voice | undefined, other: Voice | undefined): boolean =>
  one !== undefined && other !== undefined && areTwo(one, other) && areTwo(other, one)

const chat = 'Priya: I sent it to you.\nTom: you sent me a cat\nPriya: I did not, he is wrong'

test('turns are of those whose labels they have', (t) => {
  t.deepEqual(speakers(chat, 'I'), ['priya', 'priya'])
  t.deepEqual(speakers(chat, 'me'), ['tom'])
  const [[first, second], [me], [you], [he]] = ['I', 'me', 'you', 'he'].map((word) => voicesOf(chat, word))
  t.false(areOthers(first, second), 'one speaker')
  t.true(areOthers(first, me), 'two')
  t.true(areOthers(first, you), 'whom she speaks to')
  t.true(areOthers(second, he), 'whom she speaks of')
  t.true(areOthers(second, you), 'in another turn of hers')
  const [label] = voicesOf(chat, 'Tom')
  t.is(label?.person, 1)
  t.true(areOthers(first, label))
  t.false(areOthers(me, label))
})

for (const [form, text] of [
  ['times', '[12:30] <aoife> I left\n[12:31] <liam> I know\n[12:32] <aoife> ok'],
  ['dates', '12/03/2025, 18:51 - Aoife: I left\n12/03/2025, 18:52 - Liam: I know\n12/03/2025, 18:53 - Aoife: ok'],
  ['heads', 'Aoife Byrne  9:41 AM\nI left early.\nLiam Roe  9:42 AM\nI know that.'],
  ['capitals', 'MS. BYRNE AOIFE: I left.\nMR. ROE LIAM (crying): I know.'],
] as const)
  test(`two speak in a chat with ${form}`, (t) => {
    const [one, other] = voicesOf(text, 'I')
    t.true(areOthers(one, other), JSON.stringify([one, other]))
  })

for (const [what, text] of [
  ['a form', 'From: Ann Roe\nTo: Tom Wray\nSubject: I left'],
  ['one label', 'We met there in May.\nNote: I left early.\nNobody knew that then.\nIt was late.'],
  ['no line ends', 'He wrote: I left. She wrote: I know.'],
] as const)
  test(`nobody is known to speak in ${what}`, (t) => t.true(speakers(text, 'I').every((name) => name === undefined)))

for (const [text, ...names] of [
  ['"I saw it," said Tom Briggs.', 'tom briggs'],
  ['“I saw it,” Mr. Wray said.', 'wray'],
  ['“I saw it”, said Wray.', 'wray'],
  ['Wray told the court: "I saw it."', 'wray'],
  ['"I saw it," said Tom, "and I left."', 'tom', 'tom'],
  ['"I saw it," said Tom. "I left."', 'tom', 'tom'],
  ['"I saw it," said Tom. "I left." "I stayed," said Ann.', 'tom', 'tom', 'ann'],
  ['"I saw it," said Tom.\n\n"I left."', 'tom', undefined],
  ['“I saw it.\n\n“I left,” said Tom.', 'tom', 'tom'],
  ['"I saw it," he said.', undefined],
  ['"I saw it." Tom went home.', undefined],
  ['"I saw it," said United manager Paula Grange.', undefined],
  ['"I saw it?" Tom continued to look.', undefined],
  ['"I saw it," said I.', 'i'],
] as const)
  test(`who is quoted in ${JSON.stringify(text)}`, (t) => {
    const all = speakers(text, 'I')
    t.deepEqual(all.slice(0, names.length), [...names])
  })

test('speakers who are told in passing are others where their names share no word', (t) => {
  const text =
    '"I saw it," said Tom Briggs. "I left," Wray said. "I ran," said Briggs. "I hid," said Ann Briggs. "He slept," said Wray.'
  const [tom, wray, briggs, ann] = voicesOf(text, 'I')
  t.true(areOthers(tom, wray))
  t.false(areOthers(tom, briggs))
  t.false(areOthers(tom, ann), 'it is not known')
  t.true(areOthers(voicesOf(text, 'He')[0], wray), 'Wray does not speak of himself')
  t.true(areOthers(voicesOf(text, 'He')[0], voicesOf(text, 'Wray')[0]))
})

test('what is not known to be said by anyone tells nothing', (t) => {
  t.deepEqual(voicesOf('I told you that he left.', 'I'), [undefined])
  const [one, other] = voicesOf('"I left." "I stayed." Nobody said who.', 'I')
  t.false(areOthers(one, other))
})

test('a letter is of who signs it to who is greeted', (t) => {
  const text =
    'Dear Ms. Okonkwo,\n\nI am writing to you.\n\nKind regards,\nTom Roe\n\nHi Tom,\n\nI thank you.\n\nBest,\nAda Okonkwo'
  const [[first, second], [you], [greeted], [tom]] = ['I', 'you', 'Okonkwo', 'Tom'].map((word) => voicesOf(text, word))
  t.is(first?.speaker?.words.join(' '), 'tom roe')
  t.is(second?.speaker?.words.join(' '), 'ada okonkwo')
  t.true(areOthers(first, second))
  t.true(areOthers(first, you))
  t.true(areOthers(first, greeted))
  t.false(areOthers(you, greeted))
  t.is(tom?.person, 1)
  t.deepEqual(speakers("Hi, I'm Ada. I studied in Lagos.", 'I'), [undefined, undefined])
  t.deepEqual(voicesOf("Hi, I'm Ada. I studied in Lagos.", 'I'), [undefined, undefined])
})

test('long hostile texts are read in linear time', (t) => {
  const start = process.cpuUsage().user
  for (const part of ['"', '“', 'A: I\n', 'Hi A,\n', 'Best,\n', '> ', '"I," said A', '12:30 ', 'A B C D '])
    t.truthy(speechIn({ ...hostile(part.repeat(20_000)) }))
  t.true(process.cpuUsage().user - start < 10e6, 'ten seconds of work')
})

/** Tokens of one line each space, without the tokenizer's own time. */
const hostile = (text: string) => {
  const found = [...text.matchAll(/["“]|[^\s"“]+/g)]
  const begin = Int32Array.from(found, ({ index }) => index)
  const words = found.map(([word]) => word)
  const end = begin.map((from, i) => from + words[i].length)
  return {
    text,
    words,
    tokens: { begin, end },
    sentences: { begin: Int32Array.of(0), end: Int32Array.of(words.length) },
  }
}
