/** What types the arguments of a relation may have. */
import type { LabelledLike, RelationLike, SpanLike } from '../../../io/document/document.ts'
import { agreeing } from '../crf/agree.ts'
import type { RelationTaskConfig } from './keys.ts'
import { pronounTypes } from './pronouns.ts'

/** Whether a label takes arguments of these types, one of which each may have; a label without types takes any. */
export const takesTypes = (
  { argumentTypes }: Pick<RelationTaskConfig, 'argumentTypes'>,
  label: string,
  ...sides: readonly (readonly string[])[]
): boolean =>
  !Object.hasOwn(argumentTypes, label) ||
  argumentTypes[label].every((may, side) => sides[side].some((type) => may.includes(type)))

/**
 * Relations whose arguments fit as the whole document has them: a name that is a person where it was read may be a
 * company in the end (`agreeBelow`), and companies employ nobody's company.
 * @param names as they were tagged, sentence by sentence
 */
export const ofFinalTypes = (
  relations: readonly RelationLike[],
  text: string,
  names: readonly LabelledLike[],
  agreeBelow: number,
  task: Pick<RelationTaskConfig, 'argumentTypes' | 'pronouns'>,
): readonly RelationLike[] => {
  const agreed = agreeing(text, names, agreeBelow)
  if (agreed === names) return relations
  const keyOf = ({ start, end }: SpanLike) => `${start} ${end}`
  const labelAt = new Map(agreed.map((name) => [keyOf(name), name.label]))
  const typesOf = pronounTypes(task)
  const typesAt = (span: SpanLike): readonly string[] => {
    const label = labelAt.get(keyOf(span))
    return label === undefined ? (typesOf(text.slice(span.start, span.end)) ?? []) : [label]
  }
  return relations.filter(({ label, arg1, arg2 }) => takesTypes(task, label, typesAt(arg1), typesAt(arg2)))
}
