/**
 * CoNLL-U with entities and coreference in `Entity=` of MISC, as GUM and
 * CorefUD write them. A document begins at `# newdoc`; a file without one is one
 * document a sentence. Mentions may nest and cross; the minimal span is the head.
 */
import { alignSpans, columnWord, sentencesOfLengths } from '../syntax/columns.ts'
import {
  createDocument,
  type Document,
  listClusters,
  listMentions,
  type MentionLike,
  mentionsOf,
  type SpanLike,
} from '../document/document.ts'
import { isBlankLine } from '../syntax/line-fields.ts'
import { type Format, type FormatContext, formatContext, reportUncarried, requireTokens } from '../format.ts'
import { type LineParser, parseLines } from '../syntax/parse-lines.ts'
import { type Source, stem } from '../source.ts'
import { sentenceSpans, tokenSpan, words } from '../document/tokens.ts'
import { type ClusterSpan, groupClusters, withoutCrossing } from '../syntax/brackets.ts'
import { spansToWrite } from './brat.ts'
import {
  EntityBrackets,
  type EntityFields,
  entityFields,
  globalOf,
  undeclaredGlobal,
} from '../syntax/conllu-entities.ts'
import { type EntityNode, readSentence, type Word } from '../syntax/conllu-lines.ts'

const key = 'conllu'
const defaultGlobal = 'eid-etype-head'
const newdoc = /^#\s*newdoc(?:\s+id\s*=\s*(.*))?\s*$/

interface Sentence {
  readonly lines: readonly string[]
  readonly words: readonly Word[]
  readonly nodes: readonly EntityNode[]
}

const decode = (sentences: readonly Sentence[], id: string, fields: EntityFields, context: FormatContext) => {
  const begin: number[] = []
  const end: number[] = []
  let text = ''
  const lengths: number[] = []
  const brackets = new EntityBrackets(fields, id, context)
  for (const { words: list, nodes } of sentences) {
    if (list.length > 0 && text !== '') text += ' '
    brackets.add(nodes, begin.length)
    for (const [i, { form, spaceAfter }] of list.entries()) {
      begin.push(text.length)
      text += form
      end.push(text.length)
      if (spaceAfter && i < list.length - 1) text += ' '
    }
    if (list.length > 0) lengths.push(list.length)
  }
  const located = brackets.close()
  const tokens = { begin: Int32Array.from(begin), end: Int32Array.from(end) }
  const span = (from: number, to: number): SpanLike => ({ start: begin[from], end: end[to - 1] })
  const mentions: MentionLike[] = located.map((item) => ({
    ...span(item.begin, item.end),
    label: item.label,
    head: item.head && span(...item.head),
  }))
  const members = located.flatMap(({ begin, end, group }) =>
    group === undefined ? [] : [{ begin, end, cluster: group }],
  )
  const clusters = fields.group === undefined ? undefined : groupClusters(members, tokens, id, context)
  return { text, tokens, sentences: sentencesOfLengths(lengths), mentions, clusters, annotated: located.length > 0 }
}

/** Characters of lines read ahead for a first `# newdoc`. */
const lookAhead = 1 << 16

