/**
 * The corpus of Roth and Yih (2004) as they hand it on: nine columns a word or entity (sentence, type, place, O, part of
 * speech, word, O, O, O), a blank line, a relation a row by the places of its arguments, a blank line.
 */
import { createDocument, type Document, type RelationLike } from '../document/document.ts'
import type { TagSpan } from '../document/tags.ts'
import { joinTokens } from '../document/tokens.ts'
import { HmtlError } from '../errors.ts'
import type { FormatContext } from '../format.ts'
import { onText, sentencesOfLengths } from './columns.ts'
import { lenient } from './lenient.ts'
import { isBlankLine, tabFieldsOf } from './line-fields.ts'
import type { LineParser } from './parse-lines.ts'

const row = /^(\d+)\t(\S+)\t(\d+)\tO\t(\S+)\t([^\t]+)\tO\tO\tO\s*$/
const relationRow = /^\d+\t\d+\t\S+\s*$/

/** Whether a file begins with such a row. */
export const isRothYih = (head: string): boolean => {
  const first = head.split('\n').find((line) => !isBlankLine(line))
  return first !== undefined && row.exec(first)?.[3] === '0'
}

/** The words of a row; an entity's stand together, as its parts of speech do. */
const wordsOf = (word: string, pos: string, isEntity: boolean): string[] => {
  if (word === 'COMMA') return [',']
  const parts = word.split('/')
  return (isEntity || parts.length === pos.split('/').length) && !parts.includes('') ? parts : [word]
}

/** Parts of speech of these many words. */
const posOf = (pos: string, count: number): string[] => {
  const parts = pos.split('/')
  return parts.length === count ? parts : Array.from({ length: count }, () => pos)
}

interface Block {
  readonly id: string
  readonly rows: RegExpExecArray[]
  readonly relations: string[]
  isClosed: boolean
}

const build = ({ id, rows, relations }: Block, key: string, context: FormatContext): Document => {
  const list: string[] = []
  const tags: string[] = []
  const spans = new Map<string, TagSpan>()
  for (const [, , type, place, pos, word] of rows) {
    const own = wordsOf(word, pos, type !== 'O')
    const begin = list.length
    list.push(...own)
    tags.push(...posOf(pos, own.length))
    spans.set(place, { begin, end: list.length, label: type })
  }
  const { text, tokens } = joinTokens(list)
  const { take, end } = lenient(id, context)
  const argument = (place: string) => {
    const span = spans.get(place)
    if (!span) throw new HmtlError('HMTL_DOCUMENT_OFFSET', `${place} is not a place of the sentence`, { document: id })
    return onText([span], tokens)[0]
  }
  const between = relations.flatMap((line): RelationLike[] => {
    const [one, two, label] = tabFieldsOf(line)
    return take('unreadable-relation', () => [{ label, arg1: argument(one), arg2: argument(two) }]) ?? []
  })
  end()
  return createDocument({
    id,
    text,
    tokens,
    sentences: sentencesOfLengths([list.length]),
    [context.options.layer ?? 'entities']: onText(
      [...spans.values()].filter(({ label }) => label !== 'O'),
      tokens,
    ),
    relations: between,
    metadata: { [key]: { pos: tags } },
  })
}

/** @param key under which metadata have parts of speech */
export const rothYihParser = (key: string, context: FormatContext): LineParser => {
  let block: Block | undefined
  /** The rest of a sentence that is left out. */
  let skipping = false
  const take = (): Document | undefined => {
    const taken = block
    block = undefined
    return taken && build(taken, key, context)
  }
  return {
    line({ text }) {
      if (isBlankLine(text)) {
        // Built before the next one begins: what is wrong with it must not cost that one a row.
        if (block?.isClosed) return take()
        if (block) block.isClosed = true
        return undefined
      }
      const found = row.exec(text)
      skipping &&= found?.[3] !== '0'
      if (skipping) return undefined
      if (found) {
        const isNew = !block || block.isClosed
        const done = isNew ? take() : undefined
        block ??= { id: found[1], rows: [], relations: [], isClosed: false }
        block.rows.push(found)
        return done
      }
      if (block?.isClosed && relationRow.test(text)) {
        block.relations.push(text)
        return undefined
      }
      throw new HmtlError('HMTL_INPUT_SYNTAX', 'neither a row of nine columns nor a relation of three', {
        remedy: 'Repair the line; its sentence was left out',
      })
    },
    end: take,
    recover() {
      const failed = block?.id
      block = undefined
      skipping = true
      return failed
    },
  }
}
