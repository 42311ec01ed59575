/**
 * The annotation of an ACE document, a tree of APF, beside the layers that it says: entity mentions with extent and
 * head, relation mentions between them, an entity's mentions as a cluster. Every charseq is checked against the text;
 * one that does not fit is realigned to the nearest match or reported, never dropped silently.
 */
import {
  type Document,
  listClusters,
  listMentions,
  listRelations,
  type MentionLike,
  type RelationLike,
  type SpanLike,
} from '../document/document.ts'
import { codePointPlaces, fromUtf16, type OffsetMap } from '../document/offsets.ts'
import { HmtlError } from '../errors.ts'
import { type FormatContext, formatContext } from '../format.ts'
import { lenient } from './lenient.ts'
import { fold } from './sgml.ts'
import { type SpanLayer, spansToWrite } from './span-layer.ts'
import { type XmlElement, xmlText } from './plain-xml.ts'
import { childrenNamed, isElement, reportNotXml, textOf } from './xml.ts'

/** How far a charseq is looked for around where it should be, in characters. */
const window = 200
/** Left out by the field: a relation between two readings of one name. */
const skippedRelations = new Set(['METONYMY'])

interface Charseq {
  readonly start: number
  readonly end: number
  readonly said: string
}

const charseqOf = (element: XmlElement, id: string, document: string): Charseq => {
  const charseq = childrenNamed(element, 'charseq')[0]
  const start = Number(charseq?.[1].START)
  const end = Number(charseq?.[1].END) + 1
  if (!charseq || !Number.isInteger(start) || !Number.isInteger(end))
    throw new HmtlError('HMTL_INPUT_SYNTAX', `${id} has no charseq with START and END`, { document })
  return { start, end, said: textOf(charseq) }
}

/** Where a charseq, which counts code points, lies in the text; undefined where its words do not stand there. */
const fit = (text: string, place: OffsetMap, charseq: Charseq): SpanLike | undefined => {
  const [start, end] = [place(charseq.start), place(charseq.end)]
  if (!(start >= 0 && start < end)) return undefined
  const stands = text.slice(start, end)
  const said = fold(charseq.said)
  // XML has no place for the control characters of a text.
  return stands === charseq.said || fold(stands) === said || fold(xmlText(stands)) === said ? { start, end } : undefined
}

/** Where words stand nearest to a place of the text; white space and references may differ. */
const realign = (text: string, start: number, said: string): SpanLike | undefined => {
  const words = fold(said).split(' ').filter(Boolean)
  if (words.length === 0) return undefined
  const toPattern = (word: string) =>
    [...word]
      .map((c) =>
        c === '&'
          ? '&(?:amp;)?'
          : c === '<'
            ? '(?:<|&lt;)'
            : c === '>'
              ? '(?:>|&gt;)'
              : c.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
      )
      .join('')
  const pattern = new RegExp(words.map(toPattern).join('\\s+'), 'g')
  const from = Math.max(0, start - window)
  let best: SpanLike | undefined
  for (const match of text.slice(from, start + window + said.length * 2).matchAll(pattern)) {
    const at = from + match.index
    if (!best || Math.abs(at - start) < Math.abs(best.start - start)) best = { start: at, end: at + match[0].length }
  }
  return best
}

interface ApfLayers {
  readonly mentions: MentionLike[]
  readonly relations: RelationLike[]
  readonly clusters: SpanLike[][]
}

/** The element that holds a document's annotation. */
export const documentElement = (root: XmlElement): XmlElement =>
  root[0] === 'document' ? root : (childrenNamed(root, 'document')[0] ?? root)