const parser = (source: Source, context: FormatContext): LineParser => {
  const name = stem(source, '.conllu', '.conll')
  let id: string | undefined
  let hasDocuments = false
  /** Characters since the start while no `# newdoc` was seen; past `lookAhead` the file has none. */
  let ahead = 0
  let count = 0
  let sentences: Sentence[] = []
  let lines: string[] = []
  let hasWords = false
  let global: string | undefined
  let skipping = false
  /** A fault of a sentence that is closing has nothing left to skip. */
  let atBoundary = false

  const documentId = () => id ?? `${name}:${count}`
  const closeSentence = () => {
    if (lines.length === 0) return
    const taken = lines
    lines = []
    hasWords = false
    atBoundary = true
    sentences.push({ lines: taken, ...readSentence(taken, documentId(), context) })
    atBoundary = false
  }
  const build = (taken: readonly Sentence[]): Document => {
    const documentName = documentId()
    count++
    const { annotated, mentions, clusters, ...rest } = decode(taken, documentName, entityFields(global), context)
    const own = globalOf(taken.flatMap((sentence) => sentence.lines))
    return createDocument({
      id: documentName,
      ...rest,
      ...(annotated || global !== undefined ? { mentions, clusters } : {}),
      // The declaration of a file stands in its first document only.
      metadata: {
        [key]: { sentences: taken.map((sentence) => sentence.lines), ...(global === own ? {} : { global }) },
      },
    })
  }
  /** The document under way; comments alone are none, but go to the one after them. */
  const take = (): Document | undefined => {
    const taken = sentences
    if (!hasDocuments && taken.every((sentence) => sentence.words.length === 0)) return undefined
    sentences = []
    const done = taken.length > 0 ? build(taken) : undefined
    id = undefined
    return done
  }
  /** Without `# newdoc` every sentence is a document, with the comments that stood alone before it. */
  const takeEach = (atEnd = false): Document[] => {
    const out: Document[] = []
    let from = 0
    const last = sentences.findLastIndex((sentence) => sentence.words.length > 0)
    sentences.forEach((sentence, s) => {
      if (sentence.words.length === 0) return
      const to = atEnd && s === last ? sentences.length : s + 1
      out.push(build(sentences.slice(from, to)))
      from = to
    })
    sentences = sentences.slice(from)
    return out
  }
  /**
   * The comments of a sentence stand in any order: those before the `# newdoc` are its own too, unless they are of a
   * document without words.
   */
  const beginDocument = (newId: string | undefined): Document | undefined => {
    const held = hasWords || skipping || lines.some((line) => newdoc.test(line)) ? [] : lines
    if (held.length > 0) lines = []
    if (!skipping) closeSentence()
    const done = skipping ? undefined : take()
    lines = held
    hasDocuments = true
    skipping = false
    id = newId
    return done
  }

  return {
    line({ text }) {
      if (isBlankLine(text)) {
        if (skipping) {
          if (!hasDocuments) skipping = false
          return undefined
        }
        closeSentence()
        return !hasDocuments && ahead > lookAhead ? takeEach() : undefined
      }
      if (!hasDocuments && ahead <= lookAhead) ahead += text.length
      let done: Document | undefined
      if (text.startsWith('#')) {
        const mark = newdoc.exec(text)
        if (mark) done = beginDocument(mark[1]?.trim())
        global = globalOf([text]) ?? global
      }
      if (skipping) return done
      if (!text.startsWith('#')) hasWords = true
      lines.push(text)
      return done
    },
    end() {
      if (skipping) return undefined
      closeSentence()
      return hasDocuments ? take() : takeEach(true)
    },
    recover() {
      const failed = hasDocuments ? documentId() : `${name}:${count + sentences.length}`
      // Before any mark only the sentence is lost, whether it is a document or not.
      if (hasDocuments) {
        sentences = []
        count++
      }
      lines = []
      hasWords = false
      skipping = hasDocuments || !atBoundary
      atBoundary = false
      return failed
    },
  }
}

async function* write(documents: AsyncIterable<Document>, context: FormatContext) {
  /** What the output has declared so far. */
  let declared: string | undefined
  for await (const document of documents) {
    reportUncarried(
      document,
      document.mentions ? ['mentions', 'heads', 'clusters'] : ['entities', 'clusters'],
      context,
      key,
    )
    const kept = unchanged(document)
    if (!kept) {
      declared = defaultGlobal
      yield encode(document, context)
      continue
    }
    const { sentences, global } = kept
    const own = globalOf(sentences.flat())
    const isDeclared = own !== undefined || global === declared || !document.mentions?.begin.length
    declared = own ?? (isDeclared ? declared : (global ?? undeclaredGlobal))
    yield (isDeclared ? sentences : withDeclaration(sentences, declared as string))
      .map((lines) => `${lines.join('\n')}\n\n`)
      .join('')
  }
}

