/** What a mention is in what is said: who speaks, who is spoken to, or another. */
import { isOtherSpeaker, isSameSpeaker, type Speaker } from './speaker.ts'
import type { Speech } from './speech.ts'

export interface Voice {
  /** What is said in one go; negative for a sentence that is not known to be of anyone. */
  readonly utterance: number
  readonly speaker: Speaker | undefined
  readonly person: 1 | 2 | 3
}

const persons = new Map<string, Voice['person']>(
  (
    [
      [1, 'i me my mine myself'],
      [2, 'you your yours yourself'],
      [3, 'he him his himself she her hers herself'],
    ] as const
  ).flatMap(([person, words]) => words.split(' ').map((word): [string, Voice['person']] => [word, person])),
)

/** @param head the last token of the mention's head */
export const voiceAt = (
  { utterances, of, named }: Speech,
  words: readonly string[],
  { begin, end }: { readonly begin: number; readonly end: number },
  head: number,
): Voice | undefined => {
  const told = named.get(head)
  if (told) {
    const { utterance, person } = told
    return { utterance, person, speaker: utterances[utterance].speaker }
  }
  const person = end - begin === 1 ? persons.get(words[begin].toLowerCase()) : undefined
  if (person === undefined) return undefined
  const utterance = of[begin]
  if (utterance >= 0) return { utterance, person, speaker: utterances[utterance].speaker }
  return undefined
}

/** So many are remembered of an entity. */
const mostVoices = 32

export const withVoice = (voices: readonly Voice[], voice: Voice): readonly Voice[] => {
  const isKnown = ({ utterance, speaker, person }: Voice): boolean =>
    person === voice.person &&
    (utterance === voice.utterance || (speaker !== undefined && speaker.words.join() === voice.speaker?.words.join()))
  return [...voices.filter((other) => !isKnown(other)).slice(1 - mostVoices), voice]
}

/**
 * Whether what an entity has been in what is said is another than the mention: another person in the same utterance,
 * the speaker where the mention is not, or one who speaks elsewhere under another name.
 */
export const isOtherVoice = (voice: Voice, voices: readonly Voice[]): boolean => {
  let against = false
  for (const other of voices) {
    const isSame = other.utterance === voice.utterance
    if (isSame || isSameSpeaker(other.speaker, voice.speaker)) {
      if (other.person === voice.person) return false
      if (other.person === 1 || voice.person === 1) against = true
    } else if (other.person === 1 && voice.person === 1 && isOtherSpeaker(other.speaker, voice.speaker)) against = true
  }
  return against
}
