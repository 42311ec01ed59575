/** Which files of a folder are documents, and which only accompany one. */
import { basename, join } from 'node:path'
import type { Format, FormatContext } from './format.ts'
import { formats } from './formats/index.ts'
import { looksLike } from './guess.ts'
import { refuseOthers } from './syntax/refused.ts'
import { type Choice, headBeside, isBesideSource, type Source, withoutGz } from './source.ts'
import { wideEncoding } from './syntax/text.ts'

/** Files that are read with another one (`.ann` beside `.txt`, `.apf.xml` beside `.sgm`), or that nobody sees. */
const isBeside = (path: string): boolean => /\.(ann|apf\.xml)$/i.test(path) || /(^|\/)\./.test(path)

/** Files that only say something of the others are not read by themselves. */
const primary = (path: string): boolean => !isBeside(path) && !/(^|\/)(readme|licen[cs]e)[^/]*$/i.test(path)

/** Names are in any case; formats know them in lower case. */
const hasNameOf = (format: Format, path: string): boolean => format.accepts(path.toLowerCase())

/** Names that texts have besides `.txt`. */
const isNamedText = (path: string): boolean => /\.(md|markdown|text|log|rst|adoc|org)$/i.test(path)

/** Whether the first bytes are no text's, in whatever encoding. */
const isBinary = async (source: Source): Promise<boolean> => {
  for await (const chunk of source.chunks()) {
    const head = chunk.subarray(0, 8192)
    try {
      refuseOthers(head, source.name)
    } catch {
      return true
    }
    return head.includes(0) && !wideEncoding(head)
  }
  return false
}

/** Whose annotations lie beside a text: brat's and LitBank's files have the same names. */
export const annotationsBeside = async (source: Source): Promise<'brat' | 'litbank' | undefined> => {
  const name = basename(withoutGz(source.relative))
  if (!name.endsWith('.txt')) return undefined
  const ann = await headBeside(source, `${name.slice(0, -4)}.ann`, 64)
  if (!ann) return undefined
  // Without any annotation it is LitBank's where its folders are.
  const ofLitbank =
    ann.length === 0
      ? /(^|[/\\])coref[/\\]tsv[/\\][^/\\]*$/.test(source.path ?? '')
      : /^(MENTION|COREF|COP|APPOS)\t/.test(ann.toString('latin1'))
  return ofLitbank ? 'litbank' : 'brat'
}

export interface Choices {
  readonly accepts: Choice
  /** What is taken where nothing was accepted. */
  readonly otherwise?: Choice
}

/** LitBank's texts belong to its tables of entities. */
const isOfTable = async (source: Source): Promise<boolean> => (await annotationsBeside(source)) === 'litbank'

/** Whether one of some files is beside a source, packed or not. */
const hasBeside = async (source: Source, names: readonly string[]): Promise<boolean> => {
  for (const name of names.flatMap((each) => [each, `${each}.gz`])) if (await isBesideSource(source, name)) return true
  return false
}

/** LitBank's table of entities, which its file of coreference belongs to. */
const tableOf = (name: string): string => join('..', '..', 'entities', 'tsv', `${name}.tsv`)

const hasTable = (path: string, source: Source): Promise<boolean> =>
  hasBeside(source, [tableOf(basename(withoutGz(path)).replace(/\.txt$/i, ''))])

/** Whether a file holds annotations of a text that is not there, so that nothing reads them. */
const isWithoutText = async (path: string, source: Source): Promise<boolean> => {
  const [, name, ending] = /^(.*)(\.ann|\.apf\.xml)$/i.exec(basename(path)) ?? []
  if (name === undefined || /(^|\/)\./.test(path)) return false
  return !(await hasBeside(
    source,
    ending.toLowerCase() === '.ann' ? [`${name}.txt`, `${name}.TXT`, tableOf(name)] : [`${name}.sgm`, `${name}.SGM`],
  ))
}

/** Has annotations without a text counted, which are of no document. */
const lonelyCounted =
  (choice: Choice, { report }: FormatContext): Choice =>
  async (path, source) => {
    if (await isWithoutText(path, source)) report.add('annotation-without-text', path)
    return choice(path, source)
  }

/** Has what is passed over counted once something is taken: where nothing is, others are asked for. */
const counted = (choice: Choice, { report }: FormatContext): Choice => {
  let any = false
  const passed: string[] = []
  return async (path, source) => {
    const taken = await choice(path, source)
    if (taken) any = true
    else if (!isBeside(path) && !((await isOfTable(source)) && (await hasTable(path, source)))) passed.push(path)
    if (any) for (const other of passed.splice(0)) report.add('file-passed-over', other)
    return taken
  }
}

const maybeText: Choice = async (path, source) => primary(path) && !(await isBinary(source))

/** Files of every format, each told by its name; where there is none, every text. What is passed over is counted. */
const filesOfAnyFormat = (context: FormatContext): Choices => {
  const isNamed: Choice = async (path, source) =>
    primary(path) &&
    (isNamedText(path) || formats.some((format) => hasNameOf(format, path))) &&
    !(await isOfTable(source))
  return { accepts: lonelyCounted(counted(isNamed, context), context), otherwise: counted(maybeText, context) }
}

const plainTexts: readonly string[] = ['text', 'lines']

/** Whether a file is of a format; of plain text, of which a name says nothing, whether it is no other thing. */
const isOf = async (format: Format, path: string, source: Source): Promise<boolean> =>
  plainTexts.includes(format.name)
    ? maybeText(path, source)
    : hasNameOf(format, path) || (primary(path) && looksLike(format, source))

/**
 * Files of a format that was named: those with its usual names, and others that look like
 * it; where there is none, every file, since who names a format knows better than a name.
 * Folders of corpora hold files of more kinds than one: what is passed over is counted.
 */
const filesOfFormat = (format: Format, context: FormatContext): Choices =>
  format.writeFiles
    ? // A document of several files is found by their names alone.
      { accepts: lonelyCounted((path) => hasNameOf(format, path), context) }
    : { accepts: counted((path, source) => isOf(format, path, source), context), otherwise: counted(primary, context) }

/** Which files of a folder are read. @param format that was named, if one was */
export const filesOf = (format: Format | undefined, context: FormatContext): Choices =>
  format ? filesOfFormat(format, context) : filesOfAnyFormat(context)
