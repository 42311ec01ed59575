/**
 * What has been read into a corpus's text and lies beside it, so that nothing of the text is copied here. A file of it says
 * of each document where its names and relations are, by sentence and word, both from 0, the last word included:
 *
 *     DOCUMENT<tab>WORDS
 *     SENTENCE LABEL FROM TO
 *     SENTENCE LABEL FROM TO -> FROM TO
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Document,
  type LabelledLike,
  labelledSpansOf,
  type RelationLike,
  relationsOf,
  type SpanLike,
} from '../src/io/document/document.ts'
import { HmtlError } from '../src/io/errors.ts'
import { packageRoot } from '../src/models.ts'
import type { Split } from './recipe.ts'

type Range = readonly [from: number, to: number]
interface Standing {
  /** Of the document that it stands on. */
  readonly words: number
  readonly names: { readonly sentence: number; readonly label: string; readonly span: Range }[]
  readonly relations: {
    readonly sentence: number
    readonly label: string
    readonly arg1: Range
    readonly arg2: Range
  }[]
}

const linePattern = /^(\d+) ([A-Za-z][A-Za-z ]*?) (\d+) (\d+)(?: -> (\d+) (\d+))?$/

/** @param name what the file is called in errors @throws HmtlError `HMTL_DATASET_SPLIT` */
export const parseStanding = (source: string, name: string): Map<string, Standing> => {
  const texts = new Map<string, Standing>()
  let text: Standing | undefined
  for (const [i, line] of source.split('\n').entries()) {
    if (line === '' || line.startsWith('# ')) continue
    const wrong = (what: string) =>
      new HmtlError('HMTL_DATASET_SPLIT', `${name}, line ${i + 1}: "${line}" ${what}`, {
        line: i + 1,
        remedy: 'Take the file of the repository',
      })
    const heading = /^(\S+)\t(\d+)$/.exec(line)
    if (heading) {
      const [, id, words] = heading
      if (texts.has(id)) throw wrong('stands there a second time')
      text = { words: Number(words), names: [], relations: [] }
      texts.set(id, text)
      continue
    }
    const found = linePattern.exec(line)
    if (!found || !text) throw wrong('is no name and no relation')
    const [, sentence, label, ...rest] = found
    const [from, to, from2, to2] = rest.map((number) => (number === undefined ? undefined : Number(number)))
    const span = [from as number, to as number] as const
    if (from2 === undefined) text.names.push({ sentence: Number(sentence), label, span })
    else text.relations.push({ sentence: Number(sentence), label, arg1: span, arg2: [from2, to2 as number] })
  }
  return texts
}

/**
 * A document with what was read into it: names in the place of its own where names were read, relations likewise, and no
 * other layers.
 * @throws HmtlError `HMTL_DATASET_SPLIT` where its words are not those that were read
 */
export const withStanding = (document: Document, { words, names, relations }: Standing): Document => {
  const { tokens, sentences } = document
  const other = (what: string) =>
    new HmtlError('HMTL_DATASET_SPLIT', `${document.id} ${what}`, {
      document: document.id,
      remedy: 'It was read in another version of the corpus: give the folder of the one that the recipe names',
    })
  if (!tokens || !sentences || tokens.begin.length !== words)
    throw other(`has ${tokens?.begin.length ?? 0} words, not ${words}`)
  const spanOf = (sentence: number, [from, to]: Range): SpanLike => {
    const first = sentences.begin[sentence]
    if (first === undefined || to < from || first + to >= sentences.end[sentence])
      throw other(`has no words ${from} to ${to} in sentence ${sentence}`)
    return { start: tokens.begin[first + from], end: tokens.end[first + to] }
  }
  const { mentions: _, clusters: __, ...rest } = document
  return {
    ...rest,
    ...(names.length > 0 && {
      entities: labelledSpansOf(
        names.map(({ sentence, label, span }): LabelledLike => ({ ...spanOf(sentence, span), label })),
      ),
    }),
    relations: relationsOf(
      relations.map(
        ({ sentence, label, arg1, arg2 }): RelationLike => ({
          label,
          arg1: spanOf(sentence, arg1),
          arg2: spanOf(sentence, arg2),
        }),
      ),
    ),
  }
}

/**
 * A split's documents with what was read into them, out of `labels.txt` in a folder of `datasets`. Documents that were not
 * read are left out.
 * @throws HmtlError `HMTL_DATASET_SPLIT` where one that was read is missing, or is another
 */
export const withLabels = (split: Split, folder: string): Split => ({
  name: split.name,
  async *documents(from, context) {
    const name = `datasets/${folder}/labels.txt`
    const source = await readFile(join(packageRoot(), name), 'utf8').catch((cause) => {
      throw new HmtlError('HMTL_DATASET_SPLIT', `there is no ${name} in this installation`, {
        cause,
        remedy: 'It is in the repository and in the package; install it anew',
      })
    })
    const standing = parseStanding(source, name)
    for await (const document of split.documents(from, context)) {
      const labels = standing.get(document.id)
      standing.delete(document.id)
      if (labels) yield withStanding(document, labels)
    }
    const [missing] = standing.keys()
    if (missing !== undefined)
      throw new HmtlError(
        'HMTL_DATASET_SPLIT',
        `${standing.size} documents of ${name} are not in ${from}, such as ${missing}`,
        {
          remedy: 'Give the folder of the whole corpus with --from',
        },
      )
  },
})

/** Every so-manieth document is development data, the others are to train on. */
export const heldOut = ({ documents }: Split, every: number): Split[] =>
  (['train', 'dev'] as const).map((name) => ({
    name,
    async *documents(from, context) {
      let index = 0
      for await (const document of documents(from, context)) {
        const held = index++ % every === every - 1
        if (held === (name === 'dev')) yield document
      }
    },
  }))
