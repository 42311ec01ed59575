/**
 * CoNLL-U with entities and coreference in `Entity=` of MISC, as GUM and
 * CorefUD write them. A document begins at `# newdoc`; a file without one is one
 * document a sentence. Mentions may nest and cross; the minimal span is the head.
 */
import { alignSpans, sentencesOfLengths } from '../columns.ts'
import { createDocument, type Document, listClusters, listMentions, type MentionLike, mentionsOf, type SpanLike } from '../document.ts'
import { HmtlError } from '../errors.ts'
import { type Format, type FormatContext, formatContext, reportUncarried, requireTokens } from '../format.ts'
import { type LineParser, parseLines } from '../parse-lines.ts'
import { type Source, stem } from '../source.ts'
import { sentenceSpans, tokenSpan, words } from '../tokens.ts'
import { spansToWrite } from './brat.ts'

const key = 'conllu'
const defaultGlobal = 'eid-etype-head'

interface Word {
  readonly form: string
  readonly spaceAfter: boolean
  readonly entity: string | undefined
}

interface Sentence {
  readonly lines: string[]
  readonly words: Word[]
}

const miscValue = (misc: string, name: string): string | undefined => {
  for (const item of misc.split('|')) if (item.startsWith(`${name}=`)) return item.slice(name.length + 1)
  return undefined
}

/** Words of a sentence's lines; a multiword token whose parts do not spell it becomes one word. */
const wordsOf = (lines: readonly string[], id: string, context: FormatContext): Word[] => {
  const out: Word[] = []
  let range: { end: number; form: string; from: number; misc: string } | undefined
  for (const line of lines) {
    if (line.startsWith('#')) continue
    const fields = line.split('\t')
    if (fields.length !== 10) throw new HmtlError('HMTL_INPUT_SYNTAX', `${fields.length} columns where CoNLL-U has 10`, { document: id })
    const [number, form, , , , , , , , misc] = fields
    if (number.includes('.')) {
      context.report.add('empty-node', id, number)
      if (miscValue(misc, 'Entity')) context.report.add('entity-on-empty-node', id, number)
      continue
    }
    if (number.includes('-')) {
      range = { end: Number(number.split('-')[1]), form, from: out.length, misc }
      continue
    }
    out.push({ form, spaceAfter: range ? false : miscValue(misc, 'SpaceAfter') !== 'No', entity: miscValue(misc, 'Entity') })
    if (range && Number(number) === range.end) {
      const parts = out.splice(range.from)
      const spaceAfter = miscValue(range.misc, 'SpaceAfter') !== 'No'
      if (parts.map((part) => part.form).join('') === range.form) out.push(...parts.map((part, i) => (i === parts.length - 1 ? { ...part, spaceAfter } : part)))
      else {
        context.report.add('multiword-token-merged', id, range.form)
        out.push({ form: range.form, spaceAfter, entity: parts.map((part) => part.entity ?? '').join('') || undefined })
      }
      range = undefined
    }
  }
  return out
}

interface Located {
  readonly begin: number
  readonly end: number
  readonly group: string
  readonly label: string
  readonly head: readonly [number, number] | undefined
}

/** Opened and closed entities of a sentence's words, on token indexes from `base`. */
const decodeEntities = (
  list: readonly Word[],
  base: number,
  global: readonly string[],
  open: Map<string, { begin: number; fields: string[] }[]>,
  id: string,
  context: FormatContext,
): Located[] => {
  const at = (name: string) => global.indexOf(name)
  const typeAt = at('etype')
  const headAt = Math.max(at('minspan'), at('head'))
  const out: Located[] = []
  const close = (begin: number, end: number, fields: string[]) => {
    const group = fields[0]
    const label = (typeAt > 0 && fields[typeAt]) || '_'
    const numbers = headAt > 0 && /^\d+(,\d+)*$/.test(fields[headAt] ?? '') ? fields[headAt].split(',').map(Number) : undefined
    const low = numbers && begin + Math.min(...numbers) - 1
    const high = numbers && begin + Math.max(...numbers)
    out.push({ begin, end, group, label, head: low !== undefined && high !== undefined && low >= begin && high <= end ? [low, high] : undefined })
  }
  list.forEach(({ entity }, i) => {
    if (entity === undefined) return
    for (const [item, opened, closed] of entity.matchAll(/\(([^()]+)(\))?|[^()]+\)/g)) {
      if (opened !== undefined) {
        const fields = opened.split('-')
        if (/\[\d+\/\d+\]$/.test(fields[0])) {
          context.report.add('discontinuous-span', id, opened.slice(0, 40))
          fields[0] = fields[0].replace(/\[.*$/, '')
          if (!closed) open.set(`${fields[0]}[]`, [...(open.get(`${fields[0]}[]`) ?? []), { begin: -1, fields }])
          continue
        }
        if (closed) close(base + i, base + i + 1, fields)
        else open.set(fields[0], [...(open.get(fields[0]) ?? []), { begin: base + i, fields }])
      } else {
        const group = item.slice(0, -1)
        const piece = /^(.*)\[\d+\/\d+\]$/.exec(group)
        const last = open.get(piece ? `${piece[1]}[]` : group)?.pop()
        if (!last) throw new HmtlError('HMTL_INPUT_SYNTAX', `Entity "${item}" closes what no word opened`, { document: id })
        if (last.begin >= 0) close(last.begin, base + i + 1, last.fields)
      }
    }
  })
  return out
}

