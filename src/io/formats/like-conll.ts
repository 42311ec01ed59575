/**
 * The original HMTL's ACE form (`*like_conll`): mentions in one bracket column,
 * a column for each relation with `ARG1_T` and `ARG2_T` brackets, coreference last.
 */
import { columnWord, flatTokenSpans, onText, sentencesOfLengths } from '../syntax/columns.ts'
import {
  createDocument,
  type Document,
  listRelations,
  type RelationLike,
  type SpanLike,
  type Spans,
} from '../document/document.ts'
import { HmtlError } from '../errors.ts'
import { fieldsOf, isBlankLine } from '../syntax/line-fields.ts'
import { type Format, type FormatContext, reportUncarried, requireTokens } from '../format.ts'
import type { Line } from '../syntax/lines.ts'
import { type LineParser, parseLines } from '../syntax/parse-lines.ts'
import { type Source, stem } from '../source.ts'
import { layerToWrite, reportEntities } from '../syntax/span-layer.ts'
import type { TagSpan } from '../document/tags.ts'
import { joinTokens, sentenceOfToken, sentenceSpans, tokenSpan, words } from '../document/tokens.ts'
import {
  countUnbalanced,
  decodeBrackets,
  decodeCoref,
  encodeBrackets,
  encodeCoref,
  groupClusters,
  isLikeConll,
  tokenClusters,
} from '../syntax/brackets.ts'
import { footerOf, headerName, headerOf, idOfFooter, isFooter } from '../syntax/conll2012-lines.ts'

const parser = (source: Source, context: FormatContext): LineParser => {
  const name = stem(source, '.like_conll', '.sgm.like_conll')
  let rows: string[][] = []
  let lengths: number[] = []
  let sentenceStart = 0
  let id: string | undefined
  let count = 0
  let skipping = false

  const reset = () => {
    rows = []
    lengths = []
    sentenceStart = 0
    id = undefined
  }
  const closeSentence = () => {
    if (rows.length > sentenceStart) lengths.push(rows.length - sentenceStart)
    sentenceStart = rows.length
  }
  const documentId = () => id ?? (count === 0 ? name : `${name}:${count}`)

  const build = (): Document | undefined => {
    closeSentence()
    if (rows.length === 0 && id === undefined) return undefined
    const name = documentId()
    const unbalanced = countUnbalanced(context, name)
    const { text, tokens } = joinTokens(rows.map((row) => row[1]))
    const sentences = sentencesOfLengths(lengths)
    const mentions = lengths.flatMap((_, s) =>
      decodeBrackets((i) => rows[i][2], sentences.begin[s], sentences.end[s], unbalanced),
    )
    const relations: RelationLike[] = []
    for (let s = 0; s < lengths.length; s++) {
      for (let column = 3; column < rows[sentences.begin[s]].length - 1; column++) {
        const cellAt = (i: number) => rows[i][column]
        const relation = relationOf(decodeBrackets(cellAt, sentences.begin[s], sentences.end[s], unbalanced), tokens)
        if (relation) relations.push(relation)
        else context.report.add('odd-relation-column', name, `sentence ${s} column ${column + 1}`)
      }
    }
    const coref = decodeCoref((i) => rows[i][rows[i].length - 1], rows.length, unbalanced)
    const clusters = groupClusters(coref, tokens, name, context)
    const like = {
      id: name,
      text,
      tokens,
      sentences,
      mentions: onText(mentions, tokens),
      relations,
      clusters,
      metadata: {},
    }
    count++
    reset()
    return createDocument(like)
  }

  return {
    line({ text }: Line) {
      if (isFooter(text)) {
        if (!skipping) {
          id = idOfFooter(text) ?? id
          return build()
        }
        skipping = false
        return undefined
      }
      // Rows begin with their number, so that no token is taken for a comment.
      if (text.startsWith('#')) {
        const header = headerOf(text)
        if (!header) return undefined
        // The last document was not ended.
        const done = rows.length > 0 ? build() : undefined
        skipping = false
        id = header.document || undefined
        return done
      }
      if (isBlankLine(text)) {
        closeSentence()
        return undefined
      }
      if (skipping) return undefined
      const fields = fieldsOf(text)
      if (fields.length < 4)
        throw new HmtlError('HMTL_INPUT_SYNTAX', `${fields.length} columns where like-conll has at least 4`)
      const first = rows[sentenceStart]
      if (first && first.length !== fields.length)
        throw new HmtlError('HMTL_INPUT_SYNTAX', `${fields.length} columns in a sentence of ${first.length}`)
      if (fields[1] === '') throw new HmtlError('HMTL_INPUT_SYNTAX', 'an empty word')
      rows.push(fields)
      return undefined
    },
    end: build,
    recover() {
      const failed = documentId()
      reset()
      count++
      skipping = true
      return failed
    },
  }
}

