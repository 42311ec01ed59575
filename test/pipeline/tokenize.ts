/** The tokenizer, case by case: what stands on the left becomes what stands on the right, a bar between tokens. */
import test from 'ava'
import fc from 'fast-check'
import { tokenize } from '../../src/pipeline/tokenize.ts'

const tokensOf = (text: string): string => {
  const { begin, end } = tokenize(text)
  return Array.from(begin, (from, i) => text.slice(from, end[i])).join('|')
}

const tables: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'clitics are apart, names and contractions of other kinds whole': {
    "don't": "do|n't",
    "can't won't": "ca|n't|wo|n't",
    'isn’t they’ll': 'is|n’t|they|’ll',
    "I'm we've she'd": "I|'m|we|'ve|she|'d",
    "John's": "John|'s",
    "i'd've": "i|'d|'ve",
    "shouldn't've": "should|n't|'ve",
    "the boys' toys": "the|boys|'|toys",
    "O'Brien's o'clock": "O'Brien|'s|o'clock",
    "rock 'n' roll": "rock|'n'|roll",
    "'em 'tis": "'em|'tis",
    "the '90s": "the|'90s",
  },
  'abbreviations keep their period, ends of sentences do not': {
    'Mr. Smith': 'Mr.|Smith',
    'Dr.Jones': 'Dr.|Jones',
    'the U.S. army': 'the|U.S.|army',
    'in the U.S.A.': 'in|the|U.S.A.',
    '10 a.m.': '10|a.m.',
    'e.g. this, i.e., that': 'e.g.|this|,|i.e.|,|that',
    'a Ph.D. student': 'a|Ph.D.|student',
    'Acme, Inc., said': 'Acme|,|Inc.|,|said',
    'Brown v. Board': 'Brown|v.|Board',
    'King George V. In 1924': 'King|George|V|.|In|1924',
    'World War I. The end, Kaiming X. He': 'World|War|I|.|The|end|,|Kaiming|X.|He',
    'Han Seo-jun. Ana Smith-Jr. of Bo': 'Han|Seo|-|jun|.|Ana|Smith|-|Jr.|of|Bo',
    'an M.Sc. (Econ.)': 'an|M.Sc.|(|Econ|.|)',
    '(b. Oslo 1851, d. Rome 1919), Mary, b. 3 May 1806, d. 1831':
      '(|b.|Oslo|1851|,|d.|Rome|1919|)|,|Mary|,|b.|3|May|1806|,|d.|1831',
    'options a, b, c, d. 5 left': 'options|a|,|b|,|c|,|d|.|5|left',
    'J. R. R. Tolkien, J.K. Rowling': 'J.|R.|R.|Tolkien|,|J.K.|Rowling',
    'No. 5, p. 7': 'No.|5|,|p.|7',
    'he said no.': 'he|said|no|.',
    'see p.': 'see|p|.',
    'the end.': 'the|end|.',
    'me and I.': 'me|and|I|.',
    'Smith Jr..': 'Smith|Jr.|.',
    'Sens. Ida Berg and Reps. Ole Dahl': 'Sens.|Ida|Berg|and|Reps.|Ole|Dahl',
    'S. 10th & Federal Sts.': 'S.|10th|&|Federal|Sts.',
    '(b. March 1921; d. 1989), c. 1871': '(|b.|March|1921|;|d.|1989|)|,|c.|1871',
    'plan b. March on.': 'plan|b|.|March|on|.',
    'He was b. 1898 in Malmö and m. 1921.': 'He|was|b.|1898|in|Malmö|and|m.|1921|.',
    'Udoh, b. Calabar, 17 Sept 1938; ran 100 m. 1908 saw': 'Udoh|,|b.|Calabar|,|17|Sept|1938|;|ran|100|m|.|1908|saw',
    'built c. 1871, plan, b. The': 'built|c.|1871|,|plan|,|b|.|The',
    // From year to year, but no season, number or date.
    '(1902-1980) in 2019-20, 555-1234 on 2024-03-01, 1999-2000/01':
      '(|1902|-|1980|)|in|2019-20|,|555-1234|on|2024-03-01|,|1999-2000|/|01',
  },
  'ellipses and repeated marks are one token': {
    'wait...': 'wait|...',
    'wait…': 'wait|…',
    'hmm....': 'hmm|....',
    'etc...': 'etc|...',
    'What?! No!!!': 'What|?!|No|!!!',
    'so—so -- so': 'so|—|so|--|so',
    '[...]': '[|...|]',
  },
  'quotes and brackets are tokens of their own': {
    '"Go," he said.': '"|Go|,|"|he|said|.',
    '“Go” ‘now’': '“|Go|”|‘|now|’',
    "``go''": "``|go|''",
    '(see [1])': '(|see|[|1|]|)',
  },
  'numbers, dates, times and prices': {
    '$5.99': '$|5.99',
    '€3m £1,000.50': '€|3m|£|1,000.50',
    '3.5% of 10,000': '3.5|%|of|10,000',
    '12/31/2024 2024-12-31': '12/31/2024|2024-12-31',
    '10:30 21st 1990s': '10:30|21st|1990s',
    'Jan. 5, 2010–2015': 'Jan.|5|,|2010|–|2015',
    'in 1954.': 'in|1954|.',
    'v1.2.3 GPT-3.5': 'v1.2.3|GPT-3.5',
    '192.168.0.1': '192.168.0.1',
  },
  'names are apart from what a hyphen joins them to': {
    'Al-Qaeda, al-Qaeda': 'Al|-|Qaeda|,|al|-|Qaeda',
    'a Virginia-based firm': 'a|Virginia|-|based|firm',
    'pro-Kremlin Anti-American': 'pro|-|Kremlin|Anti|-|American',
    "Jean-Luc's Franco-German": "Jean|-|Luc|'s|Franco|-|German",
    'Franco\u2010German': 'Franco|\u2010|German',
    'Stratford-upon-Avon': 'Stratford|-|upon|-|Avon',
    'Co-founded E-mail': 'Co-founded|E-mail',
    'vice-president state-of-the-art': 'vice-president|state-of-the-art',
    'COVID-19 F-16 20-year Sector-37': 'COVID-19|F-16|20-year|Sector-37',
    'Rolls-Royce Inc. met Coca-Cola Co.': 'Rolls|-|Royce|Inc.|met|Coca|-|Cola|Co.',
    'Smith-Jones Jr.': 'Smith|-|Jones|Jr.',
  },
  'words with marks in them': {
    'AT&T R&D': 'AT&T|R&D',
    'C++, C# and F#.': 'C++|,|C#|and|F#|.',
    'Node.js foo.txt': 'Node.js|foo.txt',
    'end.Next': 'end|.|Next',
    'and/or': 'and|/|or',
    'naïve Zürich e\u0301t': 'naïve|Zürich|e\u0301t',
    'hy\u00adphen': 'hy\u00adphen',
    'a\u200bb\u00a0c': 'a|b|c',
    東京: '東|京',
  },
  'addresses, handles, hashtags and emoji are whole': {
    'See http://a.b/c?d=e.': 'See|http://a.b/c?d=e|.',
    '(http://example.com)': '(|http://example.com|)',
    'https://en.org/Rome_(city), too': 'https://en.org/Rome_(city)|,|too',
    '(https://en.org/Rome_(city))': '(|https://en.org/Rome_(city)|)',
    'www.example.com, example.com': 'www.example.com|,|example.com',
    'foo.bar@baz.co.uk.': 'foo.bar@baz.co.uk|.',
    '@ida_berg: hi': '@ida_berg|:|hi',
    "#MeToo! #BLM's": "#MeToo|!|#BLM|'s",
    'hi😀there': 'hi|😀|there',
    "good :) bad :-( sad :'( no :/ xD <3 ^_^": "good|:)|bad|:-(|sad|:'(|no|:/|xD|<3|^_^",
    '(see: ) (note:) :Dave 8) x = 3': '(|see|:|)|(|note|:|)|:|Dave|8|)|x|=|3',
    '👍🏽👨‍👩‍👧❤️': '👍🏽|👨‍👩‍👧|❤️',
    '🇺🇸🇬🇧': '🇺🇸|🇬🇧',
  },
}

for (const [title, table] of Object.entries(tables))
  test(title, (t) => {
    for (const [text, expected] of Object.entries(table)) t.is(tokensOf(text), expected)
  })

test('property: tokens are slices in order with nothing but white space between them, in linear time', (t) => {
  const part = fc.oneof(
    fc.constantFrom(...Object.values(tables).flatMap((table) => Object.keys(table))),
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.constantFrom(' ', '\n', '.', "'", '(', ')', 'http://', '@', '#', '\u00ad'),
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const text = parts.join('')
      const { begin, end } = tokenize(text)
      let at = 0
      begin.forEach((from, i) => {
        t.true(from >= at && end[i] > from)
        t.regex(text.slice(at, from), /^[\s\u0085\u200b]*$/u)
        at = end[i]
      })
      t.regex(text.slice(at), /^[\s\u0085\u200b]*$/u)
    }),
  )
  for (const hostile of ["'d", '(', 'http://a(', 'a.', '1.', 'a-', 'C+', '@a', "x'", "'s", 'a\u00ad', '[1']) {
    const begun = performance.now()
    tokenize(hostile.repeat(100_000))
    t.true(performance.now() - begun < 3000, hostile)
  }
})
