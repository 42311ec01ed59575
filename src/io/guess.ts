/**
 * The guess of a format from a name and the first bytes. It looks at no more of a
 * stream than it needs: one line of JSON is enough, so that a pipe which trickles
 * is not held up; and it gives the same answer however the bytes come in pieces.
 */
import { isUtf8 } from 'node:buffer'
import { HmtlError } from './errors.ts'
import type { Format } from './format.ts'
import { formatNamed, formatNames, formats } from './formats/index.ts'
import { mayBeRefused, refuseOthers } from './syntax/refused.ts'
import { type JsonHead, jsonHead, pairHead, tellingHead } from './syntax/json-head.ts'
import { type Source, withoutGz } from './source.ts'
import { isMarkup } from './syntax/markup.ts'
import { withNewlines } from './syntax/line-ends.ts'
import { afterMarks } from './syntax/json-marks.ts'
import { lineOfFault, notUtf8, utf8Remedy, wideEncoding } from './syntax/text.ts'
import { unreadKind } from './syntax/unread.ts'

/** What is looked at at most; of JSON whose first record is longer than that, more. */
const headBytes = 8192
const jsonHeadBytes = 1 << 20
/** Enough for the marks that binary formats begin with. */
const markBytes = 8
const newline = 10

const decode = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('utf8')
    .replace(/^\ufeff/, '')

/** How sure a format is that a head is its own. @param json what `jsonHead` says of it */
const levelOf = (format: Format, head: string, path: string, json: JsonHead | undefined, textField?: string) =>
  // What breaks off as JSON may be a word that begins like it, in a column.
  !json
    ? format.sniff(head, path, textField)
    : (format.sniffJson?.(json, path) ?? (json.broken ? format.sniff(head, path, textField) : 0))

/** The format that is surest that a head is its own, and how sure it is. */
const surest = (
  head: string,
  path: string,
  json: JsonHead | undefined,
  textField?: string,
): { format: Format | undefined; sure: number } => {
  let format: Format | undefined
  let sure = 0
  for (const candidate of formats) {
    const level = levelOf(candidate, head, path, json, textField)
    if (level <= sure) continue
    format = candidate
    sure = level
  }
  return { format, sure }
}

/** The format of a name: what ends `.txt` may be many things, and says nothing. */
const ofName = (path: string): Format | undefined => {
  const name = path.toLowerCase()
  return (
    formats.find(({ extension }) => extension !== '' && name.endsWith(extension)) ??
    formats.find((format) => format.accepts(name) && !format.accepts('.txt'))
  )
}

/** Annotations beside a text, of which there are none: LitBank's where its folders are. */
const ofEmptyAnnotations = (path: string): Format | undefined =>
  path.endsWith('.ann')
    ? formatNamed(/(?:^|[/\\])coref[/\\]tsv[/\\][^/\\]*$/.test(path) ? 'litbank' : 'brat')
    : undefined

/** The format of an input without content: by its name, else one that finds no document in it. */
const ofNothing = (path: string): Format =>
  ofEmptyAnnotations(path) ?? ofName(path) ?? formats.find((format) => format.accepts(path)) ?? formatNamed('jsonl')

/** Whether a record is there from its beginning to its end, and what follows it on its line. */
const isRecord = (json: JsonHead | undefined): boolean =>
  json?.whole === true && !json.broken && (json.spread || json.joined !== undefined)

// biome-ignore lint/suspicious/noControlCharactersInRegex: what text does not have is looked for
const control = /[\x00-\x08\x0e-\x1a\x1c-\x1f]/

/** UTF-8 without the control characters that no text has; a character may be cut at the end. */
const isText = (bytes: Uint8Array): boolean => {
  for (let cut = 0; cut < 4; cut++) {
    const part = bytes.subarray(0, bytes.length - cut)
    if (isUtf8(part)) return !control.test(decode(part))
  }
  return false
}

/** @throws HmtlError `HMTL_INPUT_ENCODING` whatever the name says: no format is written so */
const refuseWide = (head: Uint8Array, name: string): void => {
  if (wideEncoding(head)) throw notUtf8(name, head, { source: name })
}

