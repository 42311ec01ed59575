/**
 * CoNLL04 in multi-head form (Bekoulis et al. 2018): `#doc id`, then a line a
 * token: id, token, BIO tag, ['relation', …], [head, …]. A relation stands at the
 * last token of its first argument and its head is the last token of the second.
 */
import { columnWord, flatTokenSpans, onText } from '../columns.ts'
import { createDocument, type Document, listRelations } from '../document.ts'
import { HmtlError } from '../errors.ts'
import { isBlankLine } from '../fields.ts'
import { type Format, type FormatContext, reportUncarried, requireTokens } from '../format.ts'
import { type LineParser, parseLines } from '../parse-lines.ts'
import { type Source, stem } from '../source.ts'
import { decodeTags, encodeTags, isTag } from '../tags.ts'
import { joinTokens, tokenSpan, words } from '../tokens.ts'

const none = 'N'

/** Items of a Python list of strings or numbers; undefined where the cell is none. */
const items = (cell: string): string[] | undefined => {
  const body = /^\[(.*)\]$/.exec(cell.trim())
  return body ? [...body[1].matchAll(/'([^']*)'|"([^"]*)"|([^\s,'"]+)/g)].map(([, single, double, bare]) => single ?? double ?? bare) : undefined
}

/** A label as Python writes it, without escapes: one with quotes of both kinds is changed. */
const quoted = (label: string, document: Document, context: FormatContext): string => {
  if (!label.includes("'")) return `'${label}'`
  if (label.includes('"')) context.report.add('label-changed', document.id, label)
  return `"${label.replaceAll('"', "'")}"`
}

const parser = (source: Source, context: FormatContext): LineParser => {
  const name = stem(source, '.txt', '.conll04')
  let id: string | undefined
  let count = 0
  let rows: string[][] = []
  let skipping = false

  const build = (): Document | undefined => {
    if (rows.length === 0) return undefined
    const documentId = id ?? `${name}:${count}`
    const taken = rows
    rows = []
    id = undefined
    count++
    const { text, tokens } = joinTokens(taken.map((row) => row[1]))
    const spans = decodeTags(taken.map((row) => row[2]))
    const ending = new Map(spans.map((span) => [span.end - 1, span]))
    const argument = (token: number) => {
      const begin = ending.get(token)?.begin ?? token
      return { start: tokens.begin[begin], end: tokens.end[token] }
    }
    const odd = (i: number, detail: string): [] => {
      context.report.add('odd-relation', documentId, `token ${i}: ${detail}`)
      return []
    }
    const relations = taken.flatMap((row, i) => {
      const labels = items(row[3])
      const heads = items(row[4])?.map(Number)
      if (!labels || labels.length !== heads?.length) return odd(i, `${row[3]} ${row[4]}`)
      return labels.flatMap((label, k) => {
        if (label === none) return []
        const head = heads[k]
        if (!Number.isInteger(head) || head < 0 || head >= taken.length) return odd(i, `head ${head} is not a token of the sentence`)
        return [{ label, arg1: argument(i), arg2: argument(head) }]
      })
    })
    return createDocument({
      id: documentId,
      text,
      tokens,
      sentences: { begin: Int32Array.of(0), end: Int32Array.of(taken.length) },
      entities: onText(spans, tokens),
      relations,
    })
  }

  return {
    line({ text }) {
      if (text.startsWith('#doc')) {
        const done = build()
        id = text.slice(4).trim() || undefined
        skipping = false
        return done
      }
      if (isBlankLine(text)) return build()
      if (skipping) return undefined
      const fields = text.split('\t')
      if (fields.length < 5) throw new HmtlError('HMTL_INPUT_SYNTAX', `${fields.length} tab-separated columns where CoNLL04 has 5`)
      if (fields[1] === '') throw new HmtlError('HMTL_INPUT_SYNTAX', 'an empty word')
      if (!isTag(fields[2])) throw new HmtlError('HMTL_INPUT_SYNTAX', `"${fields[2]}" is not a tag`)
      // A column between tag and relations (the tag's number) occurs in some copies.
      rows.push(fields.length > 5 && !fields[3].startsWith('[') ? [...fields.slice(0, 3), ...fields.slice(4)] : fields)
      return undefined
    },
    end: build,
    recover() {
      const failed = id ?? `${name}:${count}`
      rows = []
      skipping = true
      return failed
    },
  }
}

async function* write(documents: AsyncIterable<Document>, context: FormatContext) {
  for await (const document of documents) yield encode(document, context)
}

const encode = (document: Document, context: FormatContext): string => {
  reportUncarried(document, document.entities ? ['entities', 'relations'] : ['entities', 'mentions', 'relations'], context)
  const tokens = requireTokens(document, 'conll04')
  const { sentences } = document
  const begins = sentences ? [...sentences.begin] : [0]
  const ends = sentences ? [...sentences.end] : [tokens.begin.length]
  const spans = flatTokenSpans(document, context.options.layer ? document[context.options.layer] : (document.entities ?? document.mentions), 'entity', context, tokens)
  const tags = encodeTags(spans, 0, tokens.begin.length, 'bio')
  const list = words(document).map((word) => columnWord(word, document, context, '\t'))
  const heads = new Map<number, [label: string, head: number][]>()
  for (const { label, arg1, arg2 } of document.relations ? listRelations(document.relations) : []) {
    const one = tokenSpan(tokens, arg1.start, arg1.end)
    const two = tokenSpan(tokens, arg2.start, arg2.end)
    const sentence = one ? begins.findIndex((from, s) => one.end > from && one.end <= ends[s]) : -1
    if (!one || !two || two.begin < begins[sentence] || two.end > ends[sentence]) context.report.add('cross-sentence-relation', document.id, label)
    else heads.set(one.end - 1, [...(heads.get(one.end - 1) ?? []), [label, two.end - 1 - begins[sentence]]])
  }
  const lines: string[] = []
  begins.forEach((from, s) => {
    lines.push(`#doc ${begins.length === 1 ? document.id : `${document.id}:${s}`}`)
    for (let i = from; i < ends[s]; i++) {
      const here = heads.get(i) ?? [[none, i - from] as [string, number]]
      const labels = here.map(([label]) => quoted(label, document, context)).join(', ')
      lines.push([i - from, list[i], tags[i], `[${labels}]`, `[${here.map(([, head]) => head).join(', ')}]`].join('\t'))
    }
  })
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

export const conll04: Format = {
  name: 'conll04',
  summary: 'CoNLL04 columns with multi-head relations (#doc, id, token, tag, [relations], [heads])',
  accepts: (path) => /conll04.*\.txt$|\.conll04$/i.test(path),
  sniff: (head) => (/^#doc/m.test(head) && /^\d+\t[^\t]+\t[^\t]+\t(?:\d+\t)?\[/m.test(head) ? 2 : 0),
  read: (source, context) => parseLines(source, context, parser(source, context)),
  write,
  needsTokens: true,
  carries: ['entities', 'relations'],
  extension: '.txt',
}
