/**
 * brat standoff: `NAME.txt` and `NAME.ann`. Text-bound annotations become spans,
 * `R` relations, `*` equivalences clusters. Events, attributes, notes and the
 * pieces of discontinuous spans have no place in a document: they are counted,
 * and kept so that an unchanged document is written as it was.
 */
import { columnLabel, metadataOf } from '../syntax/columns.ts'
import {
  createDocument,
  type Document,
  type LabelledLike,
  listClusters,
  listRelations,
  type RelationLike,
  type SpanLike,
} from '../document/document.ts'
import { HmtlError, within } from '../errors.ts'
import {
  attempt,
  type Format,
  type FormatContext,
  formatContext,
  maxDocumentBytes,
  reportUncarried,
} from '../format.ts'
import { checkCovered, lenient } from '../syntax/lenient.ts'
import { codePointPlaces, fromUtf16, type OffsetMap } from '../document/offsets.ts'
import { nameBeside, readAll, readBeside, type Source, stem } from '../source.ts'
import { withNewlines } from '../syntax/line-ends.ts'
import { layersToWrite, reportMerged, spansToWrite } from '../syntax/span-layer.ts'
import { decodeUtf8 } from '../syntax/text.ts'

const key = 'brat'
const mark = '\ufeff'
const unmarked = (text: string): string => (text.startsWith(mark) ? text.slice(1) : text)

/** Lines of annotation; the text's own line ends are counted, and stand. */
const rowsOf = (ann: string): string[] => withNewlines(unmarked(ann)).split('\n')

interface Standoff {
  readonly spans: LabelledLike[]
  readonly relations: RelationLike[]
  readonly clusters: SpanLike[][] | undefined
}

/** A text-bound annotation: its label, its extent from the first piece to the last, and how it says that. */
interface Bound extends LabelledLike {
  /** Pieces with text between them. */
  readonly isBroken: boolean
}

const remedy = 'brat counts code points of the text file with its line ends as they stand'

/** Reads one `T` line. @throws HmtlError with the line at fault */
const boundOf = (row: string, text: string, offsetOf: OffsetMap, document: string, line: number): Bound => {
  const [id, body = '', ...rest] = row.split('\t')
  const match = /^(\S+) (\d+ \d+(?:;\d+ \d+)*)$/.exec(body)
  if (!match) throw new HmtlError('HMTL_INPUT_SYNTAX', `${id} is not "Type start end"`, { document, line })
  const pieces = match[2].split(';').map((piece) => {
    const [from, to] = piece.split(' ').map(Number)
    const [start, end] = [offsetOf(from), offsetOf(to)]
    if (start < 0 || end <= start)
      throw new HmtlError('HMTL_DOCUMENT_OFFSET', `${id} has ${piece}, which is no span of the text`, {
        document,
        line,
        remedy,
      })
    return { start, end }
  })
  checkCovered(
    rest.join('\t'),
    pieces.map(({ start, end }) => text.slice(start, end)).join(' '),
    id,
    document,
    line,
    remedy,
  )
  // Pieces come in any order: the extent is from the first in the text to the last.
  const sorted = [...pieces].sort((a, b) => a.start - b.start)
  return {
    start: sorted[0].start,
    end: sorted.reduce((last, { end }) => Math.max(last, end), 0),
    label: match[1],
    isBroken: sorted.some(({ start }, i) => i > 0 && text.slice(sorted[i - 1].end, start).trim() !== ''),
  }
}

