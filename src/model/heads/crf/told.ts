/** What is told of words before the tagger decides: by a lexicon, by their form, by their being pictures. */
import type { Draft } from '../head.ts'
import { tagsOf } from './decode.ts'
import { eachForm, type Form } from './forms.ts'
import type { CrfTaskConfig } from './keys.ts'

/** A picture is no part of a name, whatever stands beside it: in tweets one often follows a name. */
const isPicture = (word: string): boolean =>
  word.charCodeAt(0) > 0x7f && /^(?:\p{Extended_Pictographic}|\p{RI})/u.test(word)

/** Added to the emission of a tag or taken from it: more than any other tag can have. */
const forSure = 1000

type Task = Pick<CrfTaskConfig, 'lexicon' | 'lexiconBias' | 'forms' | 'notForms' | 'scheme'>

/** By word or form the tags of its labels that `is` takes. */
const tagsBy = (
  lists: Readonly<Record<string, readonly string[]>>,
  tags: readonly string[],
  is: (tag: string, label: string) => boolean,
): Map<string, readonly number[]> => {
  const ids = new Map<string, number[]>()
  for (const [label, keys] of Object.entries(lists)) {
    const own = tags.flatMap((tag, id) => (is(tag, label) ? [id] : []))
    for (const key of keys) ids.set(key, [...(ids.get(key) ?? []), ...own])
  }
  return ids
}

const ofLabel = (tag: string, label: string): boolean => tag.slice(2) === label

/** Adds to the emissions of a sentence what is told of its words. */
export type Teller = (
  values: Float32Array,
  /** First element of each token's emissions. */
  rowOf: Int32Array,
  draft: Draft,
  /** First token of the sentence. */
  from: number,
) => void

export const tellerOf = (task: Task, labels: readonly string[]): Teller => {
  const { lexicon, lexiconBias, forms, notForms, scheme } = task
  const tags = tagsOf(labels, scheme)
  const alone = scheme === 'bioul' ? 'U' : 'B'
  const byWord = tagsBy(lexicon, tags, (tag, label) => tag === `${alone}-${label}`)
  const byForm = tagsBy(forms, tags, ofLabel)
  const byNotForm = tagsBy(notForms, tags, ofLabel)
  const hasForms = byForm.size + byNotForm.size > 0
  return (values, rowOf, { words, tokens, document: { text } }, from) => {
    rowOf.forEach((row, i) => {
      const word = words[from + i]
      if (isPicture(word)) values[row] += forSure
      for (const tag of byWord.get(word) ?? []) values[row + tag] += lexiconBias
    })
    if (!hasForms) return
    const beginsLine = (token: number) =>
      token === 0 || text.slice(tokens.end[token - 1], tokens.begin[token]).includes('\n')
    const tell = (token: number, form: Form) => {
      const row = rowOf[token - from]
      for (const tag of byForm.get(form) ?? []) values[row + tag] += lexiconBias
      for (const tag of byNotForm.get(form) ?? []) values[row + tag] -= forSure
    }
    eachForm({ words, from, to: from + rowOf.length, beginsLine }, tell)
  }
}
