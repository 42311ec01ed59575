/**
 * `hmtl` in a browser: a model in web workers, texts in, who and what they talk about out. Nothing is asked of anybody
 * but the model's files of the address that the page names.
 */
import { type Annotator, annotatorOver } from '../annotator.ts'
import { HmtlError } from '../io/errors.ts'
import { startPool } from '../pipeline/pool/pool.ts'
import type { ThreadOptions } from '../pipeline/pool/thread.ts'
import { checkOptionNames, checkWorkers, type WishOptions, wishNames, wishOf } from '../wish.ts'
import { type FetchOptions, fetchModel, fetchNames } from './model-bytes.ts'
import { browser } from './platform.ts'
import { openWebWorker } from './web-worker.ts'

export type {
  AnnotateAllOptions,
  AnnotateInput,
  AnnotateOptions,
  AnnotateSource,
  Annotator,
} from '../annotator.ts'
export { createDocument, type Document } from '../io/document/document.ts'
export { toAnnotations } from '../io/document/json.ts'
export { drawFragment, drawingKinds } from '../io/draw/fragment.ts'
export { drawingScript } from '../io/draw/script.ts'
export { drawingStyle } from '../io/draw/style.ts'
export { type ErrorCode, type ErrorPlace, HmtlError } from '../io/errors.ts'
export type { FoundMention, FoundRelation, FoundSpan, FoundText, Result } from '../result.ts'

export interface LoadOptions extends FetchOptions, WishOptions {
  /** Workers, each with the model in its memory. @default 1 */
  readonly workers?: number | undefined
  /**
   * Address of `hmtl/worker.js`, for pages whose rules forbid workers from memory. @default the page's own copy, in
   * memory
   */
  readonly workerUrl?: string | URL | undefined
}

/** Where the files of a model lie, with a slash at its end: a name is a folder `models/NAME` beside the page. */
const placeOf = (model: string | URL): string => {
  const base = browser.document?.baseURI ?? browser.location?.href
  const path = typeof model === 'string' && /^[\w-]+$/.test(model) ? `models/${model}` : String(model)
  try {
    return new URL(path.endsWith('/') ? path : `${path}/`, base).href
  } catch (cause) {
    throw new HmtlError('HMTL_USAGE', `"${path}" is no address of a model`, { cause })
  }
}

/**
 * Loads a model.
 * @param model the address of its folder, or a name for `models/NAME/` beside the page
 *
 * @example
 * import { load } from 'hmtl'
 * const hmtl = await load('/models/en/')
 * const { entities } = await hmtl.annotate('Ada Lovelace lived in London.')
 *
 * @throws HmtlError `HMTL_USAGE`, `HMTL_MODEL_*`, `HMTL_ENGINE_*`, `HMTL_ABORTED`
 */
export const load = async (model: string | URL = 'en', options: LoadOptions = {}): Promise<Annotator> => {
  checkOptionNames(options, ['workers', 'workerUrl', ...fetchNames, ...wishNames])
  const { workers = 1, workerUrl } = options
  checkWorkers(workers)
  const wish = wishOf(options)
  const place = placeOf(model)
  const url = workerUrl === undefined ? undefined : String(workerUrl)
  const bytes = fetchModel(place, options)
  const opened: { close(): Promise<void> }[] = []
  // The first worker gets its engine ready while the model is on its way.
  const open = (of: ThreadOptions) => {
    const worker = openWebWorker(
      bytes.then((fetched) => ({ bytes: fetched, place, wish })),
      of,
      url,
    )
    opened.push(worker)
    return worker
  }
  try {
    const [pool] = await Promise.all([startPool(open, wish, workers), bytes])
    return annotatorOver(pool)
  } catch (error) {
    await Promise.all(opened.map((worker) => worker.close()))
    throw error
  }
}
