/** The column of the text, which spreadsheets and exports also write `Text` or `TEXT`, and where else it may be. */

/** The name of the column that `textField` means: so called, else the only one that differs in case and spaces around it alone. */
export const textColumn = (names: readonly string[], textField: string): string | undefined => {
  if (names.includes(textField)) return textField
  const alike = names.filter((name) => name.trim().toLowerCase() === textField.toLowerCase())
  return alike.length === 1 ? alike[0] : undefined
}

/** Words of names that a text has where nobody says which it is, the likeliest first. */
const likely = [
  ...['text', 'selftext', 'body', 'content', 'tweet', 'comment', 'review', 'sentence', 'message', 'post', 'article'],
  ...['abstract', 'headline', 'description', 'context', 'passage', 'paragraph', 'document', 'caption', 'title'],
]
/** Words of names that say something of a text instead. */
const unlike = /^(id|ids|url|uri|type|date|time|count|length|lang|language|format|author|hash|size)$/

/** How likely a name is a text's, the least first; infinite where nothing says so. */
const rankOf = (name: string): number => {
  const words = name
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toLowerCase()
    .split(/[^a-z]+/)
  const ranks = words.some((word) => unlike.test(word))
    ? []
    : likely.flatMap((word, i) => (words.includes(word) ? [i] : []))
  return ranks[0] ?? Number.POSITIVE_INFINITY
}

/** The name that most probably is a text's. */
export const likelyText = (names: readonly string[]): string | undefined =>
  names.filter((name) => Number.isFinite(rankOf(name))).sort((a, b) => rankOf(a) - rankOf(b))[0]

/** A name as the command line wants it. */
const option = (name: string): string =>
  `--text-field ${/^[\w.-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`}`

/** What to do about a text that is not found, where the column or field may be this one. */
export const textRemedy = (what: 'column' | 'field', found: string | undefined): string =>
  found === undefined
    ? `Name the ${what} that holds the text with --text-field`
    : `Name the ${what} that holds the text, perhaps ${option(found)}`

/**
 * Whether names are those of what a model has found (`pipeline("ner")`): words of names alone, with none of the text
 * between them.
 */
export const namesFound = (names: readonly string[]): boolean =>
  ['score', 'start', 'end'].every((name) => names.includes(name)) &&
  ['entity', 'entity_group'].some((name) => names.includes(name))

const foundRemedy =
  'These are spans without their text; write them with it, {"text": "…", "entities": [{"start": 0, "end": 3, …}]}, and ' +
  'read that with --from spans'

/** The same about columns of these names. */
export const columnRemedy = (names: readonly string[]): string =>
  namesFound(names) ? foundRemedy : textRemedy('column', likelyText(names))

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** How deep records are looked for, and how many values at each depth. */
const [mostDepth, mostLooked] = [8, 100]

/** Whether an object is a data frame: its columns, each with values by index, or its names and rows. */
const isFrame = (record: Readonly<Record<string, unknown>>): boolean => {
  const values = Object.values(record)
  return (
    (values.length > 0 && values.every((value) => isObject(value) && '0' in value)) ||
    (Array.isArray(record.columns) && Array.isArray(record.data))
  )
}

/** Whether an object has columns as lists, of as many values each, none of which are records. */
export const areColumns = (record: Readonly<Record<string, unknown>>): boolean => {
  const [first, ...others] = Object.values(record)
  return (
    Array.isArray(first) &&
    others.length > 0 &&
    [first, ...others].every((value) => Array.isArray(value) && value.length === first.length && !value.some(isObject))
  )
}

/** What to do about a data frame that is written as one object. */
export const frameRemedy = 'Of a data frame write the records: to_json(orient="records", lines=True)'

/** A value inside of a record: how jq gets all of its kind, and where the first of them lies. */
interface Inside {
  readonly path: string
  readonly at: string
  readonly value: unknown
}

const step = (name: string): string => (/^[A-Za-z_]\w*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`)
const joined = (path: string, name: string): string =>
  path === '' && step(name).startsWith('[') ? `.${step(name)}` : path + step(name)

/** Whether an object holds records by their names: several, with the same fields. */
const holdsRecords = (record: Readonly<Record<string, unknown>>): boolean => {
  const items = Object.values(record).map((value): unknown => (Array.isArray(value) ? value[0] : value))
  const fields = (item: unknown) => (isObject(item) ? Object.keys(item).sort().join('\n') : '')
  return items.length > 1 && fields(items[0]) !== '' && items.every((item) => fields(item) === fields(items[0]))
}

