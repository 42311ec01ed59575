/** CoNLL-U Plus: `# global.columns` names the columns, which may be others than the ten, more or fewer. */
import { HmtlError } from '../errors.ts'
import { tabFieldsOf } from './line-fields.ts'

const usual = ['ID', 'FORM', 'LEMMA', 'UPOS', 'XPOS', 'FEATS', 'HEAD', 'DEPREL', 'DEPS', 'MISC']

export interface PlusColumns {
  readonly names: readonly string[]
  /** Where each of the ten is; -1 where it is not. */
  readonly at: readonly number[]
}

const naming = /^#\s*global\.columns\s*=(.*)$/

/** Whether a comment names the columns of what follows. */
export const namesColumns = (comment: string): boolean => naming.test(comment)

/** The columns that a comment names where they are others than the ten. */
export const plusColumns = (comment: string): PlusColumns | undefined => {
  const said = naming.exec(comment)?.[1]
  if (said === undefined) return undefined
  const names = said.trim().split(/\s+/)
  const isPlus = names.includes('ID') && names.includes('FORM') && names.join() !== usual.join()
  return isPlus ? { names, at: usual.map((name) => names.indexOf(name)) } : undefined
}

const isEmpty = (cell: string): boolean => cell === '_' || cell === '*' || cell === ''

/**
 * A row with the ten columns.
 * @param unread told of each other column that says something
 * @throws HmtlError `HMTL_INPUT_SYNTAX`
 */
export const usualRow = (line: string, { names, at }: PlusColumns, unread: (name: string) => void): string => {
  const fields = tabFieldsOf(line)
  while (fields.length > names.length && fields[fields.length - 1].trim() === '') fields.pop()
  if (fields.length !== names.length)
    throw new HmtlError('HMTL_INPUT_SYNTAX', `${fields.length} columns where the file names ${names.length}`)
  for (const [c, name] of names.entries()) if (!at.includes(c) && !isEmpty(fields[c].trim())) unread(name)
  return at.map((c) => (c === -1 ? '_' : fields[c])).join('\t')
}

/** Whether the first row below such a comment has as many columns as it names. */
export const isPlusHead = (head: string): boolean => {
  const lines = head.split(/\r?\n/)
  const columns = lines.flatMap((line) => (line.startsWith('#') ? (plusColumns(line) ?? []) : []))[0]
  const row = lines.find((line) => line.trim() !== '' && !line.startsWith('#'))
  return columns !== undefined && row !== undefined && tabFieldsOf(row).length >= columns.names.length
}
