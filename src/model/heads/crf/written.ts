/**
 * With which label a span is written, where that is not the tagger's. What corpora teach as one label, readers may want
 * told apart: Re-DocRED calls "French" a place, CoNLL-2003 a miscellaneous name, Universal NER no name at all. What it is
 * called is said of the whole class, in what is found and in what it is scored against, and nothing need be learned again.
 */
import type { LabelledLike } from '../../../io/document/document.ts'
import { type Key, isObject, wrongType, wrongValue } from '../../config/schema.ts'
import { nearest } from '../../config/nearest.ts'
import { isCreed, isNationality } from './nationalities.ts'

const classes = { nationality: isNationality, creed: isCreed }
type Class = keyof typeof classes
const names = Object.keys(classes) as Class[]

/** By class, the label that stands in the place of each of some labels. */
type Written = Readonly<Partial<Record<Class, Readonly<Record<string, string>>>>>

const may = '{"nationality": {"LOC": "MISC"}}'
const isLabel = (value: unknown): value is string => typeof value === 'string' && value !== ''

export const written: Key<Written> = {
  default: {},
  may,
  past: true,
  sentence:
    'Labels that spans of a class of words are written with in the place of the tagger’s: a `nationality` is a nation’s or a people’s word ("French", "South Koreans"), a `creed` a faith’s or a party’s ("Sunni", "Republicans"). Gold is read so, too, where it is scored.',
  read(value, where) {
    if (!isObject(value)) throw wrongType(where, may, value, 'Use {}')
    for (const [name, labels] of Object.entries(value)) {
      if (!Object.hasOwn(classes, name)) throw wrongValue(where, may, name, `Use ${nearest(name, names)}`)
      if (!isObject(labels) || !Object.values(labels).every(isLabel))
        throw wrongValue(`${where}.${name}`, '{"its label": "another"}', labels, 'Use {"LOC": "MISC"}')
    }
    return value as Written
  },
}

/** The label that a span of a text is written with. */
export const writtenLabel = (rules: Written, text: string, { start, end, label }: LabelledLike): string => {
  for (const name of names) {
    const labels = rules[name]
    if (labels && Object.hasOwn(labels, label) && classes[name](text.slice(start, end))) return labels[label]
  }
  return label
}

/** Spans of a text with the labels that they are written with; those that change are copied. */
export const asWritten = <S extends LabelledLike>(rules: Written, text: string, spans: readonly S[]): S[] =>
  spans.map((span) => {
    const label = writtenLabel(rules, text, span)
    return label === span.label ? span : { ...span, label }
  })
