/** Avro values: of one schema from a file, or in Confluent's framing with schemas from a registry. */
import { HmtlError } from '../../io/errors.ts'
import { JsonNumber } from '../../io/syntax/exact-json.ts'
import { type AvroType, avroType } from './avsc-patches.ts'

/** A value as the object that JSON would have given. @throws HmtlError `HMTL_INPUT_SYNTAX` */
export type ValueDecoder = (value: Buffer) => unknown

/** Where schemas come from. */
export interface SchemaSource {
  /**
   * Fetches what these values need.
   * @returns what decodes them, and no others
   * @throws HmtlError `HMTL_KAFKA_UNREACHABLE`, `HMTL_KAFKA_AUTH` where a registry cannot be asked: no fault of a value
   */
  decoderFor(values: readonly (Buffer | null)[]): Promise<ValueDecoder>
}

const damaged = (message: string, cause?: unknown) =>
  new HmtlError('HMTL_INPUT_SYNTAX', message, {
    cause,
    remedy: 'The value must be Avro of the schema that it was written with',
  })

/** What Avro has and JSON has not: bytes become text, as they do in tables, and records of classes plain ones. */
const asJson = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (Array.isArray(value)) return value.map(asJson)
  if (typeof value !== 'object' || value === null || value instanceof JsonNumber) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, asJson(item)]))
}

const decoded = (type: AvroType, bytes: Buffer): unknown => {
  try {
    return asJson(type.fromBuffer(bytes))
  } catch (cause) {
    throw damaged(`not Avro of its schema: ${(cause as Error).message}`, cause)
  }
}

/**
 * @param schema the schema as JSON text
 * @throws HmtlError `HMTL_USAGE` where it is none
 */
export const avroOf = (schema: string, where = 'the schema'): SchemaSource => {
  let type: AvroType
  try {
    type = avroType(schema)
  } catch (cause) {
    throw new HmtlError('HMTL_USAGE', `${where} is no Avro schema: ${(cause as Error).message}`, { cause })
  }
  return { decoderFor: async () => (value) => decoded(type, value) }
}

/** Magic byte and the schema's number, before the value. */
const frame = 5
/** Registries number schemas from 1 with 31 bits; what is more was never one's. */
const mostId = 0x7fffffff

const idOf = (value: Buffer): number | undefined =>
  value.length >= frame && value[0] === 0 ? value.readUInt32BE(1) : undefined

/** Answers that say something of the question, not of the registry. */
const isNoSchema = (status: number): boolean =>
  status >= 400 && status < 500 && ![401, 403, 407, 408, 429].includes(status)

/**
 * @param url of a Confluent-compatible registry
 * @param auth `user:password`, where it wants one
 * @param mostSchemas how many are kept from one batch of values for the next
 */
export const avroFromRegistry = (url: string, auth?: string, mostSchemas = 1000): SchemaSource => {
  const known = new Map<number, AvroType | HmtlError>()
  const unreachable = (what: string, cause?: unknown) =>
    new HmtlError('HMTL_KAFKA_UNREACHABLE', `the schema registry ${url} ${what}`, {
      cause,
      remedy: 'Check --schema-registry',
    })

  const ask = async (id: number): Promise<AvroType | HmtlError> => {
    const address = `${url.replace(/\/$/, '')}/schemas/ids/${id}`
    const headers: Record<string, string> = auth
      ? { authorization: `Basic ${Buffer.from(auth).toString('base64')}` }
      : {}
    const response = await fetch(address, { signal: AbortSignal.timeout(10_000), headers }).catch((cause) => {
      throw unreachable('does not answer', cause)
    })
    const { status } = response
    if (status === 401 || status === 403)
      throw new HmtlError('HMTL_KAFKA_AUTH', `the schema registry ${url} refused the credentials`, {
        remedy: 'Set HMTL_REGISTRY_AUTH to user:password',
      })
    if (isNoSchema(status)) return damaged(`the registry has no schema ${id} (${status})`)
    if (!response.ok) throw unreachable(`answers ${status}`)
    const answer = (await response.json().catch((cause) => {
      throw unreachable('answers no JSON', cause)
    })) as { schema?: unknown; schemaType?: string } | null
    const { schema, schemaType = 'AVRO' } = answer ?? {}
    if (schemaType !== 'AVRO') return damaged(`schema ${id} is of type ${schemaType}`)
    try {
      return avroType(String(schema))
    } catch (cause) {
      return damaged(`schema ${id} of the registry is no Avro schema: ${(cause as Error).message}`, cause)
    }
  }

  return {
    async decoderFor(values) {
      const mine = new Map<number, AvroType | HmtlError>()
      for (const value of values) {
        const id = value ? idOf(value) : undefined
        if (id === undefined || id > mostId || mine.has(id)) continue
        const type = known.get(id) ?? (await ask(id))
        mine.set(id, type)
        if (known.size >= mostSchemas) known.clear()
        known.set(id, type)
      }
      return (value) => {
        const id = idOf(value)
        if (id === undefined) throw damaged('the value has no schema number before it')
        const type = mine.get(id) ?? damaged(`no registry has a schema ${id}`)
        if (type instanceof HmtlError) throw type
        return decoded(type, value.subarray(frame))
      }
    },
  }
}
