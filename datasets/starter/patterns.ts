/**
 * Sentences to begin with, of our own writing: patterns with places for names, so that a first training has something
 * to learn in seconds. Each place draws a name of its list.
 */

export interface Pattern {
  readonly text: string
  /** Relations between places, by their order in the pattern. */
  readonly relations?: readonly (readonly [label: string, from: number, to: number])[]
}

/** Names by kind of place, and the label that each kind has. */
export const names: Readonly<Record<string, { readonly label: string; readonly list: readonly string[] }>> = {
  person: {
    label: 'PERSON',
    list: [
      'Maren Holt',
      'Tom Okafor',
      'Dr. Elena Vasquez',
      'Priya Raman',
      'Jonas Lindqvist',
      'Amira Haddad',
      'Kofi Mensah',
      'Lucy Tran',
      'Old Mr. Pym',
      'Sofia Marchetti',
      'Yuki Tanabe',
      'Ben Achterberg',
    ],
  },
  company: {
    label: 'COMPANY',
    list: [
      'Nordhafen',
      'Telvane Energy',
      'Brightwater & Sons',
      'Okapi Labs',
      'Ferrum',
      'Lakeside Bank',
      'Mirador Films',
      'Quill Street Press',
      'Halden Rail',
      'Tern Airways',
    ],
  },
  place: {
    label: 'PLACE',
    list: [
      'Oslo',
      'Port Ellen',
      'Chicago',
      'Hamburg',
      'the Rhône valley',
      'Nairobi',
      'Leeds',
      'São Paulo',
      'Lake Como',
      'Kyoto',
    ],
  },
}

export const patterns: readonly Pattern[] = [
  { text: '{person} joined {company} last spring.', relations: [['works for', 0, 1]] },
  {
    text: '{person}, who works for {company}, lives in {place}.',
    relations: [
      ['works for', 0, 1],
      ['lives in', 0, 2],
    ],
  },
  { text: 'Nobody at {company} would comment on the sale.' },
  { text: '{company} opened a second office in {place}.', relations: [['based in', 0, 1]] },
  { text: 'The talks in {place} ended without a result.' },
  { text: '“We will wait,” said {person}, chief engineer of {company}.', relations: [['works for', 0, 1]] },
  { text: 'Shares of {company} fell by four per cent on Monday.' },
  { text: '{person} moved from {place} to {place}.', relations: [['lives in', 0, 2]] },
  { text: 'It rained in {place} for the whole week.' },
  { text: '{place}-based {company} will hire two hundred people.', relations: [['based in', 1, 0]] },
  { text: 'Yesterday {person} met {person} at a café in {place}.' },
  { text: '{company} and {company} have agreed to merge, according to {person}.' },
  {
    text: 'After ten years at {company}, {person} retired to {place}.',
    relations: [
      ['works for', 1, 0],
      ['lives in', 1, 2],
    ],
  },
  { text: 'The train to {place} was late again.' },
  { text: '{person} wrote the report that {company} never published.' },
  { text: 'Visitors to {place} often ask for {person}.' },
  { text: 'The board of {company} meets in {place} every June.', relations: [['based in', 0, 1]] },
  { text: 'In {place}, {person} runs the bakery that her father built.', relations: [['lives in', 1, 0]] },
  { text: 'A spokesman for {company}, {person}, denied it.', relations: [['works for', 1, 0]] },
  { text: 'The meeting was short and nobody took notes.' },
]