/** The relation of a column; undefined where it lacks its `ARG1_T` or `ARG2_T`. */
const relationOf = (spans: readonly TagSpan[], tokens: Spans): RelationLike | undefined => {
  const argument = (prefix: string) => spans.find((span) => span.label.startsWith(prefix))
  const arg1 = argument('ARG1_')
  const arg2 = argument('ARG2_')
  if (!arg1 || !arg2 || arg1.label.slice(5) !== arg2.label.slice(5)) return undefined
  const span = ({ begin, end }: TagSpan): SpanLike => ({ start: tokens.begin[begin], end: tokens.end[end - 1] })
  return { label: arg1.label.slice(5), arg1: span(arg1), arg2: span(arg2) }
}

async function* write(documents: AsyncIterable<Document>, context: FormatContext) {
  for await (const document of documents) yield encode(document, context)
}

const encode = (document: Document, context: FormatContext): string => {
  const layer = layerToWrite(document, context, 'mentions')
  reportEntities(document, layer, context)
  reportUncarried(document, [layer, 'relations', 'clusters'], context)
  const tokens = requireTokens(document, 'like-conll', context)
  const sentences = sentenceSpans(document)
  const count = tokens.begin.length
  const mentions = encodeBrackets(
    flatTokenSpans(document, document[layer], 'mention', context, tokens),
    count,
    document,
    context,
  )
  const coref = encodeCoref(tokenClusters(document, context, tokens), count)
  const relations = document.relations ? listRelations(document.relations) : []
  const columns: TagSpan[][][] = Array.from(sentences.begin, () => [])
  for (const relation of relations) {
    const where = `${relation.label} ${relation.arg1.start}..${relation.arg1.end} ${relation.arg2.start}..${relation.arg2.end}`
    const one = tokenSpan(tokens, relation.arg1.start, relation.arg1.end)
    const two = tokenSpan(tokens, relation.arg2.start, relation.arg2.end)
    if (!one || !two) {
      context.report.add('off-token-relation', document.id, where)
      continue
    }
    const sentence = sentenceOfToken(sentences, one.begin)
    const [from, to] = [sentences.begin[sentence], sentences.end[sentence]]
    if (one.end > to || two.begin < from || two.end > to) {
      context.report.add('cross-sentence-relation', document.id, where)
      continue
    }
    if (one.begin < two.end && two.begin < one.end) {
      // One column cannot hold two brackets over the same tokens.
      context.report.add('overlapping-relation-arguments', document.id, where)
      continue
    }
    columns[sentence].push([
      { ...one, label: `ARG1_${relation.label}` },
      { ...two, label: `ARG2_${relation.label}` },
    ])
  }
  const list = words(document).map((word) => columnWord(word, document, context, '\t'))
  const lines = [headerName(document.id)]
  for (let s = 0; s < sentences.begin.length; s++) {
    const cells = columns[s].map((spans) =>
      encodeBrackets(
        [...spans].sort((a, b) => a.begin - b.begin),
        count,
        document,
        context,
      ),
    )
    for (let i = sentences.begin[s]; i < sentences.end[s]; i++)
      lines.push(
        [String(i - sentences.begin[s]), list[i], mentions[i], ...cells.map((column) => column[i]), coref[i]].join(
          '\t',
        ),
      )
    lines.push('')
  }
  // An empty id in the header is none.
  lines.push(footerOf(document.id, document.id || '-'))
  return `${lines.join('\n')}\n`
}

export const likeConll: Format = {
  name: 'like-conll',
  summary: "the original HMTL's ACE columns: mentions, a column a relation, coreference",
  accepts: (path) => path.endsWith('like_conll'),
  sniff: (head, path) => (isLikeConll(head, path) ? 2 : 0),
  read: (source, context) => parseLines(source, context, parser(source, context)),
  write,
  needsTokens: true,
  carries: ['mentions', 'relations', 'clusters'],
  extension: '.like_conll',
}
