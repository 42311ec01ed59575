/** TACRED's JSON: words, a subject and an object whose end is their last word, and the one relation between them. */
import { lenient } from '../syntax/lenient.ts'
import { spanLayer, textOf } from '../syntax/span-records.ts'
import { type TokenForm, tokenFormat, tokenRecord } from '../syntax/token-records.ts'

const form: TokenForm = { key: 'tacred', words: 'token', spanEnd: 'inclusive', ids: ['id'], isSentence: true }

/** What there is where neither is anything to the other; the field stays, since it says that somebody looked. */
const nothing = /^(no_relation|NA)$/
const sides = ['subj', 'obj'] as const

export const tacred = tokenFormat(
  'tacred',
  'TACRED’s data, {"token", "subj_start", "subj_end", "obj_start", "obj_end", "relation"}',
  (record, fallbackId, context) => {
    const { id, fields, spanOf, document } = tokenRecord(record, fallbackId, form, context)
    const { take, end } = lenient(id, context)
    const [subject, object] = sides.map((side) =>
      take('unreadable-span', () => ({
        ...spanOf(fields[`${side}_start`], fields[`${side}_end`], side),
        label: textOf(fields[`${side}_type`], `${side}_type`),
      })),
    )
    const label = textOf(fields.relation, 'relation')
    const isOne = subject !== undefined && object !== undefined && !nothing.test(label)
    end()
    const layers = {
      [spanLayer(context)]: [subject, object].filter((span) => span !== undefined),
      relations: isOne ? [{ label, arg1: subject, arg2: object }] : [],
    }
    const known = sides.flatMap((side) => [`${side}_start`, `${side}_end`, `${side}_type`])
    return document(layers, isOne ? [...known, 'relation'] : known)
  },
  ({ fields }) =>
    fields.get('token') === '["' && fields.has('subj_start') && fields.has('obj_start') && !fields.has('hmtl') ? 2 : 0,
)
