/** The years and marks of lives and reigns. */
import { letter, matchAt } from './match.ts'

/** What is before the dates of a life or reign in brackets, a rough year or how many live there: "(b. March 2009)", "Mary, d. 1831", "c. 1871". */
const dated = /(?:b|c|ca|d|fl|r|pop)\.(?=\s*[\p{N}\p{Lu}])/uy
/** Characters between a birth and a death, within one bracket. */
const mostLife = 60
const openLife = /\(b\.[^()]*$/u
const datedByYear = /(?:b|d|fl|m)\.(?=\s*(?:\p{N}{1,2}\s+\p{Lu}\p{Ll}+\s+)?\p{N}{3,4}(?!\p{N}))/uy
/** A place first: "b. Calabar, 17 Sept 1938". */
const datedByPlace = /(?:b|d)\.(?=\s+\p{Lu}[^.;()]{0,40}\p{N})/uy

/** The length of such a mark at `at`, 0 if there is none. */
export const lifeMark = (text: string, at: number): number => {
  const before = text[at - 1] === ' ' ? text[at - 2] : text[at - 1]
  // "He was b. 1898", but "ran 100 m. 1908 saw".
  if (text[at] !== 'c' && (before === undefined || letter.test(before))) return matchAt(datedByYear, text, at)
  // "(b. Oslo 1851, d. Rome 1919)", where a capital alone could begin a sentence.
  if (before === ',' && text[at] !== 'c' && !openLife.test(text.slice(Math.max(0, at - mostLife), at)))
    return matchAt(datedByYear, text, at) || matchAt(datedByPlace, text, at)
  const size = matchAt(dated, text, at)
  return size > 0 && (text[at] === 'c' || '(;,'.includes(before)) ? size : 0
}

/** Two years from one to the other: 1938-2025, as people write what books write with a dash. */
export const years = /(?:1\d|20)\d\d(?=[-‐‑](?:1\d|20)\d\d(?![\p{L}\p{N}/‐‑-]))/uy
