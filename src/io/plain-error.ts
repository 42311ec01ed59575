/** The one form in which a failure goes where its class cannot: between threads, into records and logs. */
import { type ErrorCode, type ErrorPlace, HmtlError, toHmtlError } from './errors.ts'

export interface PlainError extends ErrorPlace {
  readonly code: ErrorCode
  /** The whole message, with place and remedy. */
  readonly message: string
  /** The message without them. */
  readonly summary: string
  readonly remedy?: string | undefined
}

/** @param place filled in where the error has none */
export const plainError = (error: unknown, place: ErrorPlace = {}): PlainError => {
  const { code, message, summary, source, document, line, offset, remedy } = toHmtlError(error, 'HMTL_INTERNAL', place)
  return { code, message, summary, source, document, line, offset, remedy }
}

/** The same error again. */
export const errorOf = ({ code, summary, source, document, line, offset, remedy }: PlainError): HmtlError =>
  new HmtlError(code, summary, { source, document, line, offset, remedy })
