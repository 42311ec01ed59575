/** The sentence splitter, case by case: a bar stands where a sentence ends and the next begins. */
import test from 'ava'
import fc from 'fast-check'
import { maxSentenceTokens, splitSentences } from '../../src/pipeline/sentences.ts'
import { tokenize } from '../../src/pipeline/tokenize.ts'
import { threadSeconds } from '../helpers/thread-time.ts'

const split = (text: string): string[] => {
  const tokens = tokenize(text)
  const { begin, end } = splitSentences(text, tokens)
  return Array.from(begin, (from, i) => text.slice(tokens.begin[from], tokens.end[end[i] - 1]))
}

const tables: Readonly<Record<string, readonly string[]>> = {
  'final punctuation ends a sentence where another begins': [
    'He left.| She stayed.',
    'What?!| No way!!!| Yes.',
    'It was 1999.| 2000 came.',
    'It cost $5.99.| Cheap!',
    'Prices rose 3.5%.| Good.',
    'Visit http://a.b/c.| It works.',
    'I love #MeToo.| You?',
    'So good!| Really good!',
    'So good! 😀| Really good!',
    'He left.[3]| She stayed.[12]| They wrote.',
    'He left (in 1990).| (She stayed.)| All slept.',
    'The talks ended.|The EU was not there.|He said no.',
    'He works at Amazon.Com and likes Node.Js of 3.Next.',
    'It is part of Yum! Brands and of Yahoo! Inc. now.',
    'He left. [3]| She stayed. [12] [13]| They wrote.',
    'He cited [3] and left.',
    'The notes end.|\n[3] She stayed.|\n[12] He left.',
    '[3] She stayed.',
    'So good! :)| Really good!',
    '東京です。|大阪です。',
    'It cost a lot.| €5 was left.| $2 went.| #MeToo began.| @ida_berg wrote.| • More.',
    'Proud of you! #oslo @ida_berg',
    'So good. #oslo|\nHe left.',
    '*He left.*| She stayed.| _He came._| **Ida** slept.| _Nature_ said so.',
    'He said &quot;no.&quot;| &Eacute;lan won.',
    'It hit 20°C.| Rain fell.',
    'We were never told.| – Ana Lopez',
    'Sales rose. – up from 5 in May.| They fell.',
    'The line opens at 9 a.m. EST.| Customers may call.| It was built est. 1905.',
  ],
  'abbreviations, initials and parties do not, but where a likely first word follows': [
    'Mr. Smith met Dr. Jones.| They talked.',
    'She saw Blue (dir. Ana Lopez) and Red (feat. Bo).| She slept.',
    'Ana Lopez, M.Sc. (Econ.) Oslo, and Col. (ret.) Bo Li won.| They slept.',
    'He won (Oslo.| Then Rome).',
    'We ate (late.)| The food was good.| It rose (2019.)| Prices fell.',
    'He ranked options a, b, c, d.| 5 of them left.| Choose a, b.| 3 people did.',
    'Ida had three children: John, b. 1804; Mary, b. 1806, d. 1831; and Wm., b. 1810.| They wrote.',
    'Bo Li (b. Oslo 1851, d. Rome 1919) sang.| He saw options a, b, c, d.| Then he left.',
    'She sang with Han Seo-jun.| Their song won.',
    'He met King George V.| In 1924 he fought World War I.| The end.',
    'He met George V. Smith and Malcolm X. Lee, and John I. Reed.',
    'Gen. Lee and Lt. Col. Smith fought.| They lost.',
    'Rev. Dr. Martin Luther King Jr. spoke.| He won.',
    'The U.S. Army came.| It won.',
    'It is in the U.S.| It is big.',
    'She is from Washington, D.C.| He is not.',
    'Brown v. Board of Education was decided in 1954.| It mattered.',
    'J. R. R. Tolkien wrote.| C. S. Lewis too.',
    'She has a Ph.D. from MIT.| She got her Ph.D.| She left.',
    'Acme Inc. said so.| He works at Acme Inc.| She does too.',
    'Jan. 5 was cold.| It snowed.',
    'No. 5 is alive.| No.| He said no.',
    'See Fig. 3, p. 5 and pp. 6-7.| It shows.',
    'Smith et al. (2004) said so.',
    'He came, saw, etc. and left.| He came, etc.| The rest is history.',
    'At 5 p.m. Tokyo time he left.',
    'St. Louis is big.| St. Paul too.',
    'It was joined by Sens. Ida Berg and Ole Dahl.| They won.',
    'Joshua Norton (c. 1818 – January 8, 1880) ruled.| He died.',
    'The house stands at S. 10th Street.',
    'Her brother, Fr. Thomas Doyle, met Cllr. Singh.| Call Julie on ext. 4417.| Come by tel.| Oslo won.',
    'Nguyen, T. (Acme Corp.) wrote.| We chose plan B.| (She left.)',
    'He was born at 6 a.m.| Doctors saved him.| The shop closes at 6 p.m.| Visitors must leave.',
    'He left at 9 a.m. Eastern, at 5 p.m. EST, at 6 p.m. Friday and at 7 p.m. Tokyo time.',
    'At 6 p.m. Doctors came.| On 3 Feb. Smith left.| On Wed. Chair Powell spoke.| In Jan. Smith left.',
    'Due by 17 Feb.| Can you come?| He wrote in Jan. Smith did not.',
    'IT IS MANAGED BY BOLT INC.| IT WAS FOUNDED IN OSLO BY BANK OF OSLO, N.A.| THE SALE BEGAN IN THE U.S. IN MAY.',
  ],
  'an ellipsis ends a sentence only where a capital follows': [
    'Wait... what?',
    'Wait...| What is it?',
    'He waited…| She came.',
    'He waited ... and left.',
  ],
  'small letters begin sentences where the writer has no capitals, or a sentence must have ended': [
    'where can i go?| for today.| thanks!',
    'i went to leeds.| it was fun!| she said so too',
    'He called twice.| nobody answered.',
    'Have you been there?| preferably in May.',
    'He sold it to Yahoo! in May.',
    'Brothers Russ D. and Lol B. sang.',
    'The vol. and the bldg. were sold.',
    '"Why?" she asked.| “Go!” he said.',
    'wait... what',
    'iPhone sales of Acme Intl. and Bolt fell.',
  ],
  'quotes belong to the sentence that they close': [
    'He said "Go."| She went.',
    '“Stop!” he said.| “Why?” she asked.',
    '"Is it?"| "Yes."',
    '‘Hi.’| She waved.',
    'He said: "I left.| I am gone."| Then he slept.',
  ],
  'lines of headlines, lists and tweets end sentences, an empty line always': [
    'One|\nTwo|\nThree',
    'Headline here|\n\nThe text begins.| It ends.',
    '- item one|\n- item two',
    'Tweet one #a #b|\nTweet two',
    '1. First|\n2. Second one.| It goes on.|\n3. Third',
    'The road to|\n\nnowhere',
    'One line|\rAnd another|\u2028A third|\fA page',
    'Headline here|\r\n\r\nThe text begins.|\r\nIt ends.',
    'Hi Ida,|\nThe draft is here.|\nKind regards,|\nOle Dahl',
    'He lives in Springfield,\nIllinois.',
    'Hi Karin,|\nattached.|\ncheers,|\nole',
    'Many men,\nand women.',
  ],
  'lines cut within a sentence by layout do not': [
    'A short line that ends with the\nname of a thing.| And more.',
    'This is a line that is long enough to have been cut by hand\nand it goes on here.| The end.',
  ],
}

