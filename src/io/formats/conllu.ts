/**
 * CoNLL-U with entities and coreference in `Entity=` of MISC, as GUM and
 * CorefUD write them. A document begins at `# newdoc`; a file without one is one
 * document a sentence. Mentions may nest and cross; the minimal span is the head. Where there is none, tags of names
 * in MISC (`ner=S-PERSON`) are entities.
 */
import { columnWord, isStrings, metadataOf } from '../syntax/columns.ts'
import {
  createDocument,
  type Document,
  listClusters,
  listMentions,
  type MentionLike,
  type SpanLike,
  type Spans,
} from '../document/document.ts'
import { isBlankLine } from '../syntax/line-fields.ts'
import { type Format, type FormatContext, formatContext, reportUncarried, requireTokens } from '../format.ts'
import { type LineParser, parseLines } from '../syntax/parse-lines.ts'
import { type Source, stem } from '../source.ts'
import { sentenceSpans, words } from '../document/tokens.ts'
import { entityFields, globalOf, toldGlobal, undeclaredGlobal } from '../syntax/conllu-entities.ts'
import { readSentence, withoutTag } from '../syntax/conllu-lines.ts'
import { decode, type Sentence } from '../syntax/conllu-sentences.ts'
import { isPlusHead, namesColumns, type PlusColumns, plusColumns, usualRow } from '../syntax/conllu-plus.ts'
import { withMentions, writtenGlobal } from '../syntax/conllu-mentions.ts'
import { idOfLine, idOnLine } from '../syntax/ids.ts'
import { spacesItem } from '../syntax/spaces.ts'
import { layerToWrite, reportEntities, type SpanLayer, spansToWrite } from '../syntax/span-layer.ts'

const key = 'conllu'

/** Characters of lines read ahead for a first `# newdoc`. */
const lookAhead = 1 << 16

