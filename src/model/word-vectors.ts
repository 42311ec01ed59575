/** Word vectors from a file in text form: GloVe's, and word2vec's. */
import { HmtlError } from '../io/errors.ts'
import { sourcesOf } from '../io/source.ts'
import { lineBatches } from '../io/syntax/lines.ts'
import type { Random } from './random.ts'

export interface WordVectors {
  readonly words: readonly string[]
  /** [words, size], row 0 the unknown word. */
  readonly table: Float32Array
}

/** Numbers in each line of a vector file. @throws HmtlError `HMTL_INPUT_SYNTAX` for a file without one */
export const vectorSize = async (file: string): Promise<number> => {
  for await (const source of sourcesOf(file))
    for await (const batch of lineBatches(source))
      for (const { text } of batch) {
        const fields = text.trimEnd().split(' ').length - 1
        if (fields > 1) return fields
      }
  throw new HmtlError('HMTL_INPUT_SYNTAX', 'no vector in it', {
    source: file,
    remedy: 'Name word vectors in text form, plain or gzip',
  })
}

/**
 * Words of the training data and of a vector file, with their vectors. Words of
 * the data that the file lacks, if seen often enough, and the unknown word are
 * drawn from a normal of the file's mean and deviation.
 * @param counts how often each normal form occurs in the training data
 * @param least how often at least; a word that is seen once is better learned as an unknown one, where there are vectors
 * @throws HmtlError `HMTL_INPUT_SYNTAX` for vectors of another size
 */
export const loadWordVectors = async (
  file: string,
  size: number,
  maxWords: number,
  counts: ReadonlyMap<string, number>,
  random: Random,
  least = file === '' ? 1 : 2,
): Promise<WordVectors> => {
  const words: string[] = ['\u0000unknown']
  const rows: Float32Array[] = [new Float32Array(size)]
  const taken = new Set<string>()
  let [sum, squares, cells, extra] = [0, 0, 0, 0]
  if (file !== '') {
    for await (const source of sourcesOf(file))
      for await (const batch of lineBatches(source)) {
        for (const { text, number, error } of batch) {
          if (error) throw error
          const at = text.indexOf(' ')
          const word = text.slice(0, at)
          const inData = counts.has(word)
          if (at < 1 || taken.has(word) || (!inData && extra >= maxWords)) continue
          const fields = text
            .slice(at + 1)
            .trimEnd()
            .split(' ')
          // word2vec's text form begins with a line of sizes.
          if (number === 1 && fields.length === 1) continue
          if (fields.length !== size)
            throw new HmtlError('HMTL_INPUT_SYNTAX', `${fields.length} numbers where vectors of ${size} were due`, {
              source: file,
              line: number,
              remedy: 'Set embeddings.words.size to the size of the file',
            })
          const row = Float32Array.from(fields, Number)
          for (const x of row) {
            sum += x
            squares += x * x
          }
          cells += size
          if (!inData) extra++
          taken.add(word)
          words.push(word)
          rows.push(row)
        }
      }
  }
  const mean = cells > 0 ? sum / cells : 0
  const deviation = cells > 0 ? Math.sqrt(squares / cells - mean * mean) : 0.1
  const draw = () => Float32Array.from({ length: size }, () => mean + deviation * random.normal())
  rows[0] = draw()
  for (const [word, count] of counts) {
    if (taken.has(word) || count < least) continue
    words.push(word)
    rows.push(draw())
  }
  const table = new Float32Array(rows.length * size)
  rows.forEach((row, i) => {
    table.set(row, i * size)
  })
  return { words, table }
}
