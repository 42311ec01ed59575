/** Annotation that stays a field of the user, since nothing says how it is meant: it is told. */
import type { FormatContext } from '../format.ts'
import { idText } from './exact-json.ts'
import { isObject } from './span-records.ts'
import { areAnnotations, areSpans, isSpanList, spanLists } from './span-lists.ts'
import { type TagFields, typesAlone, unnamedTags } from './tagged-record.ts'

/** A span as `[0, 3, "PER"]`. */
const isTriple = (item: unknown): boolean =>
  Array.isArray(item) &&
  item.length === 3 &&
  Number.isInteger(item[0]) &&
  Number.isInteger(item[1]) &&
  typeof item[2] === 'string'

/**
 * Counts tags and spans that a record has and that are not read.
 * @param remedy what reads lists of spans of a text
 */
export const countUnread = (
  record: unknown,
  fallbackId: string,
  fields: TagFields,
  remedy: string,
  { report, options: { textField = 'text' } }: FormatContext,
): void => {
  if (!isObject(record) || (record.hmtl ?? undefined) !== undefined) return
  const id = idText(record.id) ?? fallbackId
  for (const name of unnamedTags(record))
    report.add('unnamed-tag', id, `${name} are numbers`, (record[name] as unknown[]).length)
  for (const name of typesAlone(record, fields))
    report.add(
      'unread-tags',
      id,
      `${name}; called ner_tags they are read`,
      (record[name] as unknown[]).filter((tag) => tag !== 'O').length,
    )
  // Spans beside words alone count them, one way or another.
  const isRead = typeof record[textField] === 'string'
  for (const name of Object.keys(record)) {
    const value = record[name]
    if (!Array.isArray(value) || value.length === 0 || typeof value[0] !== 'object') continue
    const said = sayRead(name, value, remedy)
    if (said !== undefined) report.add('unread-spans', id, isRead ? said : name, value.length)
  }
}

/** What is said of a list of spans; undefined of any other list. */
const sayRead = (name: string, value: readonly unknown[], remedy: string): string | undefined => {
  const isNamed = spanLists.includes(name)
  if (areSpans(value)) return isNamed ? `${name}; ${remedy}` : `${name}; called entities, ${remedy}`
  // Such as say their places deeper, or in part, are read under no name.
  return areAnnotations(value) || (isNamed && (isSpanList(value) || value.every(isTriple))) ? name : undefined
}