/** Reads `.ann` lines. @throws HmtlError with the line at fault, where most lines are */
const decode = (ann: string, text: string, document: string, context: FormatContext): Standoff => {
  const offsetOf = codePointPlaces(text)
  const { take, end } = lenient(document, context)
  const spans = new Map<string, LabelledLike>()
  const relations: { label: string; arg1: string; arg2: string }[] = []
  const groups: string[][] = []
  let line = 0
  for (const raw of rowsOf(ann)) {
    line++
    const row = raw.replace(/\r$/, '')
    if (row.trim() === '') continue
    const [id, body = ''] = row.split('\t')
    const kind = row[0]
    if (kind === 'T') {
      const bound = take('unreadable-span', () => boundOf(row, text, offsetOf, document, line))
      if (!bound) continue
      if (spans.has(id)) context.report.add('repeated-id', document, id)
      if (bound.isBroken) context.report.add('discontinuous-span', document, `${id} ${body}`)
      spans.set(id, { start: bound.start, end: bound.end, label: bound.label })
    } else if (kind === 'R') {
      const relation = take('unreadable-relation', () => {
        const match = /^(\S+) ([^\s:]+):(\S+) ([^\s:]+):(\S+)\s*$/.exec(body)
        if (!match) throw new HmtlError('HMTL_INPUT_SYNTAX', `${id} is not "Type Arg1:T1 Arg2:T2"`, { document, line })
        const swapped = match[2] === 'Arg2'
        return { label: match[1], arg1: swapped ? match[5] : match[3], arg2: swapped ? match[3] : match[5] }
      })
      if (relation) relations.push(relation)
    } else if (kind === '*') groups.push(body.trim().split(/\s+/).slice(1))
    else if (kind === 'E') context.report.add('event', document, id)
    else if (kind === 'A' || kind === 'M') context.report.add('attribute', document, id)
    else if (kind === 'N') context.report.add('normalization', document, id)
    else if (kind === '#') context.report.add('note', document, id)
    else
      take('unreadable-line', () => {
        throw new HmtlError('HMTL_INPUT_SYNTAX', `"${row.slice(0, 40)}" is not a standoff annotation`, {
          document,
          line,
        })
      })
  }
  end()
  // Genuine files hold references to spans that were deleted: counted, and the rest is read.
  const find = (id: string): LabelledLike | undefined => {
    const span = spans.get(id)
    if (!span) context.report.add('dangling-reference', document, id)
    return span
  }
  const spanOnly = ({ start, end }: SpanLike): SpanLike => ({ start, end })
  const kept: RelationLike[] = []
  for (const { label, arg1, arg2 } of relations) {
    // Arguments may be events, whose trigger is not the argument's mention.
    if (arg1.startsWith('E') || arg2.startsWith('E'))
      context.report.add('relation-of-event', document, `${label} ${arg1} ${arg2}`)
    else {
      const [one, two] = [find(arg1), find(arg2)]
      if (one && two) kept.push({ label, arg1: spanOnly(one), arg2: spanOnly(two) })
    }
  }
  const clusters =
    groups.length === 0
      ? undefined
      : mergeGroups(
          groups.map((members) =>
            members.flatMap((id) => {
              const span = find(id)
              return span ? [spanOnly(span)] : []
            }),
          ),
        )
  return { spans: [...spans.values()], relations: kept, clusters }
}

/** Equivalence is transitive: groups that share a span are one cluster. */
const mergeGroups = (groups: readonly (readonly SpanLike[])[]): SpanLike[][] => {
  const clusterOf = new Map<string, SpanLike[]>()
  const clusters = new Set<SpanLike[]>()
  for (const group of groups) {
    let cluster: SpanLike[] = []
    clusters.add(cluster)
    for (const span of group) {
      const name = `${span.start} ${span.end}`
      const other = clusterOf.get(name)
      if (other === cluster) continue
      if (other) {
        // The fewer go to the others, or one cluster that takes up many would be moved each time.
        const [into, from] = other.length < cluster.length ? [cluster, other] : [other, cluster]
        for (const member of from) {
          into.push(member)
          clusterOf.set(`${member.start} ${member.end}`, into)
        }
        clusters.delete(from)
        cluster = into
      } else {
        cluster.push(span)
        clusterOf.set(name, cluster)
      }
    }
  }
  return [...clusters].filter((cluster) => cluster.length > 0)
}

/** How many spans say what they cover, to choose between readings of the text. */
const agreeing = (ann: string, text: string): number => {
  const offsetOf = codePointPlaces(text)
  return rowsOf(ann).filter((row) => {
    if (row[0] !== 'T') return false
    try {
      return boundOf(row.replace(/\r$/, ''), text, offsetOf, '', 0) !== undefined
    } catch {
      return false
    }
  }).length
}

