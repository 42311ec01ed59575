/**
 * GLiNER's training data: words, spans `[first, last, label]` whose end is their last word; and GLiREL's, which has
 * relations between them besides.
 */
import type { LabelledLike } from '../document/document.ts'
import { lenient } from '../syntax/lenient.ts'
import { fieldFault, isObject, objectsOf, spanLayer, textOf } from '../syntax/span-records.ts'
import { reportFields, type TokenForm, tokenFormat, tokenRecord } from '../syntax/token-records.ts'

const form: TokenForm = { key: 'gliner', words: 'tokenized_text', spanEnd: 'inclusive', ids: ['id'] }

export const gliner = tokenFormat(
  'gliner',
  'GLiNER’s and GLiREL’s data, {"tokenized_text", "ner": [[first, last, "label"]]}',
  (record, fallbackId, context) => {
    const { id, fields, spanOf, document } = tokenRecord(record, fallbackId, form, context)
    const { take, end } = lenient(id, context)
    if (fields.ner !== undefined && !Array.isArray(fields.ner))
      throw fieldFault('ner', 'a list of [first, last, label]')
    const spans = ((fields.ner ?? []) as unknown[]).flatMap(
      (item): LabelledLike[] =>
        take('unreadable-span', () => {
          // GLiREL repeats the words behind the label.
          if (!Array.isArray(item) || item.length < 3) throw fieldFault('ner', 'a list of [first, last, label]')
          return [{ ...spanOf(item[0], item[1], 'ner'), label: textOf(item[2], 'ner label') }]
        }) ?? [],
    )
    const argument = (given: unknown, side: string) => {
      const { position } = isObject(given) ? given : {}
      if (!isObject(given) || !Array.isArray(position)) throw fieldFault(`relations.${side}.position`, '[first, last]')
      reportFields(given, ['position', 'mention', 'type'], `relations.${side}`, id, context)
      return spanOf(position[0], position[1], `relations.${side}`)
    }
    const relations = objectsOf(fields.relations, 'relations').flatMap(
      (relation) =>
        take('unreadable-relation', () => [
          {
            label: textOf(relation.relation_text, 'relations.relation_text'),
            arg1: argument(relation.head, 'head'),
            arg2: argument(relation.tail, 'tail'),
          },
        ]) ?? [],
    )
    end()
    const layers = { [spanLayer(context)]: spans, ...(fields.relations ? { relations } : {}) }
    return document(layers, ['ner', 'relations'])
  },
  ({ fields }) => (fields.has('hmtl') || fields.get('tokenized_text') !== '["' ? 0 : 2),
)
