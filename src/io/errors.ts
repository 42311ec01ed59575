/**
 * Every failure a user can meet is one class with a code from a closed list,
 * so that programs can switch on it and people can look it up.
 */

/** The closed list of error codes: `HMTL_<AREA>_<WHAT>`. */
export type ErrorCode =
  | 'HMTL_INPUT_NOT_FOUND'
  | 'HMTL_INPUT_ENCODING'
  | 'HMTL_INPUT_TOO_LARGE'
  | 'HMTL_INPUT_TRUNCATED'
  | 'HMTL_INPUT_SYNTAX'
  | 'HMTL_INPUT_JSON'
  | 'HMTL_INPUT_FIELD'
  | 'HMTL_DOCUMENT_OFFSET'
  | 'HMTL_DOCUMENT_ORDER'
  | 'HMTL_DOCUMENT_CLUSTER'
  | 'HMTL_DOCUMENT_TYPE'
  | 'HMTL_FORMAT_UNKNOWN'
  | 'HMTL_FORMAT_UNSUPPORTED'
  | 'HMTL_FORMAT_SCHEMA'
  | 'HMTL_DATASET_UNKNOWN'
  | 'HMTL_DATASET_SPLIT'
  | 'HMTL_DATASET_CHECKSUM'
  | 'HMTL_SCORE_GOLD'
  | 'HMTL_SCORE_MISMATCH'
  | 'HMTL_OUTPUT_FAILED'
  | 'HMTL_CONFIG_KEY'
  | 'HMTL_CONFIG_TYPE'
  | 'HMTL_CONFIG_VALUE'
  | 'HMTL_ENGINE_UNAVAILABLE'
  | 'HMTL_ENGINE_OUT_OF_MEMORY'
  | 'HMTL_ENGINE_KERNEL'
  | 'HMTL_SETUP_FAILED'
  | 'HMTL_MODEL_NOT_FOUND'
  | 'HMTL_MODEL_CORRUPT'
  | 'HMTL_MODEL_MISMATCH'
  | 'HMTL_TRAIN_DATA'
  | 'HMTL_TRAIN_DIVERGED'
  | 'HMTL_TRAIN_FOLDER'
  | 'HMTL_TRAIN_STATE'
  | 'HMTL_WORKER_FAILED'
  | 'HMTL_KAFKA_UNREACHABLE'
  | 'HMTL_KAFKA_TOPIC'
  | 'HMTL_KAFKA_AUTH'
  | 'HMTL_KAFKA_MESSAGE'
  | 'HMTL_KAFKA_TOO_LARGE'
  | 'HMTL_KAFKA_REFUSED'
  | 'HMTL_KAFKA_FAILED'
  | 'HMTL_SERVE_BUSY'
  | 'HMTL_SERVE_DEADLINE'
  | 'HMTL_SERVE_IDLE'
  | 'HMTL_USAGE'
  | 'HMTL_ABORTED'
  | 'HMTL_INTERNAL'

/** Where in the input an error was met. */
export interface ErrorPlace {
  /** Path or name of the source. */
  readonly source?: string | undefined
  /** Document id, where one was read before the error. */
  readonly document?: string | undefined
  /** Line number, from 1. */
  readonly line?: number | undefined
  /** Byte offset of the line in its source, or of the fault. */
  readonly offset?: number | undefined
}

export interface ErrorDetails extends ErrorPlace {
  /** What the user can do about it; ends the message. */
  readonly remedy?: string | undefined
  readonly cause?: unknown
}

/** The one error class of the package. `code` is stable, the message is for people. */
export class HmtlError extends Error {
  /** `AbortError` where a signal stopped it, as everywhere on the platform. */
  override readonly name: 'HmtlError' | 'AbortError'
  readonly code: ErrorCode
  /** The message without place and remedy. */
  readonly summary: string
  readonly source: string | undefined
  readonly document: string | undefined
  readonly line: number | undefined
  readonly offset: number | undefined
  readonly remedy: string | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    // A message that begins with the name of the source need not end with it.
    const isNamed = details.source !== undefined && message.startsWith(`${details.source} `)
    const where = placeText(isNamed ? { ...details, source: undefined } : details)
    super(
      `${message}${where && ` (${where})`}${details.remedy ? `. ${details.remedy}` : ''}`,
      details.cause === undefined ? undefined : { cause: details.cause },
    )
    this.name = code === 'HMTL_ABORTED' ? 'AbortError' : 'HmtlError'
    this.code = code
    this.summary = message
    this.source = details.source
    this.document = details.document
    this.line = details.line
    this.offset = details.offset
    this.remedy = details.remedy
  }

  /** A plain object for dead-letter records and logs; holds no stack and no input text. */
  toJSON(): Record<string, unknown> {
    const { code, message, source, document, line, offset } = this
    return { code, message, source, document, line, offset }
  }
}

const placeText = ({ source, document, line, offset }: ErrorPlace): string =>
  [
    source,
    document !== undefined && document !== source ? `document ${document}` : undefined,
    line === undefined ? undefined : `line ${line}`,
    offset === undefined ? undefined : `byte ${offset}`,
  ]
    .filter((part) => part !== undefined)
    .join(', ')

/** The error as one of ours, with the place filled in where it had none. */
export const toHmtlError = (error: unknown, code: ErrorCode, place: ErrorPlace = {}): HmtlError => {
  if (!(error instanceof HmtlError)) {
    const message = error instanceof Error ? error.message : String(error)
    return new HmtlError(code, message, { ...place, cause: error })
  }
  const { source, document, line, offset } = place
  if ([source, document, line, offset].every((at) => at === undefined)) return error
  return new HmtlError(error.code, error.summary, {
    source: error.source ?? source,
    document: error.document ?? document,
    line: error.line ?? line,
    offset: error.offset ?? offset,
    remedy: error.remedy,
    cause: error.cause,
  })
}

/** What `make` gives; what it throws says that it is about this source, where it says no other. */
export const within = <T>(source: string, make: () => T): T => {
  try {
    return make()
  } catch (error) {
    throw toHmtlError(error, 'HMTL_INPUT_SYNTAX', { source })
  }
}
