/** Avro values: of one schema from a file, or in Confluent's framing with schemas from a registry. */
import { createRequire } from 'node:module'
import { HmtlError } from '../../io/errors.ts'

interface AvroType {
  fromBuffer(bytes: Buffer): unknown
}

const require = createRequire(import.meta.url)

const typeOf = (schema: string, where: string): AvroType => {
  try {
    return (require('avsc') as { Type: { forSchema(schema: unknown): AvroType } }).Type.forSchema(JSON.parse(schema))
  } catch (cause) {
    throw new HmtlError('HMTL_USAGE', `${where} is no Avro schema: ${(cause as Error).message}`, { cause })
  }
}

/** Turns values into the objects that JSON would have given. */
export interface ValueDecoder {
  /** Fetches what is needed to decode these; a registry that does not answer rejects. */
  prepare(values: readonly (Buffer | null)[]): Promise<void>
  /** @throws HmtlError `HMTL_INPUT_SYNTAX` */
  decode(value: Buffer): unknown
}

const damaged = (message: string, cause?: unknown) =>
  new HmtlError('HMTL_INPUT_SYNTAX', message, { cause, remedy: 'The value must be Avro of the schema that it was written with' })

const decoded = (type: AvroType, bytes: Buffer): unknown => {
  try {
    // Through JSON, so that what Avro has and JSON has not (bytes, dates) becomes what it is there.
    return JSON.parse(JSON.stringify(type.fromBuffer(bytes)))
  } catch (cause) {
    throw damaged(`not Avro of its schema: ${(cause as Error).message}`, cause)
  }
}

/** @param schema the schema as JSON text */
export const avroOf = (schema: string, where = 'the schema'): ValueDecoder => {
  const type = typeOf(schema, where)
  return { prepare: async () => undefined, decode: (value) => decoded(type, value) }
}

/** Magic byte and the schema's number, before the value. */
const frame = 5
const mostSchemas = 1000

/**
 * @param url of a Confluent-compatible registry
 * @param auth `user:password`, where it wants one
 */
export const avroFromRegistry = (url: string, auth?: string): ValueDecoder => {
  const types = new Map<number, AvroType | HmtlError>()
  const idOf = (value: Buffer): number | undefined => (value.length >= frame && value[0] === 0 ? value.readUInt32BE(1) : undefined)
  const fetchType = async (id: number): Promise<AvroType | HmtlError> => {
    const address = `${url.replace(/\/$/, '')}/schemas/ids/${id}`
    let response: Response
    try {
      response = await fetch(address, { signal: AbortSignal.timeout(10_000), ...(auth ? { headers: { authorization: `Basic ${Buffer.from(auth).toString('base64')}` } } : {}) })
    } catch (cause) {
      throw new HmtlError('HMTL_KAFKA_UNREACHABLE', `the schema registry ${url} does not answer`, { cause, remedy: 'Check --schema-registry' })
    }
    if (response.status === 404) return damaged(`the registry has no schema ${id}`)
    if (response.status === 401 || response.status === 403)
      throw new HmtlError('HMTL_KAFKA_AUTH', `the schema registry ${url} refused the credentials`, { remedy: 'Set HMTL_REGISTRY_AUTH to user:password' })
    if (!response.ok) throw new HmtlError('HMTL_KAFKA_UNREACHABLE', `the schema registry ${url} answers ${response.status}`)
    const { schema, schemaType = 'AVRO' } = (await response.json()) as { schema: string; schemaType?: string }
    return schemaType === 'AVRO' ? typeOf(schema, `schema ${id} of the registry`) : damaged(`schema ${id} is of type ${schemaType}`)
  }
  return {
    async prepare(values) {
      for (const value of values) {
        const id = value ? idOf(value) : undefined
        if (id === undefined || types.has(id)) continue
        if (types.size >= mostSchemas) types.clear()
        types.set(id, await fetchType(id))
      }
    },
    decode(value) {
      const id = idOf(value)
      const type = id === undefined ? damaged('the value has no schema number before it') : types.get(id)
      if (type === undefined) throw new HmtlError('HMTL_INTERNAL', `schema ${id} was not prepared`)
      if (type instanceof HmtlError) throw type
      return decoded(type, value.subarray(frame))
    },
  }
}