/**
 * A byte order mark is a character of the text as brat's server decodes it; unless the annotations are of the text
 * without it.
 */
const withoutMark = (text: string, ann: string): boolean =>
  text.startsWith(mark) && agreeing(ann, text.slice(1)) > agreeing(ann, text)

async function* read(source: Source, context: FormatContext): AsyncGenerator<Document> {
  const name = stem(source, '.txt', '.ann')
  const folder = source.relative.split('/').slice(0, -1).join('/')
  const id = folder === '' ? name : `${folder}/${name}`
  const isAnn = source.relative.endsWith('.ann')
  const textName = isAnn ? nameBeside(source, `${name}.txt`) : source.name
  const annName = isAnn ? source.name : nameBeside(source, `${name}.ann`)
  const most = maxDocumentBytes(context)
  const textBytes = isAnn ? await readBeside(source, `${name}.txt`, most) : await readAll(source, most)
  const annBytes = await readBeside(source, `${name}.ann`, most)
  const document = attempt(context, { source: source.name, document: id }, undefined, () => {
    if (!textBytes) throw new HmtlError('HMTL_INPUT_NOT_FOUND', `${name}.txt is not beside ${source.name}`)
    const whole = within(textName, () => decodeUtf8(textBytes, true))
    if (!annBytes) return createDocument({ id, text: whole })
    const ann = within(annName, () => decodeUtf8(annBytes, true))
    const marked = withoutMark(whole, ann)
    const text = marked ? whole.slice(1) : whole
    const { spans, relations, clusters } = within(annName, () => decode(ann, text, id, context))
    const layer = context.options.layer ?? 'entities'
    return createDocument({
      id,
      text,
      [layer]: spans,
      relations,
      clusters,
      metadata: { [key]: { ann, ...(marked ? { marked } : {}) } },
    })
  })
  if (document) yield document
}

const writeFiles = (document: Document, context: FormatContext) => {
  const layers = layersToWrite(context)
  reportUncarried(document, [...layers, 'relations', 'clusters'], context, key)
  reportMerged(document, layers, context)
  const name = fileName(document, context)
  const extras = metadataOf(document, key)
  const kept = unchanged(document, context)
  if (kept === undefined && typeof extras.ann === 'string') context.report.add('field', document.id, key)
  return [
    { name: `${name}.txt`, data: extras.marked === true ? `${mark}${document.text}` : document.text },
    { name: `${name}.ann`, data: kept ?? encode(document, context) },
  ]
}

/** The annotation file as it was read, if it still says what the document says. */
const unchanged = (document: Document, context: FormatContext): string | undefined => {
  const { ann } = metadataOf(document, key)
  if (typeof ann !== 'string') return undefined
  try {
    const read = decode(ann, document.text, document.id, formatContext())
    const now = {
      spans: spansToWrite(document, layersToWrite(context)),
      relations: document.relations ? listRelations(document.relations) : [],
      clusters: document.clusters && listClusters(document.clusters),
    }
    return JSON.stringify(normal(read)) === JSON.stringify(normal(now)) ? ann : undefined
  } catch {
    return undefined
  }
}

const normal = ({ spans, relations, clusters }: Standoff) => ({
  spans: [...new Set(spans.map(({ start, end, label }) => `${start} ${end} ${label}`))].sort(),
  relations: relations
    .map(({ label, arg1, arg2 }) => `${label} ${arg1.start} ${arg1.end} ${arg2.start} ${arg2.end}`)
    .sort(),
  clusters: (clusters ?? []).map((cluster) => cluster.map(({ start, end }) => `${start} ${end}`).sort()).sort(),
})