/** The layers that a tree says of a text; what cannot be read of it is counted. */
export const decodeApf = (apf: XmlElement, text: string, id: string, context: FormatContext): ApfLayers => {
  const { report, options } = context
  const document = documentElement(apf)
  const place = codePointPlaces(text)
  const count = fromUtf16(text, 'codepoint')
  const { take, end } = lenient(id, context)
  const spanAt = (charseq: Charseq, name: string): SpanLike | undefined => {
    const fitting = fit(text, place, charseq)
    if (fitting) return fitting
    const near = charseq.start < 0 ? 0 : place(charseq.start)
    const found = realign(text, near === -1 ? text.length : near, charseq.said)
    report.add(
      found ? 'realigned-charseq' : 'unaligned-mention',
      id,
      `${name} ${charseq.start}..${charseq.end - 1}${found ? ` to ${count(found.start)}..${count(found.end) - 1}` : ''} "${charseq.said.slice(0, 40)}"`,
    )
    return found
  }
  const spansOf = (mention: XmlElement, name: string) => {
    const part = (tag: string) => childrenNamed(mention, tag)[0]
    const extentElement = part('extent')
    if (!extentElement) throw new HmtlError('HMTL_INPUT_SYNTAX', `mention ${name} has no extent`, { document: id })
    const extent = charseqOf(extentElement, name, id)
    const headElement = part('head')
    return { extent, head: headElement && charseqOf(headElement, name, id) }
  }
  const mentions = new Map<string, MentionLike>()
  const taken = new Map<string, string>()
  const clusters: SpanLike[][] = []
  for (const entity of childrenNamed(document, 'entity')) {
    const cluster: SpanLike[] = []
    for (const mention of childrenNamed(entity, 'entity_mention')) {
      const name = mention[1].ID ?? '?'
      const said = take('unreadable-mention', () => spansOf(mention, name))
      if (!said) continue
      const extent = spanAt(said.extent, name)
      const head = said.head ? spanAt(said.head, `${name} head`) : extent
      if (!extent) continue
      const inside = head && head.start >= extent.start && head.end <= extent.end
      if (!inside && head) report.add('head-outside-extent', id, name)
      const label = entity[1].TYPE ?? 'UNKNOWN'
      const span = options.mentionSpan === 'head' && inside ? head : extent
      const like: MentionLike = {
        start: span.start,
        end: span.end,
        label,
        head: inside && options.mentionSpan !== 'head' ? head : undefined,
      }
      const place = `${span.start} ${span.end}`
      mentions.set(name, like)
      if (taken.has(place)) {
        // Two mentions over the same characters: a cluster member may occur once only.
        report.add('duplicate-mention', id, `${name} covers what ${taken.get(place)} covers`)
        continue
      }
      taken.set(place, name)
      cluster.push({ start: span.start, end: span.end })
    }
    if (cluster.length > 1 || (cluster.length === 1 && options.singletons !== false)) clusters.push(cluster)
  }
  end()
  const relations = new Map<string, RelationLike>()
  for (const relation of childrenNamed(document, 'relation')) {
    const label = relation[1].TYPE ?? 'UNKNOWN'
    for (const mention of childrenNamed(relation, 'relation_mention')) {
      const name = mention[1].ID ?? '?'
      if (skippedRelations.has(label)) {
        report.add('metonymy-relation', id, name)
        continue
      }
      const args = argumentsOf(mention)
      if (args.others > 0) report.add('relation-argument-other', id, name, args.others)
      const arg1 = args.one === undefined ? undefined : mentions.get(args.one)
      const arg2 = args.two === undefined ? undefined : mentions.get(args.two)
      if (!arg1 || !arg2) {
        report.add('relation-without-mentions', id, `${name} ${args.one} ${args.two}`)
        continue
      }
      const place = `${label} ${arg1.start} ${arg1.end} ${arg2.start} ${arg2.end}`
      if (relations.has(place)) report.add('duplicate-relation', id, name)
      else
        relations.set(place, {
          label,
          arg1: { start: arg1.start, end: arg1.end },
          arg2: { start: arg2.start, end: arg2.end },
        })
    }
  }
  for (const tag of ['value', 'timex2', 'event', 'quantity']) {
    const count = childrenNamed(document, tag).length
    if (count > 0) report.add(`ace-${tag}`, id, '', count)
  }
  const distinct = new Map<string, MentionLike>()
  for (const mention of mentions.values()) {
    const place = `${mention.start} ${mention.end} ${mention.label}`
    if (!distinct.has(place)) distinct.set(place, mention)
  }
  return { mentions: [...distinct.values()], relations: [...relations.values()], clusters }
}

/** Mention ids of the two arguments; APF 5 says REFID and ROLE, APF 4 ENTITYMENTIONID and ARGNUM. */
const argumentsOf = (mention: XmlElement) => {
  let one: string | undefined
  let two: string | undefined
  let others = 0
  for (const child of mention[2]) {
    if (!isElement(child) || !/argument$|_arg$/.test(child[0])) continue
    const [, attributes] = child
    const id = attributes.REFID ?? attributes.ENTITYMENTIONID ?? attributes.MENTIONID
    const role = attributes.ROLE ?? attributes.ARGNUM
    if (role === 'Arg-1' || role === '1') one = id
    else if (role === 'Arg-2' || role === '2') two = id
    else others++
  }
  return { one, two, others }
}

/** How many charseqs fit a text, to choose between readings of the file. */
export const fittingCharseqs = (apf: XmlElement, text: string): number => {
  const place = codePointPlaces(text)
  let good = 0
  for (const entity of childrenNamed(documentElement(apf), 'entity'))
    for (const mention of childrenNamed(entity, 'entity_mention'))
      for (const tag of ['extent', 'head']) {
        const element = childrenNamed(mention, tag)[0]
        const charseq = element && childrenNamed(element, 'charseq')[0]
        if (
          charseq &&
          fit(text, place, { start: Number(charseq[1].START), end: Number(charseq[1].END) + 1, said: textOf(charseq) })
        )
          good++
      }
  return good
}

