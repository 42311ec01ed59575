/**
 * CoNLL04 in multi-head form (Bekoulis et al. 2018): `#doc id`, then a line a
 * token: id, token, BIO tag, ['relation', …], [head, …]. A relation stands at the
 * last token of its first argument and its head is the last token of the second. The corpus as Roth and Yih hand it on
 * is read too.
 */
import { columnWord, flatTokenSpans, isStrings, metadataOf, onText, sentencesOfLengths } from '../syntax/columns.ts'
import { createDocument, type Document, listRelations, type RelationLike } from '../document/document.ts'
import { HmtlError } from '../errors.ts'
import { isBlankLine } from '../syntax/line-fields.ts'
import { type Format, type FormatContext, reportUncarried, requireTokens } from '../format.ts'
import { headOf } from '../syntax/head.ts'
import { withNewlines } from '../syntax/line-ends.ts'
import { lenient } from '../syntax/lenient.ts'
import { type LineParser, parseLines } from '../syntax/parse-lines.ts'
import { idOfLine, idOnLine } from '../syntax/ids.ts'
import { isRothYih, rothYihParser } from '../syntax/roth-yih.ts'
import { type Source, stem } from '../source.ts'
import { layerToWrite } from '../syntax/span-layer.ts'
import { decodeTags, encodeTags, isTag } from '../document/tags.ts'
import { joinTokens, sentenceOfToken, type TokenSpan, tokenSpan, words } from '../document/tokens.ts'
import { gather } from '../gather.ts'

const key = 'conll04'
const none = 'N'

const item = /\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^'",[\]\s]+))\s*(?:,|$)/y

/** Items of a Python list of strings or numbers. */
const items = (cell: string): string[] => {
  const bad = () => new HmtlError('HMTL_INPUT_SYNTAX', `"${cell.slice(0, 80)}" is not a list`)
  const body = /^\s*\[(.*)\]\s*$/.exec(cell)?.[1].trim()
  if (body === undefined) throw bad()
  const found: string[] = []
  for (item.lastIndex = 0; item.lastIndex < body.length; ) {
    const match = item.exec(body)
    if (!match) throw bad()
    found.push(match[3] ?? (match[1] ?? match[2]).replace(/\\(.)/g, '$1'))
  }
  return found
}

/** A text as Python writes it in a list. */
const quoted = (text: string): string =>
  text.includes("'") && !text.includes('"') ? `"${text.replace(/\\/g, '\\\\')}"` : `'${text.replace(/[\\']/g, '\\$&')}'`

/** Columns of other copies of the corpus. */
interface Extras {
  /** One between tag and relations, the tag's number. */
  readonly between?: readonly string[]
  /** Any after the heads, `[token][column]`. */
  readonly after?: readonly (readonly string[])[]
}

const extrasOf = (rows: readonly Row[]): Record<string, Extras> => {
  const between = rows.map((row) => row.between)
  const after = rows.map((row) => row.after)
  const extras: Extras = {
    ...(isStrings(between) ? { between } : {}),
    ...(after.some((cells) => cells.length > 0) ? { after } : {}),
  }
  return Object.keys(extras).length > 0 ? { [key]: extras } : {}
}

const isCell = (value: unknown): boolean => typeof value === 'string' && !/[\t\n\r]/.test(value)

/** The kept columns of a document of one sentence, where they are still of its tokens. */
const keptExtras = (document: Document, count: number): Extras => {
  const { between, after } = metadataOf(document, key)
  return {
    ...(isStrings(between, count) && between.every(isCell) ? { between } : {}),
    ...(Array.isArray(after) &&
    after.length === count &&
    after.every((cells) => isStrings(cells) && cells.every(isCell))
      ? { after }
      : {}),
  }
}

interface Row {
  readonly word: string
  readonly tag: string
  readonly relations: string
  readonly heads: string
  readonly between?: string
  readonly after: readonly string[]
}

const rowOf = (fields: readonly string[]): Row => {
  if (fields.length < 5)
    throw new HmtlError('HMTL_INPUT_SYNTAX', `${fields.length} tab-separated columns where CoNLL04 has 5`)
  if (fields[1] === '') throw new HmtlError('HMTL_INPUT_SYNTAX', 'an empty word')
  if (!isTag(fields[2])) throw new HmtlError('HMTL_INPUT_SYNTAX', `"${fields[2]}" is not a tag`)
  const [, word, tag, ...rest] = fields
  const hasNumber = fields.length > 5 && !rest[0].startsWith('[')
  const [relations, heads, ...after] = hasNumber ? rest.slice(1) : rest
  return { word, tag, relations, heads, after, ...(hasNumber ? { between: rest[0] } : {}) }
}

