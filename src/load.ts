/** The library's front door: a model in worker threads, texts in, who and what they talk about out. */
import { Duplex } from 'node:stream'
import { type AnnotateAllOptions, type AnnotateInput, type Annotator, annotatorOver } from './annotator.ts'
import { type LoadOptions, openPool } from './open-pool.ts'

/** An annotator that is a stage of Node's streams too. */
export interface StreamAnnotator extends Annotator {
  /**
   * `annotateAll` as a Node stream in object mode, which is also a stage of a stream-chain.
   *
   * @example
   * await pipeline(Readable.from(texts), hmtl.stream(), async (results) => { for await (const { entities } of results)
   * … })
   */
  stream(options?: AnnotateAllOptions): Duplex
}

/**
 * Loads a model.
 * @param model `en`, the name of an installed model, or a folder that `hmtl train` wrote
 *
 * @example
 * await using hmtl = await load('en')
 * const { entities, relations } = await hmtl.annotate('Ada Lovelace lived in London.')
 *
 * @throws HmtlError `HMTL_USAGE`, `HMTL_MODEL_*`, `HMTL_ENGINE_*`
 */
export const load = async (model = 'en', options: LoadOptions = {}): Promise<StreamAnnotator> => {
  const annotator = annotatorOver(await openPool(model, options))
  return {
    ...annotator,
    stream: (given) => Duplex.from((source: AsyncIterable<AnnotateInput>) => annotator.annotateAll(source, given)),
  }
}
