/** Sentences with their trees, of which probing sets are made: dependencies as CoNLL-U, constituents as brackets. */

export interface TreeWord {
  readonly form: string
  /** Universal part of speech. */
  readonly upos: string
  /** Tag of the Penn Treebank. */
  readonly tag: string
  /** Index of the word that it hangs on, -1 at the root. */
  readonly head: number
  /** Universal dependency relation, without its subtype. */
  readonly relation: string
}

export interface TreeSentence {
  /** Name of the document that it stands in. */
  readonly document: string
  readonly words: readonly TreeWord[]
}

/**
 * The sentences of a CoNLL-U text. Multiword tokens are their words, empty nodes are left out.
 * @param document where the text names none
 */
export function* readTrees(text: string, document: string): Generator<TreeSentence> {
  let name = document
  for (const block of text.split(/\r?\n\s*\r?\n/)) {
    const lines = block.split(/\r?\n/)
    for (const line of lines) name = /^#\s*newdoc id\s*=\s*(.+)$/.exec(line)?.[1].trim() ?? name
    const rows = lines.map((line) => line.split('\t')).filter(([id]) => /^\d+$/.test(id))
    const words = rows.map(([, form, , upos, tag, , head, relation]) => ({
      form,
      upos,
      tag,
      head: Number(head) - 1,
      relation: relation.split(':')[0],
    }))
    if (words.length > 0) yield { document: name, words }
  }
}

/** A phrase, or a word with its tag as label. */
export interface Constituent {
  readonly label: string
  readonly word?: string
  readonly parts: readonly Constituent[]
}

/** The trees of a bracketed text, `(ROOT (S (NP …) …))`. */
export function* readBrackets(text: string): Generator<Constituent> {
  const open: { label: string; word?: string; parts: Constituent[] }[] = []
  for (const [, opens, closes, word] of text.matchAll(/\(\s*([^\s()]*)|(\))|([^\s()]+)/g)) {
    const last = open[open.length - 1]
    if (opens !== undefined) open.push({ label: opens, parts: [] })
    else if (word !== undefined) {
      if (last) last.word = word
    } else if (closes !== undefined && open.pop() !== undefined) {
      const above = open[open.length - 1]
      if (above) above.parts.push(last)
      else yield last
    }
  }
}

/** Words of a constituent. */
export const yieldOf = ({ word, parts }: Constituent): string[] =>
  word === undefined ? parts.flatMap(yieldOf) : [word]