for (const [title, cases] of Object.entries(tables))
  test(title, (t) => {
    for (const each of cases)
      t.deepEqual(
        split(each.replaceAll('|', '')),
        each.split('|').map((part) => part.trim()),
      )
  })

test('a newline ends a sentence where lines are short, and not where a typesetter cut a full line', (t) => {
  t.deepEqual(split('Just landed in Oslo\nso happy to be here\n#fun'), [
    'Just landed in Oslo',
    'so happy to be here',
    '#fun',
  ])
  t.deepEqual(split('Holt visits the\nUniversity of\nOslo'), ['Holt visits the\nUniversity of\nOslo'])
  const paragraph =
    'The harbour had been closed for most of the winter, and only in\nMarch did the first of the ships that had waited outside since the\nNew Year come in with what was left of its cargo of salt and dry\nfish.'
  t.is(split(`HARBOUR OPENS AGAIN\n${paragraph}`).length, 2)
})

const full = (lines: readonly string[]) => split(lines.join('\n')).map((line) => line.replaceAll('\n', ' '))

test('lines as full as those of prose, none of which goes on the one before, are headlines', (t) => {
  const headlines = [
    'Council calls a vote on the harbour for the fourth of July',
    'Ferries to Bergen are late again after the storm of Monday',
    'Holt withdraws from the race with an injury of the right knee',
    'Sweden, Norway and Iceland meet in Oslo over fish and salt',
    'Old lighthouse of Hamar sold to a teacher from Trondheim',
  ]
  t.deepEqual(full(headlines), headlines)
  const prose = [
    'Ida Berg, who had come from Bergen with the ferry and was to',
    'meet Ole Dahl of the Bank of Norway, stood on the quay of the',
    'Old Harbour and waited for the rain to end before she went on',
  ]
  t.deepEqual(full([...prose, 'Monday to Oslo.']), [[...prose, 'Monday to Oslo.'].join(' ')])
  t.deepEqual(
    full(prose.map((line) => `> ${line}`).concat('> Monday to Oslo.')).length,
    1,
    'in a mail that quotes it too',
  )
})

test('tags that part lines end sentences, tags of words do not', (t) => {
  t.deepEqual(split('<p>He <b>left</b>.</p><p>She stayed<br>They wrote</p>'), [
    'He <b>left</b>.',
    'She stayed',
    'They wrote',
  ])
})

