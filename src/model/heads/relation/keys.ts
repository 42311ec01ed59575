import { calibration, type HeadConfig } from '../../config/keys.ts'
import { flag, number, text, whole } from '../../config/schema.ts'

export const relationKeys = {
  hidden: whole({ default: 64, min: 1, max: 65_536, sentence: 'Size of the pair layer.' }),
  maxLabels: whole({ default: 0, min: 0, sentence: 'Only these many commonest labels; 0: all.' }),
  bearingOnly: flag({ default: false, sentence: 'Train and evaluate only on sentences with a relation, as the original does.' }),
  tagsOf: text({ default: '', past: true, sentence: 'A tagger whose marginals the head also sees.' }, 'the name of a tagger'),
  pairFeatures: flag({ default: false, past: true, sentence: 'Distance and product terms in the pair layer.' }),
  threshold: number({ default: 0.5, min: 0, max: 1, sentence: 'Probability from which a relation holds.' }),
  calibration,
}

export type RelationTaskConfig = HeadConfig<typeof relationKeys>
