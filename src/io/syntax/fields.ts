/**
 * Fields of a JSON record that a format does not know are the user's, and go
 * along as metadata. Names that mean something in other formats of JSON are set
 * aside under the format's own key, so that they cannot be taken for a text or an id.
 */
import type { Document } from '../document/document.ts'
import { idText } from './exact-json.ts'
import type { FormatContext } from '../format.ts'

const reserved = new Set(['id', 'text', 'tokens', 'hmtl'])

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const withField = (fields: Record<string, unknown>, name: string, value: unknown): void => {
  // Assigning to __proto__ would set the prototype instead of a field.
  Object.defineProperty(fields, name, { value, enumerable: true, writable: true, configurable: true })
}

/**
 * Metadata of a record's unknown fields.
 * @param own what the format keeps for itself, under `key`
 */
export const metadataOfFields = (
  fields: Readonly<Record<string, unknown>>,
  key: string,
  own: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> => {
  const metadata: Record<string, unknown> = {}
  const aside: Record<string, unknown> = {}
  for (const name of Object.keys(fields))
    withField(reserved.has(name) || name === key ? aside : metadata, name, fields[name])
  const kept = { ...own, ...(Object.keys(aside).length > 0 ? { fields: aside } : {}) }
  if (Object.values(kept).some((value) => value !== undefined)) metadata[key] = kept
  return metadata
}

/**
 * The user's fields of a document for a record of the format `key`.
 * @param idField the format's name for the id, kept as it stood where it still says the same
 * @param known fields that the format gives a meaning; a user's field of such a name is counted and left out
 */
export const fieldsOf = (
  document: Document,
  key: string,
  idField: string,
  known: readonly string[],
  context: FormatContext,
): Record<string, unknown> => {
  const fields: Record<string, unknown> = {}
  const own = document.metadata[key]
  const put = (name: string, value: unknown) => {
    if (known.includes(name) || (name === idField && idText(value) !== document.id))
      context.report.add('field', document.id, name)
    else withField(fields, name, value)
  }
  for (const name of Object.keys(document.metadata)) if (name !== key) put(name, document.metadata[name])
  if (isPlain(own) && isPlain(own.fields)) for (const name of Object.keys(own.fields)) put(name, own.fields[name])
  return fields
}
