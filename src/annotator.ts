/** Texts through a pool of workers: who and what they talk about. */
import { createDocument, type Document, isDocument, marked } from './io/document/document.ts'
import { fromJson } from './io/document/json.ts'
import { HmtlError, toHmtlError } from './io/errors.ts'
import { chain, none } from './pipeline/chain.ts'
import { deadLetter } from './pipeline/dead-letter.ts'
import { group } from './pipeline/group.ts'
import { inWorkers } from './pipeline/pool/in-workers.ts'
import type { Pool } from './pipeline/pool/pool.ts'
import { type Result, resultOf } from './result.ts'

/** A text, a JSON record with one, or a document. */
export type AnnotateInput =
  | string
  | Document
  | { readonly text: string; readonly id?: string | number; readonly [field: string]: unknown }

/** Many inputs, wherever they come from. */
export type AnnotateSource = Iterable<AnnotateInput> | AsyncIterable<AnnotateInput>

export interface AnnotateOptions {
  /** Stops it: what was not yet given out is lost, and the error is an `AbortError`. */
  readonly signal?: AbortSignal | undefined
}

export interface AnnotateAllOptions extends AnnotateOptions {
  /**
   * Told of each input that cannot be annotated, which is left out; without it the first such input ends all. It may
   * throw.
   */
  readonly onError?: ((error: HmtlError, input: AnnotateInput, index: number) => void) | undefined
}

export interface Annotator {
  /**
   * Annotates one text, record or document.
   *
   * @example
   * const { entities } = await hmtl.annotate('Ada Lovelace lived in London.')
   *
   * @throws HmtlError for what cannot be annotated; `HMTL_ABORTED`, whose name is `AbortError`
   */
  annotate(input: AnnotateInput, options?: AnnotateOptions): Promise<Result>
  /**
   * Annotates many in their order, a bounded number at a time, as fast as results are taken.
   *
   * @example
   * for await (const { id, relations } of hmtl.annotateAll(records, { onError: console.warn })) console.log(id,
   * relations)
   *
   * @throws HmtlError as `annotate`, where there is no `onError`; and whatever the source throws
   */
  annotateAll(source: AnnotateSource, options?: AnnotateAllOptions): AsyncGenerator<Result>
  /** Ends the workers; what is under way fails. Once is enough, more does no harm. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const kindOf = (value: unknown): string => {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

const toDocument = (input: unknown, index: number): Document => {
  if (typeof input === 'string') return createDocument({ id: String(index), text: input })
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw new HmtlError('HMTL_INPUT_FIELD', `input ${index} is ${kindOf(input)}, not a text, a record or a document`, {
      remedy: 'Give texts, or objects such as {text: "…"}; many at once go to annotateAll',
    })
  if (isDocument(input)) return input
  try {
    return fromJson(input, String(index))
  } catch (error) {
    throw error instanceof HmtlError ? asHere(error) : error
  }
}

/** What is said of options of the command, said of records: here a text is called "text". */
const asHere = (error: HmtlError): HmtlError => {
  const { code, summary, document, remedy, cause } = error
  if (!remedy?.includes('--text-field')) return error
  const [, name] = /--text-field '?([\w.-]+)/.exec(remedy) ?? []
  return new HmtlError(code, summary, {
    document,
    cause,
    remedy: `Give the text as "text"${name === undefined ? '' : `: { ...record, text: record.${name} }`}`,
  })
}

/**
 * What can be gone through. @throws HmtlError `HMTL_USAGE` for a bare text, which would be taken letter by letter, and
 * all else
 */
const checkSource = (source: unknown): void => {
  const given =
    typeof source === 'object' && source !== null && (Symbol.asyncIterator in source || Symbol.iterator in source)
  if (!given)
    throw new HmtlError('HMTL_USAGE', `annotateAll takes an iterable of inputs, not ${kindOf(source)}`, {
      remedy: 'One text, record or document goes to annotate',
    })
}

const checkOptions = ({ signal, onError }: AnnotateAllOptions): void => {
  if (signal !== undefined && typeof signal?.aborted !== 'boolean')
    throw new HmtlError('HMTL_USAGE', `signal is ${kindOf(signal)}, not an AbortSignal`)
  if (onError !== undefined && typeof onError !== 'function')
    throw new HmtlError('HMTL_USAGE', `onError is ${kindOf(onError)}, not a function`)
}

/** What is asked of a pool, which is closed with it. */
export const annotatorOver = (pool: Pool): Annotator => {
  let closed: Promise<void> | undefined
  const close = () => (closed ??= pool.close())

  async function* annotateAll(inputs: AnnotateSource, given: AnnotateAllOptions = {}): AsyncGenerator<Result> {
    checkSource(inputs)
    checkOptions(given)
    const { signal, onError } = given
    if (closed) throw new HmtlError('HMTL_USAGE', 'the model was closed', { remedy: 'Load it again' })
    let index = 0
    /** Inputs on their way, in their order. */
    const under: { readonly input: AnnotateInput; readonly index: number }[] = []
    const refuse = (error: HmtlError, input: AnnotateInput, at: number) => {
      if (!onError) throw error
      onError(error, input, at)
    }
    const read = (input: AnnotateInput) => {
      const at = index++
      try {
        const document = toDocument(input, at)
        under.push({ input, index: at })
        return document
      } catch (error) {
        refuse(toHmtlError(error, 'HMTL_INPUT_FIELD'), input, at)
        return none
      }
    }
    yield* chain(
      inputs,
      read,
      group(),
      inWorkers(pool, signal),
      deadLetter((error) => {
        const failed = under.shift()
        if (failed) refuse(error, failed.input, failed.index)
      }),
      ({ outcome }) => {
        if (!('document' in outcome)) return none
        under.shift()
        return resultOf(marked(outcome.document))
      },
    )
  }

  return {
    async annotate(input, { signal } = {}) {
      for await (const result of annotateAll([input], { signal })) return result
      throw new HmtlError('HMTL_INTERNAL', 'an input came to nothing')
    },
    annotateAll,
    close,
    [Symbol.asyncDispose]: close,
  }
}
