/** An encoder's vectors out of a file that `hmtl embed` wrote, instead of the encoder. */
import { HmtlError } from '../../io/errors.ts'
import { openVectors } from '../../io/vectors/file.ts'
import { sentenceKey } from '../../io/vectors/stream.ts'
import type { ContextualEncoder } from './contextual.ts'

/**
 * What an encoder made of a corpus, by sentence.
 * @param wanted layers of it, from the first on; all of them by default
 * @throws HmtlError `HMTL_INPUT_NOT_FOUND`, `HMTL_FORMAT_SCHEMA`; `HMTL_CONFIG_VALUE` where it has fewer layers,
 * `HMTL_TRAIN_DATA` for a sentence that it does not have
 */
export const openCache = async (path: string, wanted?: number): Promise<ContextualEncoder> => {
  const file = await openVectors(path)
  const refuse = (error: HmtlError) => {
    file.close()
    return error
  }
  const all = Number(file.metadata.get('layers'))
  if (!(Number.isInteger(all) && all > 0 && file.size % all === 0))
    throw refuse(
      new HmtlError('HMTL_FORMAT_SCHEMA', `${path} does not say how many layers it holds`, {
        remedy: 'Make it with hmtl embed --encoder or --elmo',
      }),
    )
  const layers = wanted ?? all
  if (layers > all)
    throw refuse(
      new HmtlError('HMTL_CONFIG_VALUE', `${path} holds ${all} layers, not ${layers}`, {
        remedy: `Set embeddings.contextual.layers to ${all - 1} at most: the one before the first is there too`,
      }),
    )
  const size = file.size / all
  const width = layers * size
  return {
    layers,
    size,
    encode(sentences) {
      const total = sentences.reduce((sum, sentence) => sum + sentence.length, 0)
      const out = new Float32Array(total * width)
      let token = 0
      for (const sentence of sentences) {
        const values = file.read(sentenceKey(sentence))
        if (values?.length !== sentence.length * file.size)
          throw new HmtlError(
            'HMTL_TRAIN_DATA',
            `${path} has no vectors for the sentence "${sentence.slice(0, 12).join(' ')}…"`,
            {
              remedy:
                'Make it from all the data sets of the configuration: hmtl embed --encoder … TRAIN.arrow DEV.arrow -o CACHE.arrows',
            },
          )
        if (width === file.size) out.set(values, token * width)
        else
          for (let i = 0; i < sentence.length; i++)
            out.set(values.subarray(i * file.size, i * file.size + width), (token + i) * width)
        token += sentence.length
      }
      return out
    },
    dispose: () => file.close(),
  }
}