/** A document whose declaration stands in another one, which is not written before it. */
const withDeclaration = ([first, ...others]: readonly (readonly string[])[], global: string): (readonly string[])[] => {
  const at = first.findIndex((line) => /^#\s*newdoc/.test(line)) + 1
  return [[...first.slice(0, at), `# global.Entity = ${global}`, ...first.slice(at)], ...others]
}

const encode = (document: Document, context: FormatContext): string => {
  const tokens = requireTokens(document, 'conllu')
  const list = words(document)
  const sentences = sentenceSpans(document)
  const source = document.mentions
    ? listMentions(document.mentions)
    : listMentions(mentionsOf(spansToWrite(document, 'entities')))
  const groupOf = new Map<string, number>()
  let groups = 0
  for (const cluster of document.clusters ? listClusters(document.clusters) : []) {
    groups++
    for (const span of cluster) groupOf.set(`${span.start} ${span.end}`, groups)
  }
  const known = new Set(source.map((mention) => `${mention.start} ${mention.end}`))
  const extra: MentionLike[] = document.clusters
    ? listClusters(document.clusters)
        .flat()
        .filter((span) => !known.has(`${span.start} ${span.end}`))
        .map((span) => ({ ...span, label: '_' }))
    : []
  const cells: { open: string[]; close: string[]; whole: string[] }[] = list.map(() => ({
    open: [],
    close: [],
    whole: [],
  }))
  const all = [...source, ...extra]
  // Aligned together only to count; each mention needs its own head below.
  alignSpans(document, mentionsOf(all), 'mention', context, tokens)
  const placed: (ClusterSpan & { mention: MentionLike })[] = []
  for (const mention of [...all].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const at = tokenSpan(tokens, mention.start, mention.end)
    if (!at || !sentences.begin.some((from, s) => at.begin >= from && at.end <= sentences.end[s])) continue
    const group = groupOf.get(`${mention.start} ${mention.end}`) ?? ++groups
    placed.push({ cluster: String(group), begin: at.begin, end: at.end, mention })
  }
  for (const { cluster, begin, end, mention } of withoutCrossing(placed, document, context)) {
    const head = mention.head && tokenSpan(tokens, mention.head.start, mention.head.end)
    const heads = head
      ? Array.from({ length: head.end - head.begin }, (_, i) => head.begin - begin + 1 + i).join(',')
      : ''
    const opening = `(${cluster}-${labelOf(mention.label, document, context)}${heads ? `-${heads}` : '-'}`
    if (end - begin === 1) cells[begin].whole.push(`${opening})`)
    else {
      cells[begin].open.push(opening)
      cells[end - 1].close.unshift(`${cluster})`)
    }
  }
  const name = document.id.replace(/[ \t\n\r]+/g, '_')
  const lines: string[] = [`# newdoc id = ${name}`, `# global.Entity = ${defaultGlobal}`]
  for (let s = 0; s < sentences.begin.length; s++) {
    const [from, to] = [sentences.begin[s], sentences.end[s]]
    lines.push(
      `# sent_id = ${name}-${s + 1}`,
      `# text = ${document.text.slice(tokens.begin[from], tokens.end[to - 1]).replace(/[ \t\n\r]+/g, ' ')}`,
    )
    for (let i = from; i < to; i++) {
      const { open, close, whole } = cells[i]
      const entity = [...close, ...open, ...whole].join('')
      const tight = i + 1 < to && tokens.begin[i + 1] === tokens.end[i]
      const misc = [entity && `Entity=${entity}`, tight && 'SpaceAfter=No'].filter(Boolean).join('|') || '_'
      lines.push(
        [i - from + 1, columnWord(list[i], document, context, '\t'), '_', '_', '_', '_', '_', '_', '_', misc].join(
          '\t',
        ),
      )
    }
    lines.push('')
  }
  // A document without sentences is one by the empty line that ends its comments.
  if (sentences.begin.length === 0) lines.push('')
  return `${lines.join('\n')}\n`
}

/** A label without what divides the fields of `Entity=`. */
const labelOf = (label: string, document: Document, context: FormatContext): string => {
  const written = label.replace(/[-()|\s]/g, '_')
  if (written !== label) context.report.add('label-changed', document.id, label)
  return written
}

/** The lines as they were read, if they still say what the document says. */
const unchanged = (
  document: Document,
): { sentences: readonly (readonly string[])[]; global: string | undefined } | undefined => {
  const extras = document.metadata[key] as { sentences?: unknown; global?: unknown } | undefined
  const sentences = extras?.sentences
  if (
    !Array.isArray(sentences) ||
    !sentences.every(
      (lines) => Array.isArray(lines) && lines.every((line) => typeof line === 'string' && !/[\n\r]/.test(line)),
    )
  )
    return undefined
  try {
    const context = formatContext()
    const list: Sentence[] = sentences.map((lines: string[]) => ({
      lines,
      ...readSentence(lines, document.id, context),
    }))
    const global = typeof extras?.global === 'string' ? extras.global : globalOf(sentences.flat())
    const read = decode(list, document.id, entityFields(global), context)
    const same =
      read.text === document.text &&
      JSON.stringify(listMentions(mentionsOf(read.mentions))) ===
        JSON.stringify(document.mentions ? listMentions(document.mentions) : []) &&
      JSON.stringify(read.clusters ?? []) === JSON.stringify(document.clusters ? listClusters(document.clusters) : [])
    return same && sentences.length > 0 ? { sentences, global } : undefined
  } catch {
    return undefined
  }
}

export const conllu: Format = {
  name: 'conllu',
  summary: 'CoNLL-U with Entity= in MISC (GUM, CorefUD)',
  accepts: (path) => path.endsWith('.conllu'),
  sniff: (head) => {
    const line = head.split('\n').find((text) => !isBlankLine(text) && !text.startsWith('#'))
    if (line !== undefined) return /^\d+(?:[-.]\d+)?(?:\t[^\t]*){9}[ \t]*\r?$/.test(line) ? 2 : 0
    return /^#\s*(newdoc|global\.|sent_id)/m.test(head) ? 1 : 0
  },
  read: (source, context) => parseLines(source, context, parser(source, context)),
  write,
  needsTokens: true,
  carries: ['mentions', 'clusters'],
  extension: '.conllu',
}