const parser = (source: Source, context: FormatContext): LineParser => {
  const name = stem(source, '.txt', '.conll04')
  let id: string | undefined
  let count = 0
  let rows: Row[] = []
  let skipping = false

  /** @param named whether a name alone is a document, one without words */
  const build = (named: boolean): Document | undefined => {
    if (rows.length === 0 && !(named && id !== undefined)) return undefined
    const documentId = id ?? `${name}:${count}`
    const taken = rows
    rows = []
    id = undefined
    count++
    const { text, tokens } = joinTokens(taken.map(({ word }) => word))
    const spans = decodeTags(taken.map(({ tag }) => tag))
    const ending = new Map(spans.map((span) => [span.end - 1, span]))
    const argument = (token: number) => {
      const begin = ending.get(token)?.begin ?? token
      return { start: tokens.begin[begin], end: tokens.end[token] }
    }
    const { take, end } = lenient(documentId, context)
    /** Labels and heads of a token, which are as many. */
    const cellsAt = (row: Row, i: number): [label: string, head: number][] => {
      const labels = items(row.relations)
      const heads = items(row.heads).map(Number)
      if (labels.length !== heads.length)
        throw new HmtlError(
          'HMTL_INPUT_SYNTAX',
          `token ${i} has ${labels.length} relations and ${heads.length} heads`,
          { document: documentId },
        )
      return labels.map((label, k) => [label, heads[k]])
    }
    const relationAt = (label: string, i: number, head: number): RelationLike => {
      if (!Number.isInteger(head) || head < 0 || head >= taken.length)
        throw new HmtlError('HMTL_DOCUMENT_OFFSET', `head ${head} of token ${i} is not a token of the sentence`, {
          document: documentId,
        })
      return { label, arg1: argument(i), arg2: argument(head) }
    }
    const odd = 'unreadable-relation'
    const relations = taken.flatMap((row, i) =>
      (take(odd, () => cellsAt(row, i)) ?? []).flatMap(([label, head]) =>
        label === none ? [] : (take(odd, () => relationAt(label, i, head)) ?? []),
      ),
    )
    end()
    return createDocument({
      id: documentId,
      text,
      tokens,
      sentences: sentencesOfLengths(taken.length > 0 ? [taken.length] : []),
      entities: onText(spans, tokens),
      relations,
      metadata: extrasOf(taken),
    })
  }

  return {
    line({ text }) {
      if (text.startsWith('#doc')) {
        const done = build(true)
        const said = text.slice(4).trim()
        id = said === '' ? undefined : idOfLine(said)
        skipping = false
        return done
      }
      if (isBlankLine(text)) return build(false)
      if (skipping) return undefined
      rows.push(rowOf(text.split('\t')))
      return undefined
    },
    end: () => build(true),
    recover() {
      const failed = id ?? `${name}:${count}`
      rows = []
      id = undefined
      skipping = true
      return failed
    },
  }
}

async function* write(documents: AsyncIterable<Document>, context: FormatContext) {
  for await (const document of documents) yield encode(document, context)
}

const encode = (document: Document, context: FormatContext): string => {
  const layer = layerToWrite(document, context)
  reportUncarried(document, [layer, 'relations'], context, key)
  const tokens = requireTokens(document, 'conll04', context)
  const sentences = document.sentences ?? { begin: Int32Array.of(0), end: Int32Array.of(tokens.begin.length) }
  const { begin: begins, end: ends } = sentences
  const spans = flatTokenSpans(document, document[layer], 'entity', context, tokens)
  const tags = encodeTags(spans, 0, tokens.begin.length, 'bio')
  const list = words(document).map((word) => columnWord(word, document, context, '\t'))
  // An argument is written as its last token, and read again as the entity that ends there or as that token.
  const ending = new Map(spans.map((span) => [span.end, span.begin]))
  const isKept = ({ begin, end }: TokenSpan) => (ending.get(end) ?? end - 1) === begin
  const { between, after } = begins.length === 1 ? keptExtras(document, tokens.begin.length) : {}
  const heads = new Map<number, [label: string, head: number][]>()
  for (const { label, arg1, arg2 } of document.relations ? listRelations(document.relations) : []) {
    const one = tokenSpan(tokens, arg1.start, arg1.end)
    const two = tokenSpan(tokens, arg2.start, arg2.end)
    const sentence = one ? sentenceOfToken(sentences, one.end - 1) : -1
    if (!one || !two || two.begin < begins[sentence] || two.end > ends[sentence]) {
      context.report.add('cross-sentence-relation', document.id, label)
      continue
    }
    for (const argument of [one, two])
      if (!isKept(argument))
        context.report.add(
          'relation-argument-off-entity',
          document.id,
          `${label} tokens ${argument.begin}..${argument.end}`,
        )
    gather(heads, one.end - 1, [label, two.end - 1 - begins[sentence]])
  }
  const lines: string[] = []
  begins.forEach((from, s) => {
    lines.push(`#doc ${idOnLine(begins.length === 1 ? document.id : `${document.id}:${s}`)}`)
    for (let i = from; i < ends[s]; i++) {
      const here = heads.get(i) ?? [[none, i - from] as [string, number]]
      const labels = here.map(([label]) => quoted(label)).join(', ')
      const cells = [
        i - from,
        list[i],
        tags[i],
        ...(between ? [between[i]] : []),
        `[${labels}]`,
        `[${here.map(([, head]) => head).join(', ')}]`,
        ...(after?.[i] ?? []),
      ]
      lines.push(cells.join('\t'))
    }
  })
  // A document without words is its name alone.
  if (lines.length === 0) lines.push(`#doc ${document.id}`)
  return `${lines.join('\n')}\n`
}

export const conll04: Format = {
  name: 'conll04',
  summary:
    'CoNLL04 columns with multi-head relations (#doc, id, token, tag, [relations], [heads]); reads conll04.corp too',
  accepts: (path) => /conll04.*\.(txt|corp)$|\.conll04$/i.test(path),
  sniff: (head) =>
    isRothYih(head) || (/^#doc/m.test(head) && /^\d+\t[^\t]+\t[^\t]+\t(?:\d+\t)?\[/m.test(head)) ? 2 : 0,
  async *read(given, context) {
    const { head, source } = await headOf(given, (text) => /^\s*\S[^\n]*\n/.test(text))
    const parse = isRothYih(withNewlines(head)) ? rothYihParser(key, context) : parser(source, context)
    yield* parseLines(source, context, parse)
  },
  write,
  needsTokens: true,
  carries: ['entities', 'relations'],
  extension: '.conll04',
}
