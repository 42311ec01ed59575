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

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** How deep records are looked for, and how many values at each depth. */
const [mostDepth, mostLooked] = [5, 100]

/** Whether an object is a data frame: its columns, each with values by index, or its names and rows. */
const isFrame = (record: Readonly<Record<string, unknown>>): boolean => {
  const values = Object.values(record)
  return (
    (values.length > 0 && values.every((value) => isObject(value) && '0' in value)) ||
    (Array.isArray(record.columns) && Array.isArray(record.data))
  )
}

/** What to do about a data frame that is written as one object. */
export const frameRemedy = 'Of a data frame write the records: to_json(orient="records", lines=True)'

/** What to do about a record without a text: answers of servers hold the records deeper, and exports wrap them. */
export const recordRemedy = (record: Readonly<Record<string, unknown>>, textField: string): string => {
  let level: readonly { readonly path: string; readonly value: unknown }[] = [{ path: '', value: record }]
  for (let depth = 0; depth < mostDepth && level.length > 0; depth++) {
    for (const { path, value } of level) {
      if (!isObject(value)) continue
      const names = Object.keys(value).filter((name) => typeof value[name] === 'string')
      const found = textColumn(names, textField) ?? likelyText(names)
      if (found === undefined) continue
      if (path === '') return textRemedy('field', found)
      return `The records lie deeper: take them out with jq -c '${path}'${found === textField ? '' : `, then ${option(found)}`}`
    }
    level = level
      .flatMap(({ path, value }) =>
        Array.isArray(value)
          ? [{ path: `${path}[]`, value: value[0] as unknown }]
          : isObject(value)
            ? Object.keys(value).map((name) => ({
                path: /^[A-Za-z_]\w*$/.test(name) ? `${path}.${name}` : `${path || '.'}[${JSON.stringify(name)}]`,
                value: value[name],
              }))
            : [],
      )
      .slice(0, mostLooked)
  }
  return isFrame(record) ? frameRemedy : textRemedy('field', undefined)
}
