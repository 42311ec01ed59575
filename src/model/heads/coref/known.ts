/** What a document says of its mentions beside their own words: read once, before they are linked. */
import type { Draft } from '../head.ts'
import { type Name, nameOf } from './names.ts'
import { type Speech, speechIn } from './speech/speech.ts'
import { voiceAt } from './speech/voices.ts'
import { type Gender, type TitledGenders, titledGenders } from './titles.ts'
import { type Traits, traitsOf } from './traits.ts'

export interface Known {
  /** Absent where it is not asked for. */
  readonly speech: Speech | undefined
  readonly genders: TitledGenders
  /** Last words of whole names without a title so far: who is told by them alone may be of these. */
  readonly untitled: Set<string>
}

export const knownOf = ({ document, tokens, words, sentences }: Draft, speakers: boolean): Known => ({
  speech: speakers ? speechIn({ text: document.text, tokens, words, sentences }) : undefined,
  genders: titledGenders(words),
  untitled: new Set(),
})

/** As other places of the document tell: Whitfield, who is Mrs. Whitfield before. */
const genderElsewhere = ({ genders, untitled }: Known, { isPerson, telling }: Name): Gender | undefined => {
  const last = telling[telling.length - 1]
  if (!isPerson || last === undefined) return undefined
  if (telling.length > 1) untitled.add(last)
  return telling.length === 1 && !untitled.has(last) ? genders.get(last) : undefined
}

/** @param tagger the task whose spans are names */
export const traitsAt = (
  { words, spanEnding }: Draft,
  known: Known,
  { begin, end }: { readonly begin: number; readonly end: number },
  tagger: string,
): Traits => {
  const nameEnding = (word: number): Name | undefined => {
    const found = spanEnding.get(begin + word)?.find(({ task }) => task === tagger)
    if (!found) return undefined
    const at = Math.max(begin, found.begin)
    return nameOf(words.slice(at, begin + word + 1), found.label, at)
  }
  const traits = traitsOf(words.slice(begin, end), nameEnding, words[begin - 1])
  const voice = known.speech && voiceAt(known.speech, words, { begin, end }, begin + traits.head.end - 1)
  const gender = traits.gender ?? (traits.name && genderElsewhere(known, traits.name))
  return { ...traits, gender, voice }
}