const encode = (document: Document, context: FormatContext): string => {
  const { text } = document
  const toCodePoints = fromUtf16(text, 'codepoint')
  const lines: string[] = []
  const ids = new Map<string, string>()
  /** The id of a span's line; undefined where its text is nothing but line ends, which no line can hold. */
  const spanLine = (label: string, { start, end }: SpanLike): string | undefined => {
    const id = `T${lines.length + 1}`
    const where = `${label} ${start}..${end}`
    const covered = text.slice(start, end)
    // A newline inside a span is written as pieces around it.
    const pieces = [...covered.matchAll(/[^\n\r]+/g)].map(
      (match) => `${toCodePoints(start + match.index)} ${toCodePoints(start + match.index + match[0].length)}`,
    )
    if (pieces.length === 0) {
      context.report.add('span-of-line-ends', document.id, where)
      return undefined
    }
    if (/^[\n\r]|[\n\r]$/.test(covered)) context.report.add('line-end-at-edge', document.id, where)
    lines.push(
      `${id}\t${columnLabel(label, document, context)} ${pieces.join(';')}\t${covered.replace(/[\n\r]+/g, ' ')}`,
    )
    return id
  }
  for (const span of spansToWrite(document, layersToWrite(context))) {
    const id = spanLine(span.label, span)
    if (id === undefined) continue
    ids.set(`${span.start} ${span.end} ${span.label}`, id)
    if (!ids.has(`${span.start} ${span.end}`)) ids.set(`${span.start} ${span.end}`, id)
  }
  const idOf = (span: SpanLike): string | undefined => {
    const known = ids.get(`${span.start} ${span.end}`)
    if (known) return known
    // An argument or cluster member that no layer names still needs a span of its own.
    const id = spanLine('Span', span)
    if (id === undefined) return undefined
    ids.set(`${span.start} ${span.end}`, id)
    context.report.add('span-added', document.id, `${id} ${span.start}..${span.end}`)
    return id
  }
  const tail: string[] = []
  const relations = document.relations ? listRelations(document.relations) : []
  relations.forEach(({ label, arg1, arg2 }, i) => {
    const [one, two] = [idOf(arg1), idOf(arg2)]
    if (one === undefined || two === undefined) {
      context.report.add('relation-of-line-ends', document.id, label)
      return
    }
    tail.push(`R${i + 1}\t${columnLabel(label, document, context, undefined, '_')} Arg1:${one} Arg2:${two}`)
  })
  for (const cluster of document.clusters ? listClusters(document.clusters) : []) {
    const members = cluster.map(idOf).filter((id) => id !== undefined)
    if (members.length > 0) tail.push(`*\tCoreference ${members.join(' ')}`)
  }
  const all = [...lines, ...tail]
  return all.length === 0 ? '' : `${all.join('\n')}\n`
}

/** A document id as a relative path that cannot leave its folder. */
export const safeName = (id: string): string => {
  const parts = id.split(/[/\\]+/).filter((part) => part !== '' && part !== '.' && part !== '..')
  // What a file name cannot have is written as in addresses, and what looks like that too: no two names become one.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be in a file name
  const unfit = /[\x00-\x1f:*?"<>|]|%(?=[0-9A-F]{2})/g
  const escaped = (sign: string) => `%${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
  return parts.map((part) => part.replace(unfit, escaped)).join('/') || '_'
}

/**
 * The name of a document's files, where that is all that says its id; one that is not the id is counted.
 * @param divider what is between folders of the name
 */
export const fileName = ({ id }: Document, context: FormatContext, divider = '/'): string => {
  const name = safeName(id).replaceAll('/', divider)
  if (name !== id) context.report.add('id-changed', id, name)
  return name
}

export const brat: Format = {
  name: 'brat',
  summary: 'brat standoff, NAME.txt with NAME.ann',
  accepts: (path) => path.endsWith('.txt'),
  sniff: (head, path) => (path.endsWith('.ann') ? (/^T\d+\t\S+ \d+ \d+/m.test(head) ? 2 : 1) : 0),
  read,
  beside: (source) => [`${stem(source, '.txt', '.ann')}${source.relative.endsWith('.ann') ? '.txt' : '.ann'}`],
  writeFiles,
  needsTokens: false,
  offsetUnit: 'codepoint',
  carries: ['entities', 'relations', 'clusters'],
  extension: '',
}
