/**
 * Names on the training text of UD English EWT, which Universal NER has too, beside whose names they stand. The text is
 * the corpus's own; `names.txt` says where in it the names are, so that nothing of it is copied here.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Document, type LabelledLike, labelledSpansOf } from '../../src/io/document/document.ts'
import { HmtlError } from '../../src/io/errors.ts'
import { readDocuments } from '../../src/io/read.ts'
import { packageRoot } from '../../src/models.ts'
import type { Recipe, Split } from '../recipe.ts'

/** The names of a text: its number of words, and by sentence (from 0) label and words, the first and the last. */
interface Standing {
  readonly words: number
  readonly names: readonly {
    readonly sentence: number
    readonly label: string
    readonly from: number
    readonly to: number
  }[]
}

const damaged = (what: string): HmtlError =>
  new HmtlError('HMTL_DATASET_SPLIT', `names.txt of ewt-names: ${what}`, { remedy: 'Take the file of the repository' })

/**
 * `DOCUMENT<tab>WORDS` and, one a line below, `SENTENCE LABEL FROM TO` of each name; all counts of words from 0.
 */
export const parseStanding = (source: string): Map<string, Standing> => {
  const texts = new Map<string, { words: number; names: Standing['names'][number][] }>()
  let names: Standing['names'][number][] | undefined
  for (const [i, line] of source.split('\n').entries()) {
    if (line === '' || line.startsWith('# ')) continue
    const [id, words] = line.split('\t')
    if (words !== undefined) {
      names = []
      texts.set(id, { words: Number(words), names })
      continue
    }
    const found = /^(\d+) (PER|LOC|ORG) (\d+) (\d+)$/.exec(line)
    if (!found || !names) throw damaged(`line ${i + 1} is "${line}"`)
    const [, sentence, label, from, to] = found
    names.push({ sentence: Number(sentence), label, from: Number(from), to: Number(to) })
  }
  return texts
}

const withNames = (document: Document, { words, names }: Standing): Document => {
  const { tokens, sentences } = document
  if (tokens?.begin.length !== words || !sentences)
    throw new HmtlError('HMTL_DATASET_SPLIT', `${document.id} has ${tokens?.begin.length ?? 0} words, not ${words}`, {
      document: document.id,
      remedy: 'The names stand on UD_English-EWT at commit 15d613d (2.x): give a folder of that version',
    })
  const spans = names.map(({ sentence, label, from, to }): LabelledLike => {
    const first = sentences.begin[sentence]
    return { start: tokens.begin[first + from], end: tokens.end[first + to], label }
  })
  return { ...document, entities: labelledSpansOf(spans), mentions: undefined, clusters: undefined }
}

const files = ['train.conllu', 'en_ewt-ud-train.conllu']

/** Every twentieth text is development data. */
const isHeldOut = (index: number): boolean => index % 20 === 19

const split = (name: string, keep: (index: number) => boolean): Split => ({
  name,
  async *documents(folder, context) {
    const standing = parseStanding(await readFile(join(packageRoot(), 'datasets', 'ewt-names', 'names.txt'), 'utf8'))
    let missing: unknown
    for (const file of files) {
      const path = join(folder, file)
      const there = await readFile(path).catch((cause) => {
        missing ??= cause
      })
      if (!there) continue
      let index = 0
      for await (const document of readDocuments(path, { ...context, format: 'conllu' })) {
        const names = standing.get(document.id)
        standing.delete(document.id)
        if (names && keep(index++)) yield withNames(document, names)
      }
      if (standing.size > 0)
        throw new HmtlError(
          'HMTL_DATASET_SPLIT',
          `${standing.size} texts with names are not in ${path}, such as ${[...standing.keys()][0]}`,
          { remedy: 'Give the folder that holds the whole training file' },
        )
      return
    }
    throw new HmtlError('HMTL_DATASET_SPLIT', `none of ${files.join(', ')} is in ${folder}`, {
      cause: missing,
      remedy: 'Give the folder that holds the corpus files with --from',
    })
  },
})

export const ewtNames: Recipe = {
  name: 'ewt-names',
  title: 'Names read into the training text of UD English EWT, by the rules of Universal NER',
  tasks: ['ner'],
  format: 'conllu',
  source: 'https://github.com/UniversalDependencies/UD_English-EWT',
  licence: 'CC BY-SA 4.0 (text); names: MIT',
  howToGet: 'Clone the repository; give its folder',
  labels: { ner: ['LOC', 'ORG', 'PER'] },
  schemes: [
    {
      name: '95-5',
      summary: 'the training text; every twentieth document is development data',
      splits: async () => [split('train', (index) => !isHeldOut(index)), split('dev', isHeldOut)],
    },
  ],
}