/** @throws HmtlError `HMTL_INPUT_ENCODING` of UTF-8 with a character that no text has, which is told by its place */
const refuseControl = (head: Uint8Array, name: string): void => {
  const text = Buffer.from(head).toString('latin1')
  const offset = text.search(control)
  // A character may be cut at the end.
  if (offset === -1 || ![0, 1, 2, 3].some((cut) => isUtf8(head.subarray(0, head.length - cut)))) return
  const code = text.charCodeAt(offset)
  throw new HmtlError('HMTL_INPUT_ENCODING', `${name} holds ${code === 0 ? 'NUL' : `control character ${code}`}`, {
    source: name,
    line: text.slice(0, offset).split('\n').length,
    offset,
    remedy:
      `Where it is a text take such characters out: tr -d '\\${code.toString(8).padStart(3, '0')}' < FILE | hmtl annotate; ` +
      'or read it with them, --from text',
  })
}

/** @throws HmtlError `HMTL_FORMAT_UNKNOWN`, `HMTL_FORMAT_UNSUPPORTED`, `HMTL_INPUT_ENCODING` */
const ofAll = (head: Uint8Array, name: string, textField?: string): Format => {
  const text = withNewlines(decode(head))
  const path = withoutGz(name)
  if (text.trim() === '') return ofNothing(path)
  if (/^#FORMAT=WebAnno TSV/.test(text))
    throw new HmtlError('HMTL_FORMAT_UNSUPPORTED', `${name} is WebAnno TSV, which is not read`, {
      source: name,
      remedy: 'Export it as CoNLL 2003 or brat',
    })
  const unread = unreadKind(text, path)
  if (unread)
    throw new HmtlError('HMTL_FORMAT_UNSUPPORTED', `${name} is ${unread.what}, which is not read`, {
      source: name,
      remedy: unread.remedy,
    })
  const { format, sure } = surest(text, path, tellingHead(text), textField)
  // Who names a file so means it: what is wrong with it is for the format's reader to say, and it is no plain text.
  const named = ofName(path)
  if (format && (sure === 2 || !named || format.sniffJson)) return format
  if (!named && (/^\s*<\?xml\s/.test(text) || isMarkup(text, head.length >= headBytes)))
    throw new HmtlError('HMTL_FORMAT_UNSUPPORTED', `${name} is XML or SGML of a kind that is not read`, {
      source: name,
      remedy:
        "Take its text out first: xmllint --xpath 'string(/)' FILE | hmtl annotate, " +
        "or sed 's/<[^>]*>//g' FILE | hmtl annotate where it is no XML",
    })
  if (isText(head)) return named ?? formatNamed('text')
  if (!control.test(Buffer.from(head).toString('latin1')))
    throw new HmtlError('HMTL_INPUT_ENCODING', `${name} is not UTF-8`, {
      source: name,
      line: lineOfFault(head),
      remedy: utf8Remedy,
    })
  refuseControl(head, name)
  throw new HmtlError('HMTL_FORMAT_UNKNOWN', `cannot tell the format of ${name}`, {
    remedy:
      `Name it with --from, one of ${formatNames.join(', ')}; ` +
      'of a text in another encoding make UTF-8, for example with iconv -f UTF-16LE -t UTF-8',
  })
}

/**
 * The format of an input by its first bytes, which are all that there will be. @throws HmtlError `HMTL_FORMAT_UNKNOWN`,
 * `HMTL_INPUT_ENCODING`
 */
export const sniffHead = (head: Uint8Array, name: string): Format => createGuess(name)(head, true) as Format

/**
 * A guess that is asked again as more of the head comes in: undefined as long as
 * what follows may change it. Column formats are known by their first row and
 * sentence; text only when nothing else is left.
 */
const createGuess = (name: string, textField?: string): ((head: Uint8Array, ended: boolean) => Format | undefined) => {
  const path = withoutGz(name)
  /** Line ends that were looked at, and where the last of them is. */
  let [lines, at] = [0, -1]
  let [marked, known] = [false, false]
  /** Length of the JSON head that was not enough. */
  let looked = 0
  return (head, ended) => {
    if (!marked && (ended || head.length >= markBytes)) {
      marked = true
      refuseWide(head, name)
      const { format, sure } = surest(decode(head.subarray(0, markBytes)), path, undefined)
      if (format && sure === 2 && head.length >= markBytes) return format
    }
    if (!known && (ended || !mayBeRefused(head, headBytes))) {
      known = true
      refuseOthers(head.subarray(0, headBytes), name)
    }
    const begin = decode(head.subarray(0, 64))
    const first = begin[afterMarks(begin)]
    if (first === '{' || first === '[') {
      const full = ended || head.length >= jsonHeadBytes
      // Looked at again when a line is complete or there is twice as much.
      if (!full && head.length < 2 * looked && head.indexOf(newline, looked) === -1) return undefined
      looked = head.length
      const part = head.subarray(0, jsonHeadBytes)
      const json = jsonHead(decode(part))
      if (json && (full || isRecord(json))) return ofAll(part, name, textField)
      if (json && !json.broken) return undefined
      const pair = pairHead(decode(part))
      if (pair && (full || isRecord(pair))) return ofAll(part, name, textField)
      if (pair && !pair.broken) return undefined
      // After a damaged line the next record tells.
      const next = json && part.subarray(part.indexOf(newline) + 1)
      if (next && isRecord(jsonHead(decode(next)))) return ofAll(next, name, textField)
    }
    for (;;) {
      const next = head.subarray(0, headBytes).indexOf(newline, at + 1)
      if (next === -1) break
      const blank = next - at <= 2
      at = next
      lines++
      // Each of the first lines, then where a sentence ends or as many lines again have come.
      if (!blank && lines > 4 && (lines & (lines - 1)) !== 0) continue
      const prefix = decode(head.subarray(0, next + 1))
      // Lines of comments open more formats than one.
      if (!/^[^#\s]/m.test(prefix)) continue
      const { format, sure } = surest(prefix, path, jsonHead(prefix), textField)
      if (format && sure === 2) return format
    }
    return ended || head.length >= headBytes ? ofAll(head.subarray(0, headBytes), name, textField) : undefined
  }
}

export interface Guessed {
  readonly format: Format
  /** The same source, from its beginning. */
  readonly source: Source
}

/**
 * The format of a source. A file is opened anew for its reader; of a stream, which
 * can be read once, what was taken is put back in front.
 * @param textField what the user said that the text is called, which a table then has a column of
 * @throws HmtlError `HMTL_FORMAT_UNKNOWN`, `HMTL_INPUT_ENCODING`, and what the source throws
 */
export const guessed = async (source: Source, textField?: string): Promise<Guessed> => {
  const guess = createGuess(source.name, textField)
  const iterator = source.chunks()[Symbol.asyncIterator]()
  let room = Buffer.alloc(0)
  let size = 0
  let format: Format | undefined
  try {
    while (!format) {
      const next = await iterator.next()
      if (!next.done) {
        // Twice the room each time: pieces of a byte must not cost a square.
        if (size + next.value.length > room.length)
          room = Buffer.concat([room.subarray(0, size)], Math.max(2 * room.length, size + next.value.length))
        room.set(next.value, size)
        size += next.value.length
      }
      format = guess(room.subarray(0, size), next.done === true)
    }
  } catch (error) {
    await iterator.return?.()
    throw error
  }
  if (source.path !== undefined) {
    await iterator.return?.()
    return { format, source }
  }
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      if (size > 0) yield room.subarray(0, size)
      yield* { [Symbol.asyncIterator]: () => iterator }
    } finally {
      await iterator.return?.()
    }
  }
  return { format, source: { ...source, chunks } }
}

/** Whether a file could be of a format by its first bytes. */
export const looksLike = async (format: Format, source: Source): Promise<boolean> => {
  for await (const chunk of source.chunks()) {
    const head = decode(chunk.subarray(0, jsonHeadBytes))
    return levelOf(format, pairHead(head) ? head : head.slice(0, headBytes), '', jsonHead(head)) > 0
  }
  return false
}