const decode = (sentences: readonly Sentence[], id: string, global: readonly string[], context: FormatContext) => {
  const begin: number[] = []
  const end: number[] = []
  let text = ''
  const lengths: number[] = []
  const located: Located[] = []
  const open = new Map<string, { begin: number; fields: string[] }[]>()
  for (const sentence of sentences) {
    if (text !== '') text += ' '
    const base = begin.length
    for (const [i, { form, spaceAfter }] of sentence.words.entries()) {
      begin.push(text.length)
      text += form
      end.push(text.length)
      if (spaceAfter && i < sentence.words.length - 1) text += ' '
    }
    if (sentence.words.length > 0) lengths.push(sentence.words.length)
    located.push(...decodeEntities(sentence.words, base, global, open, id, context))
  }
  for (const [group, left] of open) if (left.length > 0) throw new HmtlError('HMTL_INPUT_SYNTAX', `Entity "(${group}" is never closed`, { document: id })
  const tokens = { begin: Int32Array.from(begin), end: Int32Array.from(end) }
  const span = (from: number, to: number): SpanLike => ({ start: begin[from], end: end[to - 1] })
  const mentions: MentionLike[] = located.map((item) => ({ ...span(item.begin, item.end), label: item.label, head: item.head && span(...item.head) }))
  const clusters = new Map<string, SpanLike[]>()
  const seen = new Set<string>()
  for (const item of located) {
    const place = `${item.begin} ${item.end}`
    if (seen.has(place)) {
      context.report.add('duplicate-cluster-member', id, place)
      continue
    }
    seen.add(place)
    clusters.set(item.group, [...(clusters.get(item.group) ?? []), span(item.begin, item.end)])
  }
  return { text, tokens, sentences: sentencesOfLengths(lengths), mentions, clusters: [...clusters.values()], annotated: located.length > 0 }
}

const parser = (source: Source, context: FormatContext): LineParser => {
  const name = stem(source, '.conllu', '.conll')
  let id: string | undefined
  let hasDocuments = false
  let count = 0
  let sentences: Sentence[] = []
  let lines: string[] = []
  let global: string[] = []
  let skipping = false

  const documentId = () => id ?? `${name}:${count}`
  const closeSentence = () => {
    if (lines.length === 0) return
    const sentence = { lines, words: wordsOf(lines, documentId(), context) }
    lines = []
    sentences.push(sentence)
  }
  const build = (): Document | undefined => {
    closeSentence()
    if (sentences.length === 0) return undefined
    const taken = sentences
    const documentName = documentId()
    sentences = []
    id = undefined
    count++
    const { annotated, mentions, clusters, ...rest } = decode(taken, documentName, global.length > 0 ? global : ['GRP', 'etype'], context)
    return createDocument({
      id: documentName,
      ...rest,
      ...(annotated || global.length > 0 ? { mentions, clusters } : {}),
      metadata: { [key]: { sentences: taken.map((sentence) => sentence.lines) } },
    })
  }

  return {
    line({ text }) {
      if (text.trim() === '') {
        if (skipping) {
          if (!hasDocuments) skipping = false
          lines = []
          return undefined
        }
        closeSentence()
        return hasDocuments ? undefined : build()
      }
      let done: Document | undefined
      if (text.startsWith('#')) {
        const newdoc = /^# newdoc(?:\s+id\s*=\s*(.*))?\s*$/.exec(text)
        if (newdoc) {
          if (!skipping) done = build()
          hasDocuments = true
          skipping = false
          id = newdoc[1]?.trim()
        }
        const entity = /^# global\.Entity\s*=\s*(.*)$/.exec(text)
        if (entity) global = entity[1].trim().split('-')
      }
      if (!skipping) lines.push(text)
      return done
    },
    end: () => (skipping ? undefined : build()),
    recover() {
      const failed = documentId()
      sentences = []
      lines = []
      count++
      skipping = true
      return failed
    },
  }
}

async function* write(documents: AsyncIterable<Document>, context: FormatContext) {
  for await (const document of documents) yield encode(document, context)
}