/** Whether a list is of spans, whose places are whole numbers: what they say that they cover is no text. */
const areCounted = (value: unknown): boolean => {
  const first: unknown = Array.isArray(value) ? value[0] : undefined
  const counts = (name: RegExp) =>
    isObject(first) && Object.keys(first).some((key) => name.test(key) && Number.isInteger(first[key]))
  return counts(/^(?:start|begin)/i) && counts(/^end/i)
}

/** What an object or a list holds; of a list, and of records by name, the first stands for all. */
const inside = ({ path, at, value }: Inside): Inside[] => {
  if (areCounted(value)) return []
  if (Array.isArray(value)) return [{ path: `${path || '.'}[]`, at: `${at}[0]`, value: value[0] as unknown }]
  if (!isObject(value)) return []
  const all = Object.keys(value).map((name) => ({
    path: joined(path, name),
    at: (at + step(name)).replace(/^\./, ''),
    value: value[name],
  }))
  return holdsRecords(value) ? [{ ...all[0], path: `${path || '.'}[]` }] : all
}

/** Records of other programs that hold sentences deeper: what they are, and what makes records of words with tags of them. */
interface KnownRecord {
  readonly what: string
  readonly remedy: string
  /** Fields in their first items, one inside of the other; the last has all of these. */
  readonly at: readonly string[]
  readonly fields: readonly string[]
}

const known: readonly KnownRecord[] = [
  {
    what: 'the training data of spaCy 2',
    at: ['paragraphs', 'sentences', 'tokens'],
    fields: ['orth'],
    remedy: `jq -c '.[]?.paragraphs[].sentences[] | {tokens: [.tokens[].orth], ner_tags: [.tokens[].ner | if . == "-" then "O" else . end]}'`,
  },
  {
    what: "CoreNLP's JSON",
    at: ['sentences', 'tokens'],
    fields: ['word', 'ner'],
    remedy: `jq -c '.sentences[] | {tokens: [.tokens[].word], ner_tags: [.tokens[].ner]}'; its coreference is not read`,
  },
  {
    what: "OntoNotes as the hub's data set has it",
    at: ['sentences'],
    fields: ['words', 'named_entities'],
    remedy:
      `jq -c '.sentences[] | {tokens: .words, ner_tags: .named_entities}', with names for numbers of tags; ` +
      'its coreference is read from the *_conll files it was made of',
  },
]

const itemOf = (value: unknown): unknown => (Array.isArray(value) ? value.find(isObject) : value)

/** What to do about a record that is known; undefined for any other. */
const knownRemedy = (record: Readonly<Record<string, unknown>>): string | undefined => {
  const found = known.find(({ at, fields }) => {
    const inner = at.reduce<unknown>((value, name) => (isObject(value) ? itemOf(value[name]) : undefined), record)
    return isObject(inner) && fields.every((name) => Object.hasOwn(inner, name))
  })
  return found && `This is ${found.what}; take its sentences out with ${found.remedy}`
}

/** What to do about a record without a text: answers of servers hold the records deeper, and exports wrap them. */
export const recordRemedy = (record: Readonly<Record<string, unknown>>, textField: string): string => {
  const [first] = textField.split('.')
  if (first !== textField && isObject(record[first]))
    return `--text-field names one field and no path: jq -c '. + {text: .${textField}}' makes one of it`
  if (namesFound(Object.keys(record))) return foundRemedy
  const told = knownRemedy(record)
  if (told !== undefined) return told
  let level: readonly Inside[] = [{ path: '', at: '', value: record }]
  let best: { readonly inner: Inside; readonly field: string; readonly length: number } | undefined
  const offer = (inner: Inside, field: string, length: number) => {
    // Titles and answers lie beside what they belong to, above and below it: the longest is the text.
    if (!best || length > best.length) best = { inner, field, length }
  }
  for (let depth = 0; depth < mostDepth && level.length > 0; depth++) {
    for (const inner of level) {
      const { path, value } = inner
      if (!isObject(value)) continue
      const names = Object.keys(value).filter((name) => typeof value[name] === 'string')
      const found = textColumn(names, textField) ?? likelyText(names)
      if (found !== undefined && path === '') return textRemedy('field', found)
      if (found !== undefined) offer(inner, found, (value[found] as string).length)
      const { tokens } = value
      if (path !== '' && Array.isArray(tokens) && typeof tokens[0] === 'string')
        offer(inner, 'tokens', tokens.join(' ').length)
    }
    level = level.flatMap(inside).slice(0, mostLooked)
  }
  if (isFrame(record) || areColumns(record)) return frameRemedy
  if (!best) return textRemedy('field', undefined)
  const { inner, field } = best
  const isNamed = field === textField || field === 'tokens'
  const place = `${inner.at}${step(field)}`
  return `The records lie deeper (${place}): take them out with jq -c '${inner.path}'${isNamed ? '' : `, then ${option(field)}`}`
}