test('lines that a mail quotes end where the depth changes, and where one is empty', (t) => {
  t.deepEqual(
    split('> Hi Ole,\n> the figures for Oslo and\n> Bergen are here.\n>\n> Ida\nWho is Eva\n>> Eva Lund\n> of Hamar'),
    ['Hi Ole,', 'the figures for Oslo and\n> Bergen are here.', 'Ida', 'Who is Eva', 'Eva Lund', 'of Hamar'],
  )
})

test('a line that ends with a link, a tag or an emoji is a post of its own, as one that begins with a handle', (t) => {
  const lines = [
    'we walked all the way to the harbour of bergen and back https://a.example/x',
    'then the rain came and nobody had a coat with them #bergen',
    '@ida_berg are you there tonight or is it ole who plays instead',
    'RT @ole: the boat to hamar is late again and nobody tells us 💀',
    'ole.lund@post.example is where you write to if you want it back',
  ]
  t.deepEqual(split(lines.join('\n')), lines)
})

test('turns of a talk and items of a list begin anew, however long the lines are', (t) => {
  for (const lines of [
    [
      'Liam: are you coming to Cork on friday with the others?',
      'Aoife: yeah getting the train from Dublin with Niamh',
      'Liam: sound, and mam says uncle Pat is over from Boston',
      'Aoife: grand, I have not seen him since he left Intel',
    ],
    [
      '<ida> we could meet in Oslo or in Bergen if that is nearer to',
      '<ole> Bergen for me, and ask Maren Holt as well',
    ],
    [
      '[12:30] ida: we could meet in Oslo or in Bergen if that is nearer to',
      '[12:31] ole: Bergen for me, and do not forget to ask Maren Holt',
    ],
    [
      '12/03/2025, 18:44 - Liam: are you coming to Cork on friday with the others',
      '12/03/2025, 18:51 - Aoife: yeah getting the train from Dublin with Niamh and',
    ],
    [
      '[03/05/24, 10:15:40] Maren Holt: I am in Bergen with the ship of Ida and',
      '[03/05/24, 10:16:02] Ida: say hi to the harbour from me and from Ole',
    ],
    [
      '2024-05-03 10:18:00 the ferry from Bergen came in with its cargo of',
      '2024-05-03 10:19:30 the ferry to Hamar left without the cargo of',
    ],
    ['The Reporter: And what did you tell the people of', 'Maren Holt: That the harbour would open again in March'],
    [
      '- a report on the harbour that was written by Maren Holt',
      '- minutes of the meeting in Bergen in the spring of 2019',
      '- letters from Ida Berg to the council of the town of Hamar',
      '- photographs of the ships that had waited outside for salt',
    ],
  ])
    t.deepEqual(split(lines.join('\n')), lines)
  const prose =
    'The harbour had been closed for most of the winter; to those of\nBergen: nothing came in, and nothing went out of it before the\nthaw. Then the first of the ships that had waited outside since\n– it was said – the New Year came in with its cargo of salt.'
  t.is(split(prose).length, 2, 'one such line is none')
})

test('an abbreviation between parties or before a number ends no sentence', (t) => {
  t.deepEqual(split('Brown v. Board was decided. Roe v. The State came later.'), [
    'Brown v. Board was decided.',
    'Roe v. The State came later.',
  ])
  t.deepEqual(split('See No. 5 and Art. 3 here. I said no. Bob left. He likes art. She does not.'), [
    'See No. 5 and Art. 3 here.',
    'I said no.',
    'Bob left.',
    'He likes art.',
    'She does not.',
  ])
})

test('property: sentences cover every token in order, none of them too long', (t) => {
  const part = fc.oneof(
    fc.constantFrom(...Object.values(tables).flat()),
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.constantFrom('. ', '! 😀 ', '[1]', '\n', '\n\n', '1.', 'word '.repeat(200)),
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const text = parts.join('')
      const tokens = tokenize(text)
      const { begin, end } = splitSentences(text, tokens)
      let at = 0
      begin.forEach((from, i) => {
        t.is(from, at)
        t.true(end[i] > from && end[i] - from <= maxSentenceTokens)
        at = end[i]
      })
      t.is(at, tokens.begin.length)
    }),
  )
})

test('time is linear, whatever closes and closes', (t) => {
  for (const hostile of [
    ')',
    '. ) ',
    '[1]',
    '[1] ',
    '😀',
    '😀 ',
    '! 😀 ',
    '" ',
    '1. ',
    '1.\n',
    'a\n',
    '> a\n',
    '>\n',
    '<br>',
    'A.M. ',
    '* ',
    '_ ',
  ]) {
    const text = hostile.repeat(50_000)
    const begun = threadSeconds()
    splitSentences(text, tokenize(text))
    t.true(threadSeconds() - begun < 3, JSON.stringify(hostile))
  }
})
