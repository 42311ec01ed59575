/** OneIE's data: a sentence with mentions whose end is the word after them, and relations between them by their ids. */
import type { MentionLike } from '../document/document.ts'
import { idText } from '../syntax/exact-json.ts'
import { lenient } from '../syntax/lenient.ts'
import { fieldFault, isObject, objectsOf, textOf } from '../syntax/span-records.ts'
import { reportFields, type TokenForm, tokenFormat, tokenRecord } from '../syntax/token-records.ts'

const form: TokenForm = {
  key: 'oneie',
  words: 'tokens',
  spanEnd: 'exclusive',
  ids: ['sent_id', 'wnd_id', 'id', 'doc_id'],
  text: 'sentence',
  isSentence: true,
}

export const oneie = tokenFormat(
  'oneie',
  'OneIE’s data, {"tokens", "entity_mentions", "relation_mentions"}: mentions of one layer (--layer)',
  (record, fallbackId, context) => {
    const { id, fields, spanOf, document } = tokenRecord(record, fallbackId, form, context)
    const { take, end } = lenient(id, context)
    const named = new Map<string, MentionLike>()
    const mentions = objectsOf(fields.entity_mentions, 'entity_mentions').flatMap(
      (mention): MentionLike[] =>
        take('unreadable-mention', () => {
          const { head } = mention
          reportFields(mention, ['id', 'start', 'end', 'entity_type', 'text', 'head'], 'entity_mentions', id, context)
          const span = {
            ...spanOf(mention.start, mention.end, 'entity_mentions'),
            label: textOf(mention.entity_type, 'entity_mentions.entity_type'),
            ...(isObject(head) ? { head: spanOf(head.start, head.end, 'entity_mentions.head') } : {}),
          }
          const own = idText(mention.id)
          if (own !== undefined) named.set(own, span)
          return [span]
        }) ?? [],
    )
    const argument = (given: unknown): MentionLike => {
      const span = named.get((isObject(given) ? idText(given.entity_id) : undefined) ?? '')
      if (!span) throw fieldFault('relation_mentions.arguments', 'two mentions by their "entity_id"')
      return span
    }
    const relations = objectsOf(fields.relation_mentions, 'relation_mentions').flatMap(
      (relation) =>
        take('unreadable-relation', () => {
          reportFields(relation, ['id', 'relation_type', 'arguments'], 'relation_mentions', id, context)
          const [first, second] = objectsOf(relation.arguments, 'relation_mentions.arguments')
          // Their roles tell which is which, where they stand the other way around.
          const turned = first?.role === 'Arg-2' && second?.role === 'Arg-1'
          return [
            {
              label: textOf(relation.relation_type, 'relation_mentions.relation_type'),
              arg1: argument(turned ? second : first),
              arg2: argument(turned ? first : second),
            },
          ]
        }) ?? [],
    )
    end()
    const { layer = 'mentions' } = context.options
    const layers = {
      [layer]: layer === 'mentions' ? mentions : mentions.map(({ head: _, ...span }) => span),
      ...(fields.relation_mentions ? { relations } : {}),
    }
    return document(layers, ['entity_mentions', 'relation_mentions'])
  },
  ({ fields }) => {
    const isList = fields.get('entity_mentions')?.startsWith('[') === true
    return isList && fields.get('tokens') === '["' && !fields.has('hmtl') ? 2 : 0
  },
)
