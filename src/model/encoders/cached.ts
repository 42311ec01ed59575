/** An encoder's vectors out of a file that `hmtl embed` wrote, instead of the encoder. */
import { HmtlError } from '../../io/errors.ts'
import { openVectors } from '../../io/vectors/file.ts'
import { sentenceKey } from '../../io/vectors/stream.ts'
import type { ContextualEncoder } from './contextual.ts'

/**
 * What an encoder made of a corpus, by sentence. @throws HmtlError `HMTL_INPUT_NOT_FOUND`, `HMTL_FORMAT_SCHEMA`;
 * `HMTL_TRAIN_DATA` for a sentence that it does not have
 */
export const openCache = async (path: string): Promise<ContextualEncoder> => {
  const file = await openVectors(path)
  const layers = Number(file.metadata.get('layers'))
  if (!(Number.isInteger(layers) && layers > 0 && file.size % layers === 0)) {
    file.close()
    throw new HmtlError('HMTL_FORMAT_SCHEMA', `${path} does not say how many layers it holds`, {
      remedy: 'Make it with hmtl embed --encoder or --elmo',
    })
  }
  return {
    layers,
    size: file.size / layers,
    encode(sentences) {
      const total = sentences.reduce((sum, sentence) => sum + sentence.length, 0)
      const out = new Float32Array(total * file.size)
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
        out.set(values, token * file.size)
        token += sentence.length
      }
      return out
    },
    dispose: () => file.close(),
  }
}
