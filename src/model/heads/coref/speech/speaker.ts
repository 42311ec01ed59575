/** Names of who speaks. */
import { common } from '../names.ts'

export interface Speaker {
  /** In small letters, without titles. */
  readonly words: readonly string[]
  /** The label of a turn, which is always the same for who speaks. */
  readonly isLabel: boolean
}

export const speakerOf = (words: readonly string[], isLabel: boolean): Speaker | undefined => {
  const telling = words.map((word) => word.toLowerCase()).filter((word) => !common.has(word))
  return telling.length > 0 ? { words: telling, isLabel } : undefined
}

const within = (one: Speaker, other: Speaker): boolean => one.words.every((word) => other.words.includes(word))

/** Whether two are surely one: a name is the other's, or a part of it. */
export const isSameSpeaker = (one: Speaker | undefined, other: Speaker | undefined): boolean =>
  one !== undefined && other !== undefined && (one === other || within(one, other) || within(other, one))

/** Whether two are surely others: labels are as they are, names told in passing share no word. */
export const isOtherSpeaker = (one: Speaker | undefined, other: Speaker | undefined): boolean => {
  if (!one || !other) return false
  if (one.isLabel && other.isLabel) return !isSameSpeaker(one, other)
  return one.words.every((word) => !other.words.includes(word))
}
