/** What training does to the words it is shown, so that a model knows more of them than the corpora have. */
import type { BatchOptions } from '../model/batch.ts'
import type { ModelConfig } from '../model/config/keys.ts'
import type { Random } from '../model/random.ts'
import { unknownWord } from '../model/vocabulary.ts'

const capitalized = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase()

/**
 * Some sentences are shown in another case, as people write tweets and headlines; words stay one for one, and so does
 * what is learned of them.
 */
const caseNoise = ({ lower, upper, title }: ModelConfig['embeddings']['caseNoise'], random: Random) => {
  if (lower + upper + title === 0) return undefined
  return (sentence: readonly string[]): readonly string[] => {
    const x = random.next()
    if (x < lower) return sentence.map((word) => word.toLowerCase())
    if (x < lower + upper) return sentence.map((word) => word.toUpperCase())
    if (x < lower + upper + title) return sentence.map(capitalized)
    return sentence
  }
}

/** Noise of one batch; words that are left out teach the vector of unknown ones. */
export const batchNoise = (
  { words: { wordDropout }, caseNoise: shares }: ModelConfig['embeddings'],
  random: Random,
): Pick<BatchOptions, 'replaceWord' | 'disguise'> => ({
  replaceWord: wordDropout > 0 ? (id) => (random.next() < wordDropout ? unknownWord : id) : undefined,
  disguise: caseNoise(shares, random),
})
