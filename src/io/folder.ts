/** Which files of a folder are documents, and which only accompany one. */
import { basename } from 'node:path'
import type { Format, FormatContext } from './format.ts'
import { formats } from './formats/index.ts'
import { looksLike } from './guess.ts'
import { type Choice, readBeside, type Source, withoutGz } from './source.ts'

/**
 * Files that only accompany another one (`.ann` beside `.txt`, `.apf.xml` beside `.sgm`) are not read by themselves.
 */
const primary = (path: string): boolean =>
  !/\.(ann|apf\.xml|md)$/i.test(path) && !/(^|\/)((readme|licen[cs]e)[^/]*|\.[^/]*)$/i.test(path)

/** Whose annotations lie beside a text: brat's and LitBank's files have the same names. */
export const annotationsBeside = async (source: Source): Promise<'brat' | 'litbank' | undefined> => {
  const name = basename(withoutGz(source.relative))
  if (!name.endsWith('.txt')) return undefined
  const ann = await readBeside(source, `${name.slice(0, -4)}.ann`)
  if (!ann) return undefined
  // Without any annotation it is LitBank's where its folders are.
  const ofLitbank =
    ann.length === 0
      ? /(^|[/\\])coref[/\\]tsv[/\\][^/\\]*$/.test(source.path ?? '')
      : /^(MENTION|COREF|COP|APPOS)\t/.test(ann.toString('latin1', 0, 64))
  return ofLitbank ? 'litbank' : 'brat'
}

export interface Choices {
  readonly accepts: Choice
  /** What is taken where nothing was accepted. */
  readonly otherwise?: Choice
}

/** Files of every format, each told by its name; what is passed over is counted. */
export const filesOfAnyFormat = ({ report }: FormatContext): Choices => ({
  async accepts(path, source) {
    if (!primary(path)) return false
    // LitBank's texts belong to its tables of entities.
    if ((await annotationsBeside(source)) === 'litbank') return false
    const taken = formats.some((format) => format.accepts(path))
    if (!taken) report.add('file-passed-over', path)
    return taken
  },
})

/**
 * Files of a format that was named: those with its usual names, and others that look like
 * it; where there is none, every file, since who names a format knows better than a name.
 * Folders of corpora hold files of more kinds than one: what is passed over is counted.
 */
export const filesOfFormat = (format: Format, { report }: FormatContext): Choices => {
  // A document of several files is found by their names alone.
  if (format.writeFiles) return { accepts: (path) => format.accepts(path) }
  let any = false
  let passed: string[] = []
  const accepts: Choice = async (path, source) => {
    const taken = format.accepts(path) || (primary(path) && (await looksLike(format, source)))
    if (taken) any = true
    else if (primary(path)) passed.push(path)
    if (any) {
      for (const other of passed) report.add('file-passed-over', other)
      passed = []
    }
    return taken
  }
  return { accepts, otherwise: primary }
}
