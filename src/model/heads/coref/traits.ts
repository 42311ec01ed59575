/** What the words of a mention say of whom or what it can be: its gender, its number, its name. */
import { headOfMention, type WordRange } from '../mention-head.ts'
import type { Name } from './names.ts'
import type { Voice } from './speech/voices.ts'
import type { Gender } from './titles.ts'

export interface Traits {
  readonly gender?: Gender | undefined
  readonly number?: 'singular' | 'plural' | undefined
  readonly name?: Name | undefined
  /** What it is in what somebody says. */
  readonly voice?: Voice | undefined
  /** The words of its head. */
  readonly head: WordRange
}

const listed = (words: string): ReadonlySet<string> => new Set(words.split(' '))

const he = listed('he him his himself')
const she = listed('she her hers herself')
const they = listed('they them their theirs themselves we us our ours ourselves')
const it = listed('it its itself')

/** Before a name as by themselves: Uncle Pat, my uncle. */
const titles = {
  masculine: listed('mr mr. sir lord king prince duke count baron uncle father brother emperor'),
  feminine: listed(
    'mrs mrs. ms ms. miss lady madame mme queen princess duchess countess baroness aunt mother sister empress',
  ),
}
const nouns = {
  masculine: listed(
    'son husband nephew grandfather grandson man boy gentleman father-in-law boyfriend businessman chairman ' +
      'congressman fisherman stepfather dad papa grandpa lad monk priest',
  ),
  feminine: listed(
    'daughter wife niece grandmother granddaughter woman girl girlfriend actress businesswoman chairwoman ' +
      'congresswoman stepmother mom mum mama grandma lass nun widow',
  ),
}

const genderOf = (word: string): Traits['gender'] => {
  if (he.has(word) || titles.masculine.has(word) || nouns.masculine.has(word)) return 'masculine'
  if (she.has(word) || titles.feminine.has(word) || nouns.feminine.has(word)) return 'feminine'
  return undefined
}

const isTitle = (word: string | undefined): boolean =>
  word !== undefined && (titles.masculine.has(word) || titles.feminine.has(word))

/**
 * The word that says whether a man or a woman is meant: of a name the title before it, else the head, or the title of a
 * name that says who it is ("a witness, Mrs. Whitfield").
 */
const tellingWord = (words: readonly string[], { begin, end }: WordRange, outside: string): string | undefined => {
  const lower = (i: number): string | undefined => (i === -1 ? outside : words[i])?.toLowerCase()
  if (!/^\p{Lu}/u.test(words[end - 1])) {
    const isTitled = words[end] === ',' && isTitle(lower(end + 1)) && /^\p{Lu}/u.test(words[end + 2] ?? '')
    return lower(isTitled ? end + 1 : end - 1)
  }
  const [first, before] = [lower(begin), lower(begin - 1)]
  if (isTitle(first) || (words.length === 1 && first !== undefined && genderOf(first))) return first
  return isTitle(before) ? before : words.length === 1 ? first : undefined
}

/** Of pronouns alone: "the family" may be "it" and "they". */
const numberOf = (words: readonly string[]): Traits['number'] => {
  if (words.length > 1) return undefined
  const word = words[0].toLowerCase()
  if (they.has(word)) return 'plural'
  return he.has(word) || she.has(word) || it.has(word) ? 'singular' : undefined
}

/** The person whom a mention names beside its head: "the prime minister, Ana Lopez", "the envoy, Mr. Bo Li". */
const nameBeside = (
  words: readonly string[],
  { end }: WordRange,
  nameEnding: (word: number) => Name | undefined,
): Name | undefined => {
  if (words[end] !== ',') return undefined
  const first = isTitle(words[end + 1]?.toLowerCase()) ? end + 2 : end + 1
  for (let i = first; i < words.length; i++) {
    const name = nameEnding(i)
    if (name) return name.isPerson && i - name.size + 1 === first ? name : undefined
  }
  return undefined
}

/**
 * @param words of the mention, one at least
 * @param nameEnding the name that ends with a word of it, by its place
 * @param before the word before it in the text
 * @example traitsOf(['Mrs.', 'Bennet'], () => undefined)  // { gender: 'feminine', … }
 */
export const traitsOf = (
  words: readonly string[],
  nameEnding: (word: number) => Name | undefined,
  before = '',
): Traits => {
  const head = headOfMention(words)
  const own = nameEnding(head.end - 1)
  const name = own ?? nameBeside(words, head, nameEnding)
  const word = tellingWord(words, head, own ? before : '')
  return {
    gender: word === undefined ? undefined : genderOf(word),
    number: numberOf(words),
    name,
    head,
  }
}