const encode = (document: Document, context: FormatContext): string => {
  reportUncarried(document, document.mentions ? ['mentions', 'heads', 'clusters'] : ['entities', 'clusters'], context, key)
  const tokens = requireTokens(document, 'conllu')
  const kept = unchanged(document)
  if (kept) return kept
  const list = words(document)
  const sentences = sentenceSpans(document)
  const source = document.mentions ? listMentions(document.mentions) : listMentions(mentionsOf(spansToWrite(document, 'entities')))
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
  const cells: { open: string[]; close: string[]; whole: string[] }[] = list.map(() => ({ open: [], close: [], whole: [] }))
  const all = [...source, ...extra]
  // Aligned together only to count; each mention needs its own head below.
  alignSpans(document, mentionsOf(all), 'mention', context, tokens)
  for (const mention of [...all].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const at = tokenSpan(tokens, mention.start, mention.end)
    if (!at) continue
    const sentence = sentences.begin.findIndex((from, s) => at.begin >= from && at.end <= sentences.end[s])
    if (sentence === -1) continue
    const group = groupOf.get(`${mention.start} ${mention.end}`) ?? ++groups
    const head = mention.head && tokenSpan(tokens, mention.head.start, mention.head.end)
    const heads = head ? Array.from({ length: head.end - head.begin }, (_, i) => head.begin - at.begin + 1 + i).join(',') : ''
    const opening = `(${group}-${mention.label.replace(/[-()|\s]/g, '_')}${heads ? `-${heads}` : '-'}`
    if (at.end - at.begin === 1) cells[at.begin].whole.push(`${opening})`)
    else {
      cells[at.begin].open.push(opening)
      cells[at.end - 1].close.unshift(`${group})`)
    }
  }
  const lines: string[] = [`# newdoc id = ${document.id.replace(/\s+/g, '_')}`, `# global.Entity = ${defaultGlobal}`]
  for (let s = 0; s < sentences.begin.length; s++) {
    const [from, to] = [sentences.begin[s], sentences.end[s]]
    lines.push(`# sent_id = ${document.id.replace(/\s+/g, '_')}-${s + 1}`, `# text = ${document.text.slice(tokens.begin[from], tokens.end[to - 1]).replace(/\s+/g, ' ')}`)
    for (let i = from; i < to; i++) {
      const { open, close, whole } = cells[i]
      const entity = [...close, ...open, ...whole].join('')
      const tight = i + 1 < to && tokens.begin[i + 1] === tokens.end[i]
      const misc = [entity && `Entity=${entity}`, tight && 'SpaceAfter=No'].filter(Boolean).join('|') || '_'
      lines.push([i - from + 1, list[i].replace(/\s+/g, ' '), '_', '_', '_', '_', '_', '_', '_', misc].join('\t'))
    }
    lines.push('')
  }
  return `${lines.join('\n')}\n`
}

/** The lines as they were read, if they still say what the document says. */
const unchanged = (document: Document): string | undefined => {
  const extras = document.metadata[key] as { sentences?: unknown } | undefined
  const sentences = extras?.sentences
  if (!Array.isArray(sentences) || !sentences.every((lines) => Array.isArray(lines) && lines.every((line) => typeof line === 'string' && !/[\n\r]/.test(line)))) return undefined
  try {
    const context = formatContext()
    const global = /^# global\.Entity\s*=\s*(.*)$/m.exec(sentences.flat().join('\n'))?.[1].trim().split('-') ?? ['GRP', 'etype']
    const read = decode(
      sentences.map((lines: string[]) => ({ lines, words: wordsOf(lines, document.id, context) })),
      document.id,
      global,
      context,
    )
    const same =
      read.text === document.text &&
      JSON.stringify(listMentions(mentionsOf(read.mentions))) === JSON.stringify(document.mentions ? listMentions(document.mentions) : []) &&
      JSON.stringify(read.clusters) === JSON.stringify(document.clusters ? listClusters(document.clusters) : [])
    return same ? sentences.map((lines: string[]) => `${lines.join('\n')}\n\n`).join('') : undefined
  } catch {
    return undefined
  }
}

export const conllu: Format = {
  name: 'conllu',
  summary: 'CoNLL-U with Entity= in MISC (GUM, CorefUD)',
  accepts: (path) => path.endsWith('.conllu'),
  sniff: (head) => {
    const line = head.split('\n').find((text) => text.trim() !== '' && !text.startsWith('#'))
    if (line !== undefined) return /^\d+(?:-\d+)?(?:\t[^\t]*){9}\r?$/.test(line) ? 2 : 0
    return /^# (newdoc|global\.Entity|sent_id)/m.test(head) ? 1 : 0
  },
  read: (source, context) => parseLines(source, context, parser(source, context)),
  write,
  needsTokens: true,
  carries: ['mentions', 'clusters'],
  extension: '.conllu',
}
