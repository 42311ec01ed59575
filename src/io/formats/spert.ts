/** SpERT's training data: words, entities whose end is the word after them, relations between places in their list. */
import type { LabelledLike } from '../document/document.ts'
import { lenient } from '../syntax/lenient.ts'
import { fieldFault, objectsOf, spanLayer, textOf } from '../syntax/span-records.ts'
import { reportFields, type TokenForm, tokenFormat, tokenRecord } from '../syntax/token-records.ts'
import { withDoubles } from '../syntax/exact-json.ts'

const form: TokenForm = {
  key: 'spert',
  words: 'tokens',
  spanEnd: 'exclusive',
  ids: ['id', 'orig_id', 'doc_id'],
  isSentence: true,
}

const begins = (key: string) => new RegExp(`^\\[\\s*\\{[^{}]*"${key}"\\s*:`)
const [typed, started, none] = [begins('type'), begins('start'), /^\[\s*\]/]

export const spert = tokenFormat(
  'spert',
  'SpERT’s data, {"tokens", "entities": [{"type", "start", "end"}], "relations": [{"type", "head", "tail"}]}',
  (record, fallbackId, context) => {
    const { id, fields, spanOf, document } = tokenRecord(record, fallbackId, form, context)
    const { take, end } = lenient(id, context)
    const given = objectsOf(fields.entities, 'entities')
    const spans = given.map((entity): LabelledLike | undefined =>
      take('unreadable-span', () => {
        reportFields(entity, ['type', 'start', 'end'], 'entities', id, context)
        return { ...spanOf(entity.start, entity.end, 'entities'), label: textOf(entity.type, 'entities.type') }
      }),
    )
    const argument = (place: unknown, side: string): LabelledLike => {
      const span = spans[withDoubles(place) as number]
      if (!span) throw fieldFault(`relations.${side}`, 'a place in "entities", from 0')
      return span
    }
    const relations = objectsOf(fields.relations, 'relations').flatMap(
      (relation) =>
        take('unreadable-relation', () => {
          reportFields(relation, ['type', 'head', 'tail'], 'relations', id, context)
          return [
            {
              label: textOf(relation.type, 'relations.type'),
              arg1: argument(relation.head, 'head'),
              arg2: argument(relation.tail, 'tail'),
            },
          ]
        }) ?? [],
    )
    end()
    const layers = {
      [spanLayer(context)]: spans.filter((span) => span !== undefined),
      ...(fields.relations ? { relations } : {}),
    }
    return document(layers, ['entities', 'relations'])
  },
  ({ fields, begins: values }) => {
    if (fields.has('hmtl') || fields.has('text') || fields.get('tokens') !== '["') return 0
    const entities = values.get('entities') ?? ''
    // A record without entities is told by having both lists.
    const isNone = none.test(entities) && none.test(values.get('relations') ?? '')
    return isNone || (typed.test(entities) && started.test(entities)) ? 2 : 0
  },
)