const meaning = ({ mentions, relations, clusters }: ApfLayers): string => {
  const span = ({ start, end }: SpanLike) => `${start} ${end}`
  return JSON.stringify([
    mentions.map(({ start, end, label, head }) => `${start} ${end} ${label} ${span(head ?? { start, end })}`).sort(),
    relations.map(({ label, arg1, arg2 }) => `${label} ${span(arg1)} ${span(arg2)}`).sort(),
    clusters.map((cluster) => cluster.map(span).sort().join(',')).sort(),
  ])
}

/** Whether a tree still says what a document says. */
export const isOfDocument = (apf: XmlElement, document: Document): boolean => {
  const now = meaning({
    mentions: document.mentions ? listMentions(document.mentions) : [],
    relations: document.relations ? listRelations(document.relations) : [],
    clusters: document.clusters ? listClusters(document.clusters) : [],
  })
  // What was read may have been read with any of the options that change spans.
  return [
    {},
    { singletons: false },
    { mentionSpan: 'head' as const },
    { mentionSpan: 'head' as const, singletons: false },
  ].some((options) => {
    try {
      return meaning(decodeApf(apf, document.text, document.id, formatContext({ options }))) === now
    } catch {
      return false
    }
  })
}

/** A tree of a document's layers. @param uri of its text */
export const encodeApf = (document: Document, uri: string, layer: SpanLayer, context: FormatContext): XmlElement => {
  const { id, text } = document
  const list: MentionLike[] =
    layer === 'mentions' && document.mentions ? listMentions(document.mentions) : spansToWrite(document, [layer])
  const clusters = document.clusters ? listClusters(document.clusters) : []
  const count = fromUtf16(text, 'codepoint')
  const byPlace = new Map<string, MentionLike>()
  for (const mention of list) {
    const place = `${mention.start} ${mention.end}`
    if (byPlace.has(place)) context.report.add('duplicate-mention', id, `${place} ${mention.label}`)
    else byPlace.set(place, mention)
  }
  const groups: MentionLike[][] = clusters.map((cluster) =>
    cluster.flatMap((span) => {
      const place = `${span.start} ${span.end}`
      const mention = byPlace.get(place)
      byPlace.delete(place)
      if (mention) return [mention]
      context.report.add('cluster-member-without-mention', id, place)
      return []
    }),
  )
  // A mention is always of an entity there: one of no cluster is read again as one by itself.
  for (const mention of byPlace.values()) groups.push([mention])
  context.report.add('singleton-added', id, '', byPlace.size)
  const ids = new Map<string, string>()
  const charseq = ({ start, end }: SpanLike): XmlElement => [
    'charseq',
    { START: String(count(start)), END: String(count(end) - 1) },
    [text.slice(start, end)],
  ]
  const entities: XmlElement[] = groups
    .filter((group) => group.length > 0)
    .map((group, e) => {
      const entityId = `${id}-E${e + 1}`
      return [
        'entity',
        { ID: entityId, TYPE: group[0].label },
        group.map((mention, m): XmlElement => {
          const mentionId = `${entityId}-${m + 1}`
          ids.set(`${mention.start} ${mention.end}`, mentionId)
          if (mention.label !== group[0].label)
            context.report.add('mixed-entity-types', id, `${mentionId} ${mention.label}`)
          return [
            'entity_mention',
            { ID: mentionId },
            [
              ['extent', {}, [charseq(mention)]],
              ['head', {}, [charseq(mention.head ?? mention)]],
            ],
          ]
        }),
      ]
    })
  const relations: XmlElement[] = (document.relations ? listRelations(document.relations) : []).flatMap(
    ({ label, arg1, arg2 }, r): XmlElement[] => {
      const one = ids.get(`${arg1.start} ${arg1.end}`)
      const two = ids.get(`${arg2.start} ${arg2.end}`)
      if (!one || !two) {
        context.report.add('relation-without-mentions', id, label)
        return []
      }
      const relationId = `${id}-R${r + 1}`
      const argument = (refid: string, role: string): XmlElement => [
        'relation_mention_argument',
        { REFID: refid, ROLE: role },
        [],
      ]
      return [
        [
          'relation',
          { ID: relationId, TYPE: label },
          [['relation_mention', { ID: `${relationId}-1` }, [argument(one, 'Arg-1'), argument(two, 'Arg-2')]]],
        ],
      ]
    },
  )
  for (const said of [id, ...list.map(({ label }) => label), ...relations.map(([, { TYPE }]) => TYPE)])
    reportNotXml(said, id, context.report)
  return ['source_file', { URI: uri, TYPE: 'text' }, [['document', { DOCID: id }, [...entities, ...relations]]]]
}
