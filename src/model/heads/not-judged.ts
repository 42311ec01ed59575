/** Gold that an evaluation leaves out, by reason: said beside the scores, since a score without it looks like one of all. */
import type { SpanLike } from '../../io/document/document.ts'
import type { LossReport } from '../../io/report.ts'
import type { Annotation } from './annotation.ts'

/** Reasons that several heads have; a score is of what is none of them. */
const notJudgedBecause = {
  unknownLabel: 'label the model does not have',
  leftOut: 'label the data set leaves out',
  unsure: 'less sure than minScore',
  nested: 'nested in another span',
  crossing: 'crossing another span',
  'same extent': 'same extent as another span',
  acrossSentences: 'across sentences',
  offTokens: 'covers no token',
  notLookedFor: 'label not looked for in the document',
  repeated: 'same as another relation',
  single: 'cluster of one',
} as const

export type NotJudged = keyof typeof notJudgedBecause

/** Counts one item of gold, with the document and its place. */
export const leaveOut = (
  report: LossReport | undefined,
  why: NotJudged,
  { id, text }: { readonly id: string; readonly text: string },
  { start, end }: SpanLike,
  label = '',
): void => {
  if (!report) return
  const shown = text.slice(start, Math.min(end, start + 40))
  report.add(notJudgedBecause[why], id, `${JSON.stringify(shown)}${label && ` ${label}`}`)
}

/** Why a label of gold is not judged, where the model has nothing that it means. */
export const whyNot = (annotation: Annotation, label: string): NotJudged =>
  annotation.meaning(label) ? 'unknownLabel' : 'leftOut'
