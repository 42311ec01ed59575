/** The tokenizer, case by case: what stands on the left becomes what stands on the right, a bar between tokens. */
import test from 'ava'
import fc from 'fast-check'
import { tokenize } from '../../src/pipeline/tokenize.ts'
import { threadSeconds } from '../helpers/thread-time.ts'

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
    'Cllr. Ford, Fr. Byrne, Wm. Blake; fr. the roof, an hr. ago':
      'Cllr.|Ford|,|Fr.|Byrne|,|Wm.|Blake|;|fr|.|the|roof|,|an|hr|.|ago',
    'ext. 44, Tel. 555, Op. 27; by tel. or fax.': 'ext.|44|,|Tel.|555|,|Op.|27|;|by|tel|.|or|fax|.',
    'She left HR. Dana came.': 'She|left|HR|.|Dana|came|.',
    'max. 40, min. 10; I met Max. 40 came': 'max.|40|,|min.|10|;|I|met|Max|.|40|came',
    'the govt. fell, our eng. team; the govt. Then': 'the|govt.|fell|,|our|eng.|team|;|the|govt|.|Then',
    'Luxor (pop. 500,000) likes pop. 5 bands': 'Luxor|(|pop.|500,000|)|likes|pop|.|5|bands',
    'Nguyen, T. (Hanoi), plan B. (She left.)': 'Nguyen|,|T.|(|Hanoi|)|,|plan|B|.|(|She|left|.|)',
    '20°C. Rain, 40 °F. Nobody, 5° N. The': '20|°|C|.|Rain|,|40|°|F|.|Nobody|,|5|°|N|.|The',
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
    '2025-03-04T08:15:00Z, 2024-11-05T09:30:00.5+01:00': '2025-03-04T08:15:00Z|,|2024-11-05T09:30:00.5+01:00',
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
  'underscores of emphasis are apart, those of identifiers are not': {
    '_Nature_, _I_ and _Al-Qaeda_.': '_|Nature|_|,|_|I|_|and|_|Al|-|Qaeda|_|.',
    '_Charles Babbage_ __Ken Ito__ __2002__': '_|Charles|Babbage|_|__|Ken|Ito|__|__|2002|__',
    "_St. James's Gazette_'s": "_|St.|James|'s|Gazette|_|'s",
    '"_Never!_" she said': '"|_|Never|!|_|"|she|said',
    'snake_case trailing_ _private __init__ _a_b_ CONST_B': 'snake_case|trailing_|_private|__init__|_a_b_|CONST_B',
    'set _one and\n\ntwo_ apart': 'set|_one|and|two_|apart',
    'to _ida@x.org_': 'to|_ida@x.org|_',
  },
  'tags that mark words are passed over, others are text': {
    'The mayor of <b>Oslo</b>, Ida': 'The|mayor|of|Oslo|,|Ida',
    '<p>He met <a href="/p?x=1">Ole</a>.</p><p>H<sub>2</sub>O<br/>now<br>': 'He|met|Ole|.|H|2|O|now',
    'the <b> tag, <i>, <br>, `<p>`': 'the|<|b|>|tag|,|<|i|>|,|<|br|>|,|`|<|p|>|`',
    'a <b and c> d, a<b>c, f<i>(x), x <- y, List<String>, <ida> hi':
      'a|<|b|and|c|>|d|,|a|<|b|>|c|,|f|<|i|>|(|x|)|,|x|<|-|y|,|List|<|String|>|,|<|ida|>|hi',
    '<ada@x.org> <http://x.org> <3': '<|ada@x.org|>|<|http://x.org|>|<3',
  },
  'a character reference is a token or part of a word, that of a space is one': {
    'Procter &amp; Gamble, AT&amp;T, R&amp;D;': 'Procter|&amp;|Gamble|,|AT&amp;T|,|R&amp;D|;',
    'K&ouml;ln, &Eacute;lan, caf&#233;s': 'K&ouml;ln|,|&Eacute;lan|,|caf&#233;s',
    'John&#8217;s, O&#39;Brien, don&rsquo;t': 'John|&#8217;s|,|O&#39;Brien|,|don|&rsquo;t',
    'on&nbsp;Monday&#160;&ndash; &quot;no&quot;': 'on|Monday|&ndash;|&quot;|no|&quot;',
    '&lt;ada@x.org&gt; http://x.org/?a=1&b=2&gt;': '&lt;|ada@x.org|&gt;|http://x.org/?a=1&b=2|&gt;',
    'AT&T; Q&A; M&Ms; B&nosuch; &#0;': 'AT&T|;|Q&A|;|M&Ms|;|B&nosuch|;|&|#0|;',
  },
  'the marks of quoted lines are passed over': {
    '> Hi Ida,\n>\n>> see\n > > this': 'Hi|Ida|,|see|this',
    'a > b and\n>= 5, x -> y': 'a|>|b|and|>|=|5|,|x|-|>|y',
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

/** What is no token: white space, references to it, tags that mark words, the marks of quoted lines. */
const between = /^(?:[\s\u0085\u200b]|&(?:\w+|#\w+);|<\/?[a-z][^<>\n]*>|>)*$/iu

test('property: tokens are slices in order with nothing but white space and markup between them, in linear time', (t) => {
  const part = fc.oneof(
    fc.constantFrom(...Object.values(tables).flatMap((table) => Object.keys(table))),
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.constantFrom(
      ' ',
      '\n',
      '.',
      "'",
      '(',
      ')',
      'http://',
      '@',
      '#',
      '\u00ad',
      '_',
      '<b>',
      '</p>',
      '&amp;',
      '&#39;',
      '>',
    ),
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const text = parts.join('')
      const { begin, end } = tokenize(text)
      let at = 0
      begin.forEach((from, i) => {
        t.true(from >= at && end[i] > from)
        t.regex(text.slice(at, from), between)
        at = end[i]
      })
      t.regex(text.slice(at), between)
    }),
  )
  const marks = [
    '_a ',
    'a_ ',
    '_',
    'a_',
    '<b',
    '<a x=1 ',
    '<b>',
    '</b',
    '&',
    '&amp;',
    '&amp;a',
    '&#39;',
    'a&ouml;',
    '>',
    '> ',
    '\n> >',
  ]
  for (const hostile of ["'d", '(', 'http://a(', 'a.', '1.', 'a-', 'C+', '@a', "x'", "'s", 'a\u00ad', '[1', ...marks]) {
    const begun = threadSeconds()
    tokenize(hostile.repeat(100_000))
    t.true(threadSeconds() - begun < 3, hostile)
  }
})
