/** Words without which a sentence does not say that a relation holds. */
import { type Life, lifeIn } from './life.ts'
import type { RelationTaskConfig } from './keys.ts'

/** Among cues: that the second argument stands where a bracket behind the first has a life begin or end. */
const lives: Readonly<Record<string, Life>> = { '(year–': 'begin', '–year)': 'end' }

/** The two arguments, by tokens of their sentence. */
export interface Places {
  /** One past the last token of the first. */
  readonly firstEnd: number
  readonly second: number
}

/** Whether a sentence has one of the words, or rows of words, that a label asks for; a label without any asks for none. */
export const hasCue = (
  { cues }: Pick<RelationTaskConfig, 'cues'>,
  label: string,
  sentence: readonly string[],
  places?: Places,
): boolean => {
  if (!Object.hasOwn(cues, label)) return true
  const text = ` ${sentence.join(' ').toLowerCase()} `
  return cues[label].some((cue) =>
    Object.hasOwn(lives, cue)
      ? places !== undefined && lifeIn(sentence, places.firstEnd, places.second) === lives[cue]
      : text.includes(` ${cue} `),
  )
}
