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

/**
 * Whether two mentions are of two: other persons in what one speaker says, of whom one is the speaker; or the speakers of
 * two who are known to be others.
 */
export const areOthers = (a: Voice, b: Voice): boolean => {
  if (a.utterance === b.utterance || isSameSpeaker(a.speaker, b.speaker))
    return a.person !== b.person && (a.person === 1 || b.person === 1)
  return a.person === 1 && b.person === 1 && isOtherSpeaker(a.speaker, b.speaker)
}
