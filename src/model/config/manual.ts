/** `docs/configuration.md`, made from what the keys say of themselves. */
import { headKinds, headOf } from '../heads/index.ts'
import { contextualKinds, modelKeys, taskKeys } from './keys.ts'
import type { Key, Keys } from './schema.ts'

const shown = (value: unknown): string => {
  if (value === undefined) return ''
  return value === '' ? 'none' : `\`${JSON.stringify(value)}\``
}

interface Row {
  readonly name: string
  readonly key: Key<unknown>
}

/** Keys in order; those of an object under its name. */
const rowsOf = (keys: Keys, above = ''): Row[] =>
  Object.entries(keys).flatMap(([name, key]) => {
    const inner = key.keys ? rowsOf(key.keys, `${above}${name}${Array.isArray(key.default) ? '[].' : '.'}`) : []
    return inner.length > 0 && !Array.isArray(key.default) && !key.may.includes('null')
      ? inner
      : [{ name: `${above}${name}`, key }, ...inner]
  })

/** A default that differs from the common one is named with its kind. */
const defaultOf = (
  name: string,
  key: Key<unknown>,
  others: readonly (readonly [kind: string, rows: readonly Row[]])[],
): string => {
  if (key.required) return 'must be given'
  const usual = key.keys && !Array.isArray(key.default) && key.default !== null ? '' : shown(key.default)
  const different = others.flatMap(([kind, rows]) => {
    const own = shown(rows.find((row) => row.name === name)?.key.default)
    return own === usual || own === '' ? [] : [`${kind} ${own}`]
  })
  return [usual, ...different].filter((part) => part !== '').join('; ')
}

const table = (rows: readonly Row[], others: readonly (readonly [string, readonly Row[]])[] = []): string[] => [
  '| key | default | what it may be | |',
  '|---|---|---|---|',
  ...rows.map(
    ({ name, key }) =>
      `| \`${name}\`${key.past ? ' \\*' : ''} | ${defaultOf(name, key, others)} | ${key.may.replaceAll('|', '\\|')} | ${key.sentence} |`,
  ),
]

const introduction = `# Configurations

A training is one JSON file: embeddings, tasks from the lowest up, and how to train. \`"extends": "other.json"\` lays a
file over another (tasks over those of the same name; a list of data sets stands for the one before, but what of it has
\`"extends": true\` is laid over that of the same \`train\`); \`--set a.b=value\` lays a value over both, and finds a
task by its name or place (\`--set tasks.ner.batch=8\`), a data set by its place. An unknown key, a wrong type or a
value that cannot be is an error that names the nearest right one. Paths are relative to the working directory.

This page is made from the keys' own declarations: \`npm run docs\`.

\\* a step past the paper; the defaults are the paper's.`

/** The page, in Markdown. */
export const configurationManual = (): string => {
  const { embeddings, training, ...rest } = modelKeys
  const kinds = headKinds()
  const common = rowsOf(taskKeys(kinds, {}, {}))
  const others = kinds.map((kind) => [kind, rowsOf(taskKeys(kinds, headOf(kind).defaults, {}))] as const)
  const own = kinds.flatMap((kind) => {
    const { keys, datasetKeys } = headOf(kind)
    return ['', `### kind \`${kind}\``, '', ...table([...rowsOf(keys), ...rowsOf(datasetKeys, 'datasets[].')])]
  })
  return [
    introduction,
    '',
    ...table(rowsOf(rest)),
    '',
    '## `embeddings`',
    '',
    ...table(rowsOf(embeddings.keys ?? {})),
    '',
    '`contextual` is one of:',
    '',
    ...Object.entries(contextualKinds).flatMap(([kind, keys]) => [`kind \`${kind}\``, '', ...table(rowsOf(keys)), '']),
    '',
    '## `tasks`: a list',
    '',
    'Every task, whatever its kind:',
    '',
    ...table(common, others),
    ...own,
    '',
    '## `training`',
    '',
    ...table(rowsOf(training.keys ?? {})),
    '',
  ].join('\n')
}
