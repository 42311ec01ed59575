/** Records to outcomes, in their order: documents go through the pool, the rest past it. */
import type { Document } from '../../io/document/document.ts'
import { HmtlError } from '../../io/errors.ts'
import { plainError } from '../../io/plain-error.ts'
import { chain } from '../chain.ts'
import { group } from '../group.ts'
import { inWorkers } from '../pool/in-workers.ts'
import type { Outcome } from '../pool/messages.ts'
import type { Pool } from '../pool/pool.ts'
import type { Item } from './chunk.ts'
import type { KafkaRecord } from './port.ts'
import { documentOfRecord, type LetterForm, type RecordOptions, type Refusal } from './record.ts'

/** A record that brokers have refused for what it is, and what its dead letter may keep. */
export interface Blame {
  readonly error: Refusal
  readonly letter: LetterForm
}

/**
 * A pool in which what is thrown over some documents is found out to be one's, and
 * its outcome. Its own errors are no document's: they are thrown on.
 */
const perDocument = (pool: Pool): Pool => {
  const run = async (documents: readonly Document[]): Promise<readonly Outcome[]> => {
    try {
      return await pool.run(documents)
    } catch (error) {
      if (error instanceof HmtlError) throw error
      if (documents.length === 1) return [{ error: plainError(error, { document: documents[0].id }) }]
      const outcomes: Outcome[] = []
      for (const document of documents) outcomes.push(...(await run([document])))
      return outcomes
    }
  }
  return {
    get capacity() {
      return pool.capacity
    },
    run,
    close: () => pool.close(),
  }
}

/** What a value is, or why it is nothing. */
type Reading = { readonly document: Document | undefined } | { readonly error: Refusal; readonly letter?: LetterForm }

/**
 * @param blamed the refusal of a record that is not to be tried again
 * @throws HmtlError what is no single record's fault: `HMTL_WORKER_FAILED`, `HMTL_KAFKA_UNREACHABLE` of a registry
 */
export async function* outcomesOf(
  records: readonly KafkaRecord[],
  pool: Pool,
  options: RecordOptions,
  blamed: (record: KafkaRecord) => Blame | undefined,
  signal: AbortSignal,
): AsyncGenerator<Item> {
  const decode = await options.decoder?.decoderFor(records.map(({ value }) => value))
  const readings = records.map((record): Reading => {
    const blame = blamed(record)
    if (blame) return blame
    try {
      return { document: documentOfRecord(record, options, decode) }
    } catch (error) {
      return { error: plainError(error) }
    }
  })
  async function* documents() {
    for (const reading of readings) {
      if (signal.aborted) return
      if ('document' in reading && reading.document) yield reading.document
    }
  }
  const stream = chain(documents(), group({ wait: 0 }), inWorkers(perDocument(pool)))
  try {
    for (const [i, reading] of readings.entries()) {
      const record = records[i]
      if ('error' in reading)
        yield { record, document: undefined, outcome: { error: reading.error }, letter: reading.letter }
      else if (!reading.document) yield { record, document: undefined, outcome: undefined }
      else {
        const next = await stream.next()
        if (next.done) return
        yield { record, document: reading.document, outcome: next.value.outcome }
      }
    }
  } finally {
    await stream.return(undefined)
  }
}
