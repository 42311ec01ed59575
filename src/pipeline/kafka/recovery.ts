/**
 * What is to be done about a chunk that could not be written.
 *
 * Brokers that are away are waited for. What no further try can mend ends the run.
 * Where brokers take none of a chunk's records because of one, the chunk is written
 * again record by record; the one to blame becomes a dead letter, of less and less
 * of it while that too is refused. Anything else is tried again, so many times.
 */
import { type ErrorCode, HmtlError } from '../../io/errors.ts'
import type { Blame } from './outcomes.ts'
import type { KafkaRecord } from './port.ts'
import type { LetterForm } from './record.ts'

/** Failures in a row at an offset, after which it is not tried again. */
const mostFailures = 8

/** Milliseconds before what failed is tried again, and again. */
const waitOf = (tries: number): number => Math.min(1000, 10 * 2 ** tries)

const codesOf = (...codes: ErrorCode[]): ReadonlySet<string> => new Set(codes)
const fatal = codesOf(
  'HMTL_KAFKA_AUTH',
  'HMTL_KAFKA_MESSAGE',
  'HMTL_KAFKA_TOPIC',
  'HMTL_WORKER_FAILED',
  'HMTL_INTERNAL',
)
const ofOneRecord = codesOf('HMTL_KAFKA_TOO_LARGE', 'HMTL_KAFKA_REFUSED')
const letters: readonly LetterForm[] = ['whole', 'without its timestamp', 'bare']

const codeOf = (error: unknown): string => (error instanceof HmtlError ? error.code : '')

/** Whether trying again cannot help. */
export const isFatal = (error: unknown): boolean => fatal.has(codeOf(error))

/** First and last offset of the records that were being written. */
export interface Attempt {
  readonly first: bigint
  readonly last: bigint
}

export interface Recovery {
  /** Whether a record is to be written by itself. */
  alone(record: KafkaRecord): boolean
  /** Why a record is not to be annotated again. */
  blamed(record: KafkaRecord): Blame | undefined
  /** Takes note of a failure. @returns after how many milliseconds to try again; undefined where that cannot help */
  failed(partition: number, attempt: Attempt, error: unknown): number | undefined
  /** All before this offset is written. */
  written(partition: number, next: bigint): void
}

interface Trouble {
  readonly at: bigint
  /** Tries since the last success, and those among them that brokers which answer made fail. */
  readonly tries: number
  readonly failures: number
  /** Records up to this one are written by themselves. */
  readonly until: bigint
  readonly blame?: Blame | undefined
}

const none: Trouble = { at: -1n, tries: 0, failures: 0, until: -1n }

export const createRecovery = (): Recovery => {
  const troubles = new Map<number, Trouble>()
  const of = (partition: number): Trouble => troubles.get(partition) ?? none

  /** Brokers took none of some records because of one. */
  const refused = (partition: number, { first, last }: Attempt, error: HmtlError): number | undefined => {
    const before = of(partition)
    const until = before.until > last ? before.until : last
    const blame = before.at === first ? before.blame : undefined
    if (first < last) {
      troubles.set(partition, { ...none, at: first, until })
      return 0
    }
    const letter = letters[blame ? letters.indexOf(blame.letter) + 1 : 0]
    if (letter === undefined) return undefined
    const { code, message } = error
    troubles.set(partition, { ...none, at: first, until, blame: { error: blame?.error ?? { code, message }, letter } })
    return 0
  }

  return {
    alone: ({ partition, offset }) => offset <= of(partition).until,
    blamed({ partition, offset }) {
      const { at, blame } = of(partition)
      return at === offset ? blame : undefined
    },
    failed(partition, attempt, error) {
      if (isFatal(error)) return undefined
      if (error instanceof HmtlError && ofOneRecord.has(error.code)) return refused(partition, attempt, error)
      const before = of(partition)
      const known = before.at === attempt.first ? before : { ...none, until: before.until }
      const failures = known.failures + (codeOf(error) === 'HMTL_KAFKA_UNREACHABLE' ? 0 : 1)
      if (failures > mostFailures) return undefined
      troubles.set(partition, { ...known, at: attempt.first, tries: known.tries + 1, failures })
      return waitOf(known.tries)
    },
    written(partition, next) {
      const { at, until } = of(partition)
      if (until < next) troubles.delete(partition)
      else if (at < next) troubles.set(partition, { ...none, until })
    },
  }
}