const parser = (source: Source, context: FormatContext): LineParser => {
  const name = stem(source, '.conllu', '.conllup', '.cupt', '.conll')
  let id: string | undefined
  let hasDocuments = false
  /** Characters since the start while no `# newdoc` was seen; past `lookAhead` the file has none. */
  let ahead = 0
  let count = 0
  let sentences: Sentence[] = []
  let lines: string[] = []
  let hasWords = false
  let global: string | undefined
  let columns: PlusColumns | undefined
  /** What the first brackets of a file that declares nothing tell. */
  let told: string | undefined
  let skipping = false
  /** A fault of a sentence that is closing has nothing left to skip. */
  let atBoundary = false

  const documentId = () => id ?? `${name}:${count}`
  /** Of the document that is being read; without `# newdoc` each sentence is one. */
  const idNow = () => (hasDocuments ? documentId() : `${name}:${count + sentences.length}`)
  /** What comments declare holds from their sentence on: the document before `# newdoc` is not built yet. */
  const declare = () => {
    global = globalOf(lines) ?? global
  }
  const closeSentence = () => {
    if (lines.length === 0) return
    if (!hasWords) declare()
    const taken = lines
    lines = []
    hasWords = false
    atBoundary = true
    sentences.push({ lines: taken, ...readSentence(taken, idNow(), context) })
    atBoundary = false
  }
  const build = (taken: readonly Sentence[]): Document => {
    const documentName = documentId()
    count++
    const own = globalOf(taken.flatMap((sentence) => sentence.lines))
    const toldHere = global === undefined ? toldGlobal(taken.flatMap(({ nodes }) => nodes)) : undefined
    told ??= toldHere
    const fields = entityFields(global ?? told)
    const { located, mentions, clusters, tagSpans, ...rest } = decode(
      taken,
      documentName,
      fields,
      global !== undefined,
      context,
    )
    // Brackets that do not tell by themselves what they mean, or say something else, need it to be said.
    const said = global ?? (located.length > 0 && (toldHere ?? undeclaredGlobal) !== told ? told : undefined)
    return createDocument({
      id: documentName,
      ...rest,
      ...(located.length > 0 || global !== undefined ? { mentions, clusters } : {}),
      ...(tagSpans ? { [context.options.layer ?? 'entities']: tagSpans } : {}),
      // The declaration of a file stands in its first document only.
      metadata: {
        [key]: { sentences: taken.map((sentence) => sentence.lines), ...(said === own ? {} : { global: said }) },
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
      if (text.startsWith('#')) {
        const mark = newdoc.exec(text)
        const done = mark ? beginDocument(mark[1] === undefined ? undefined : idOfLine(mark[1].trim())) : undefined
        if (skipping) global = globalOf([text]) ?? global
        const isNaming = namesColumns(text)
        if (isNaming) columns = plusColumns(text)
        // What is kept has the ten columns.
        if (!skipping && !(isNaming && columns)) lines.push(text)
        return done
      }
      if (skipping) return undefined
      if (!hasWords) declare()
      hasWords = true
      lines.push(columns ? usualRow(text, columns, (name) => context.report.add('unread-column', idNow(), name)) : text)
      return undefined
    },
    end() {
      if (skipping) return undefined
      closeSentence()
      return hasDocuments ? take() : takeEach(true)
    },
    recover() {
      const failed = idNow()
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
    const layer = layerToWrite(document, context, 'mentions')
    reportUncarried(document, layer === 'mentions' ? [layer, 'heads', 'clusters'] : [layer, 'clusters'], context, key)
    const kept = keptLines(document, context)
    if (!kept && Array.isArray(metadataOf(document, key).sentences)) context.report.add('field', document.id, key)
    if (kept && saysTheSame(kept.read, document, layer)) {
      const sentences = withId(kept.sentences, document.id)
      const own = globalOf(sentences.flat())
      const isDeclared = own !== undefined || kept.global === declared || kept.read.mentions.length === 0
      declared = own ?? (isDeclared ? declared : (kept.global ?? kept.told ?? undeclaredGlobal))
      yield linesOf(isDeclared ? sentences : withComments(sentences, [`# global.Entity = ${declared}`]))
      continue
    }
    reportEntities(document, layer, context)
    const global = writtenGlobal(document)
    const given = kept?.read.list.map(withoutTags) ?? plainSentences(document, context)
    if (kept) reportFields(kept, document.id, context)
    const { sentences, unclustered } = withMentions(document, layer, given, kept?.read.groups ?? new Map(), context)
    const own = withId(sentences, document.id).map((lines) => lines.filter((line) => globalOf([line]) === undefined))
    const comments = kept && declared === global ? [] : [`# global.Entity = ${global}`]
    declared = global
    yield linesOf(withComments(own, unclustered === undefined ? comments : [...comments, unclustered]))
  }
}

const withoutTags = (sentence: Sentence): Sentence => ({ ...sentence, lines: sentence.lines.map(withoutTag) })

type Lines = readonly (readonly string[])[]

const linesOf = (sentences: Lines): string => sentences.map((lines) => `${lines.join('\n')}\n\n`).join('')

const newdoc = /^#\s*newdoc(?:\s+id\s*=\s*(.*))?\s*$/s

/** A document with comments at its start. */
const withComments = ([first = [], ...others]: Lines, comments: readonly string[]): Lines => {
  const at = first.findIndex((line) => newdoc.test(line)) + 1
  return [[...first.slice(0, at), ...comments, ...first.slice(at)], ...others]
}

/** A document whose `# newdoc`, where that has an id, has its own. */
const withId = (sentences: Lines, id: string): Lines =>
  sentences.map((lines) =>
    lines.map((line) => {
      const stood = newdoc.exec(line)?.[1]
      return stood === undefined || idOfLine(stood.trim()) === id ? line : `# newdoc id = ${idOnLine(id)}`
    }),
  )

/** Counts what brackets say besides group, type and head, of mentions that are written anew. */
const reportFields = ({ global, read }: Kept, id: string, context: FormatContext): void => {
  const known = ['GRP', 'eid', 'etype', 'entity', 'minspan', 'MIN', 'head']
  for (const name of global?.split('-') ?? [])
    if (!known.includes(name)) context.report.add('entity-field', id, name, read.mentions.length)
}

/** The sentences of a document that comes from elsewhere. */
const plainSentences = (document: Document, context: FormatContext): Sentence[] => {
  const tokens = requireTokens(document, 'conllu', context)
  const list = words(document)
  const { begin, end } = sentenceSpans(document)
  const name = document.id.replace(/\s+/g, '_')
  const last = tokens.begin.length - 1
  /** What stands after a token; of the last one in a sentence only what is more than nothing is read. */
  const after = (i: number, isEnd: boolean): string => {
    const item = i === last ? undefined : spacesItem(document.text.slice(tokens.end[i], tokens.begin[i + 1]))
    return item === undefined || (isEnd && item === 'SpaceAfter=No') ? '_' : item
  }
  const first = [`# newdoc id = ${idOnLine(document.id)}`]
  const sentences = Array.from(begin, (from, s) => {
    const comments = [
      ...(s === 0 ? first : []),
      `# sent_id = ${name}-${s + 1}`,
      `# text = ${document.text.slice(tokens.begin[from], tokens.end[end[s] - 1]).replace(/[ \t\n\r]+/g, ' ')}`,
    ]
    const rows = list.slice(from, end[s]).map((word, i) => {
      const misc = after(from + i, from + i + 1 === end[s])
      return [i + 1, columnWord(word, document, context, '\t'), '_', '_', '_', '_', '_', '_', '_', misc].join('\t')
    })
    const lines = [...comments, ...rows]
    return { lines, ...readSentence(lines, document.id, formatContext()) }
  })
  return sentences.length > 0 ? sentences : [{ lines: first, words: [], nodes: [] }]
}

interface Kept {
  readonly sentences: Lines
  readonly global: string | undefined
  /** What the brackets tell where nothing is declared. */
  readonly told: string | undefined
  readonly read: ReturnType<typeof decode> & {
    readonly list: readonly Sentence[]
    /** The group of each span. */
    readonly groups: ReadonlyMap<string, string>
  }
}

/** The lines as they were read, if they still have the document's words. */
const keptLines = (document: Document, { options }: FormatContext): Kept | undefined => {
  const { sentences, global: declared } = metadataOf(document, key)
  if (
    !Array.isArray(sentences) ||
    sentences.length === 0 ||
    !sentences.every((lines) => isStrings(lines) && lines.every((line) => !/[\n\r]/.test(line)))
  )
    return undefined
  try {
    const context = formatContext({ options })
    const list = sentences.map((lines: string[]) => ({ lines, ...readSentence(lines, document.id, context) }))
    const global = typeof declared === 'string' ? declared : globalOf(sentences.flat())
    const told = toldGlobal(list.flatMap(({ nodes }) => nodes))
    const read = decode(list, document.id, entityFields(global ?? told), global !== undefined, context)
    if (read.text !== document.text || !sameSpans(read.tokens, document.tokens)) return undefined
    if (!sameSpans(read.sentences, document.sentences)) return undefined
    const groups = new Map(
      read.located.flatMap(({ begin, end, group }) =>
        group ? [[`${read.tokens.begin[begin]} ${read.tokens.end[end - 1]}`, group] as const] : [],
      ),
    )
    return { sentences, global, told, read: { ...read, list, groups } }
  } catch {
    return undefined
  }
}

/** Whether spans are those of a document, which may have none. */
const sameSpans = (read: Spans, now: Spans | undefined): boolean =>
  now === undefined || (String(read.begin) === String(now.begin) && String(read.end) === String(now.end))

/** Whether lines that were read say a document's mentions and clusters. */
const saysTheSame = (
  { mentions, clusters, tagSpans }: Pick<ReturnType<typeof decode>, 'mentions' | 'clusters' | 'tagSpans'>,
  document: Document,
  layer: SpanLayer,
): boolean => {
  const spanName = ({ start, end }: SpanLike) => `${start} ${end}`
  const mentionNames = (list: readonly MentionLike[]) =>
    list.map((mention) => `${spanName(mention)} ${spanName(mention.head ?? mention)} ${mention.label}`).sort()
  const clusterNames = (list: readonly (readonly SpanLike[])[]) => list.map((each) => each.map(spanName).sort()).sort()
  const now =
    layer === 'mentions' && document.mentions ? listMentions(document.mentions) : spansToWrite(document, [layer])
  return (
    String(mentionNames(tagSpans ?? mentions)) === String(mentionNames(now)) &&
    JSON.stringify(clusterNames(clusters ?? [])) ===
      JSON.stringify(clusterNames(document.clusters ? listClusters(document.clusters) : []))
  )
}

export const conllu: Format = {
  name: 'conllu',
  summary: 'CoNLL-U with Entity= in MISC (GUM, CorefUD), or tags of names (ner=, Stanza)',
  accepts: (path) => /\.(?:conllup?|cupt)$/.test(path),
  sniff: (head) => {
    if (isPlusHead(head)) return 2
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
