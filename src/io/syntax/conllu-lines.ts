/** The lines of a CoNLL-U sentence to words, and to the nodes that carry `Entity=`. */
import { spacesOf } from './spaces.ts'
import { HmtlError } from '../errors.ts'
import { tabFieldsOf } from './line-fields.ts'
import type { FormatContext } from '../format.ts'
import { isTypedTag } from '../document/tags.ts'

/** A token of the document: a word, or a multiword token whose parts do not spell it. */
export interface Word {
  readonly form: string
  /** What stands after it, where its line says that. */
  readonly after: string | undefined
  /** Its tag where MISC has one for `Entity=`. */
  readonly tag?: string
}

/** A line that can open and close mentions: a word, part of a multiword token, or an empty node. */
export interface EntityNode {
  readonly entity: string | undefined
  /** Its token in the sentence; of an empty node the one that comes next. */
  readonly token: number
  readonly empty: boolean
  /** Its line among the sentence's. */
  readonly line: number
}

const miscValue = (misc: string, name: string): string | undefined => {
  for (const item of misc.split('|')) if (item.startsWith(`${name}=`)) return item.slice(name.length + 1)
  return undefined
}

/** What MISC says that stands after a word; undefined where it says nothing. */
const afterIn = (misc: string): string | undefined => {
  for (const item of misc.split('|')) {
    const gap = spacesOf(item.trim())
    if (gap !== undefined) return gap
  }
  return undefined
}

const tagItem = /^(?:ner|NER|NE|name)=(.*)$/

/** The tag of a name in MISC, as taggers and treebanks write it (`ner=S-PERSON`). */
const tagIn = (misc: string): { tag?: string } => {
  for (const item of misc.split('|')) {
    const tag = tagItem.exec(item)?.[1].trim()
    if (tag !== undefined && isTypedTag(tag)) return { tag }
  }
  return {}
}

/** A multiword token's tag for each of its parts, which have none. */
const tagOfPart = (tag: string, part: number): string =>
  tag === 'O' ? tag : `${part === 0 && /^[BSUW]/.test(tag) ? 'B' : 'I'}${tag.slice(1)}`

/** Annotations of MISC that the document has no place for. */
const passedOver = ['Bridge', 'SplitAnte']

interface Range {
  readonly end: number
  readonly form: string
  readonly misc: string
  /** First word and first node of it. */
  readonly word: number
  readonly node: number
}

/** @throws HmtlError `HMTL_INPUT_SYNTAX` for a line without the ten columns, or without a form */
export const readSentence = (
  lines: readonly string[],
  id: string,
  context: FormatContext,
): { words: Word[]; nodes: EntityNode[] } => {
  const list: Word[] = []
  const nodes: EntityNode[] = []
  let range: Range | undefined
  const closeRange = (parts: Word[], { form, misc, word, node }: Range) => {
    const after = afterIn(misc)
    const { tag } = tagIn(misc)
    list.length = word
    if (parts.map((part) => part.form).join('') === form) {
      const tagged = parts.map((part, i) => ({ ...(tag === undefined ? {} : { tag: tagOfPart(tag, i) }), ...part }))
      list.push(...tagged.map((part, i) => (i === parts.length - 1 ? { ...part, after } : part)))
      return
    }
    context.report.add('multiword-token-merged', id, form)
    list.push({ ...parts.find(({ tag = 'O' }) => tag !== 'O'), ...tagIn(misc), form, after })
    for (let n = node; n < nodes.length; n++) nodes[n] = { ...nodes[n], token: word }
  }
  for (const [at, line] of lines.entries()) {
    if (line.startsWith('#')) continue
    const fields = tabFieldsOf(line)
    while (fields.length > 10 && fields[fields.length - 1].trim() === '') fields.pop()
    if (fields.length !== 10)
      throw new HmtlError('HMTL_INPUT_SYNTAX', `${fields.length} columns where CoNLL-U has 10`, { document: id })
    const [number, form, , , , , , , , misc] = fields
    const entity = miscValue(misc, 'Entity')
    for (const name of passedOver)
      if (miscValue(misc, name) !== undefined) context.report.add(`passed-over-${name}`, id, number)
    if (number.includes('.')) {
      context.report.add('empty-node', id, number)
      if (entity) context.report.add('entity-on-empty-node', id, number)
      nodes.push({ entity, token: list.length, empty: true, line: at })
      continue
    }
    if (form === '') throw new HmtlError('HMTL_INPUT_SYNTAX', 'an empty word', { document: id })
    if (number.includes('-')) {
      range = { end: Number(number.split('-')[1]), form, misc, word: list.length, node: nodes.length }
      if (entity) context.report.add('entity-on-multiword-token', id, number)
      continue
    }
    nodes.push({ entity, token: list.length, empty: false, line: at })
    list.push({ form, after: range ? '' : afterIn(misc), ...tagIn(misc) })
    if (range && Number(number) === range.end) {
      closeRange(list.slice(range.word), range)
      range = undefined
    }
  }
  return { words: list, nodes }
}

/** A line without the tag of a name in its MISC. */
export const withoutTag = (line: string): string => {
  if (line.startsWith('#')) return line
  const fields = line.split('\t')
  const { tag } = tagIn(fields[9])
  if (tag === undefined) return line
  const others = fields[9].split('|').filter((item) => tagItem.exec(item)?.[1].trim() !== tag)
  return [...fields.slice(0, 9), others.join('|') || '_', ...fields.slice(10)].join('\t')
}

/** A line with another `Entity=` in its MISC, empty for none; everything else of it stays. */
export const withEntity = (line: string, entity: string): string => {
  const fields = line.split('\t')
  if ((miscValue(fields[9].trimEnd(), 'Entity') ?? '') === entity) return line
  const items = ['', '_'].includes(fields[9].trim()) ? [] : fields[9].trimEnd().split('|')
  const others = items.filter((item) => !item.startsWith('Entity='))
  const stood = items.findIndex((item) => item.startsWith('Entity='))
  // MISC is in the order of its names.
  const after = others.findIndex((item) => item > 'Entity=')
  const at = stood === -1 ? (after === -1 ? others.length : after) : stood
  if (entity !== '') others.splice(at, 0, `Entity=${entity}`)
  fields[9] = others.join('|') || '_'
  return fields.join('\t')
}
