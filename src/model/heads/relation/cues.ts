/** Words without which a sentence does not say that a relation holds. */
import type { RelationTaskConfig } from './keys.ts'

/** Whether a sentence has one of the words, or rows of words, that a label asks for; a label without any asks for none. */
export const hasCue = (
  { cues }: Pick<RelationTaskConfig, 'cues'>,
  label: string,
  sentence: readonly string[],
): boolean => {
  if (!Object.hasOwn(cues, label)) return true
  const text = ` ${sentence.join(' ').toLowerCase()} `
  return cues[label].some((cue) => text.includes(` ${cue} `))
}
