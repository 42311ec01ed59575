/**
 * Words that stand for entities: "She founded Acme" says who founded Acme as well as a name would, and in running text
 * half of what is said of people is said of pronouns. Whom one means is coreference's to say.
 */
import type { RelationTaskConfig } from './keys.ts'

/** Types of the entities that a word may stand for; undefined for what is no pronoun of the task. */
export type PronounTypes = (word: string) => readonly string[] | undefined

export const pronounTypes = ({ pronouns }: Pick<RelationTaskConfig, 'pronouns'>): PronounTypes => {
  const types = new Map<string, string[]>()
  for (const [type, words] of Object.entries(pronouns))
    for (const word of words) types.set(word, [...(types.get(word) ?? []), type])
  return (word) => types.get(word.toLowerCase())
}
