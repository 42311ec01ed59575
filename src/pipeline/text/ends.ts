/** Where sentences end and begin, as their tokens tell. */
import { calendar, monthsShort, titles } from './abbreviations.ts'
import { words } from './match.ts'

/** The word at a place, and what is between it and the next. */
type Slice = (i: number) => string

/** Ends a sentence also where the next begins with a small letter, as an ellipsis does not. */
export const ending = /^(?:[.!?]|[!?]{2,})$/
const final = /^(?:[.!?]+|[.…]{2,}|…|[。！？])$/u
const closing = /^(?:["'”’»)\]}]|''|[*_]{1,3}|&(?:quot|rdquo|rsquo|raquo|#34|#39|#8217|#8221);)$/u
/** Sentences of scripts that set no space between them end here. */
export const wide = /^[。！？]$/u
/** What stands behind a sentence and belongs to it, with or without a space: emoji, and emoticons as the tokenizer has them. */
const pictograph = /^(?:\p{Extended_Pictographic}|[:;=]['^o-]?[()[\]DPp/\\|3*]|<3|\^_?\^|xD)/u
export const digits = /^\p{N}+$/u
const opening =
  /^["'“‘«([{`¿¡*_-]*[\p{Lu}\p{Lt}\p{Lo}\p{N}]|^["“‘«([{`¿¡—]+$|^[\p{Sc}#@•]|^&(?:[A-Z][a-z]+|[lb]dquo|lsquo|quot|laquo);/u
/** Marks of emphasis, which stand before the word that they belong to. */
const emphasis = /^[*_]{1,3}$/
const lowerCase = /^\p{Ll}/u
const anySmall = /\p{Ll}/u
const capital = /^\p{Lu}/u
/** Words that begin a sentence far more often than they follow an abbreviation inside one. */
const starters = new Set(
  words(
    'The He She It They We You I In On At But And This That These Those There When While After Before If As His Her Its Their For However A An',
  ),
)
/** Of these such as do not go on a sentence where everything is written in capitals. */
const startersInCapitals = new Set(words('THE HE SHE IT THEY WE THIS THESE HIS HER ITS THEIR'))

const tag = /^[#@][^\s]/
/** Tags at the end of a post that are gone over; a bound, so that time is linear. */
const mostTags = 16

/** Whether from token `i` to the end of the line are tags alone, which belong to the sentence before: "Proud of you! #oslo". */
const areTags = (i: number, count: number, word: Slice, gap: Slice): boolean => {
  for (let at = i; at < i + mostTags && tag.test(word(at)); at++)
    if (at + 1 >= count || gap(at).includes('\n')) return true
  return false
}

/** Whether the token after `i`, a sentence's last, can begin one. */
export const opensSentence = (i: number, count: number, word: Slice, gap: Slice): boolean => {
  const next = word(i + 1)
  if (tag.test(next)) return !areTags(i + 1, count, word, gap)
  // Who wrote it: "We were never told. – Ana Lopez".
  if (/^[–-]$/.test(next)) return i + 2 < count && gap(i + 1) !== '' && capital.test(word(i + 2))
  return opening.test(emphasis.test(next) && i + 2 < count && gap(i + 1) === '' ? word(i + 2) : next)
}

/** Marks after the end of a sentence that are gone back over; a bound, so that time is linear. */
const mostClosers = 16

/** Whether token `i` can be a sentence's last: final punctuation, perhaps with what closes after it. */
export const endsSentence = (i: number, from: number, word: Slice, gap: Slice): boolean => {
  const glued = (k: number) => k > from && gap(k - 1) === ''
  let at = i
  for (let closers = 0; closers < mostClosers; closers++) {
    if (at > from && pictograph.test(word(at))) at--
    // The mark of a note: "He left.[3] She stayed."
    else if (at - 2 > from && word(at) === ']' && glued(at) && glued(at - 1) && isNote(word(at - 2), word(at - 1)))
      at -= 3
    else if (glued(at) && closing.test(word(at))) at--
    else break
  }
  const last = word(at)
  // "(dir. Ana Lopez)", "M.Sc. (Econ.) Ana Lopez": one word behind a bracket is shortened, and no sentence.
  if (last === '.' && at - 2 > from && word(at - 2) === '(' && glued(at) && glued(at - 1))
    return at === i
      ? !lowerCase.test(word(at - 1))
      : word(at + 1) !== ')' || digits.test(word(at - 1)) || starters.has(word(i + 1))
  if (final.test(last)) return true
  if (at !== i || !last.endsWith('.') || last.length < 2) return false
  // An abbreviation ends a sentence only where a likely first word follows.
  if (last === 'v.' || titles.has(last.slice(0, -1).toLowerCase())) return false
  return starters.has(word(i + 1)) || endsCapitals(i, from, word) || endsWithTime(i, from, word)
}

export const isNote = (open: string, mark: string): boolean => open === '[' && digits.test(mark)

/** "BLACKROCK INC. IT WAS": what is all in capitals tells a first word by the word alone. */
const endsCapitals = (i: number, from: number, word: Slice): boolean =>
  startersInCapitals.has(word(i + 1)) &&
  i - from > 1 &&
  [i - 1, i - 2].some((k) => /\p{Lu}{2}/u.test(word(k))) &&
  ![i - 2, i - 1, i, i + 2].some((k) => anySmall.test(word(k)))

const clock = /^[ap]\.m\.$/i
/** What a sentence begins with that tells a time first: "At 5 p.m. Doctors came", "Monday at 5 p.m. Holt left". */
const timely = new Set([
  ...words(
    'at on by in from around about after before until till since between during for starting beginning near just shortly every yesterday today tomorrow tonight',
  ),
  ...words('monday tuesday wednesday thursday friday saturday sunday'),
  ...calendar,
])
/** What goes on a time of day: 5 p.m. Friday, 9 a.m. Eastern. */
const withTime = new Set([
  ...words('monday tuesday wednesday thursday friday saturday sunday'),
  ...words('january february march april may june july august september october november december'),
  ...words('eastern central mountain pacific atlantic greenwich local standard daylight summer'),
  ...calendar,
])
const capitals = /^\p{Lu}[\p{Lu}.]+$/u

/**
 * Whether a sentence ends with a time and its period: "born at 6 a.m. Doctors came", "due by 17 Feb. Can we", but "5 p.m.
 * Tokyo time", "in Jan. Smith left". It stands behind a word, and not where the sentence begins.
 */
const endsWithTime = (i: number, from: number, word: Slice): boolean => {
  if (i - from < 3) return false
  const isClock = clock.test(word(i))
  if (!isClock && !(monthsShort.has(word(i).toLowerCase()) && /^\p{N}{1,2}$/u.test(word(i - 1)))) return false
  const before = word(i - 2)
  const next = word(i + 1)
  return (
    (lowerCase.test(before) || (!isClock && /^[-–—]$/.test(before))) &&
    capital.test(next) &&
    !(isClock && capitals.test(next)) &&
    !withTime.has(next.toLowerCase().replace('.', '')) &&
    !/^(?:time|standard|daylight|summer)$/i.test(word(i + 2)) &&
    !timely.has(word(from).toLowerCase().replace('.', ''))
  )
}
