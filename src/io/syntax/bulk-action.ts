/** Lines of a bulk request (Elasticsearch, OpenSearch) that say what is to be done with the document below them. */
import { idText, stringifyExact } from './exact-json.ts'
import { isObject } from './span-records.ts'

const actions = new Set(['index', 'create', 'update', 'delete'])
/** What such a line says; a document has no fields of these names alone. */
const isParameter = (name: string): boolean =>
  name.startsWith('_') || /^(routing|version|version_type|pipeline|require_alias|if_seq_no|if_primary_term)$/.test(name)

export interface BulkAction {
  /** Of the document on the next line, where there is one. */
  readonly id: string | undefined
  readonly text: string
}

/** What a record says is to be done with the next one; undefined where it is a document itself. */
export const bulkAction = (record: unknown): BulkAction | undefined => {
  if (!isObject(record)) return undefined
  const [name, ...others] = Object.keys(record)
  if (others.length > 0 || !actions.has(name)) return undefined
  const parameters = record[name]
  if (!isObject(parameters) || !Object.keys(parameters).every(isParameter)) return undefined
  return { id: name === 'delete' ? undefined : idText(parameters._id), text: stringifyExact(record) }
}
