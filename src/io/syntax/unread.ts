/** Texts that are not read and would be taken for something else: what they are, and what makes of them what is read. */

export interface UnreadKind {
  readonly what: string
  readonly remedy: string
}

const kinds: readonly (UnreadKind & { readonly begins: RegExp })[] = [
  {
    what: 'a WARC file',
    begins: /^WARC\/\d\.\d\r?\n/,
    remedy: 'Take its texts out, for example with warcio, and write JSON lines {"text": "…"}',
  },
  {
    // The first word's number, its heads by hand and by a parser, and whether it is a predicate.
    what: 'CoNLL-2009',
    begins: /^\s*1\t(?:[^\t\n]+\t){7}(?:\d+|_)\t(?:\d+|_)\t[^\t\n]+\t[^\t\n]+\t[Y_]\t[^\t\n]+/,
    remedy: `Make ten columns of it: awk -F'\\t' -v OFS='\\t' 'NF {print $1,$2,$3,$5,$5,$7,$9,$11,"_","_"} !NF'`,
  },
]

/** What such a file is, by its first characters. */
export const unreadKind = (head: string): UnreadKind | undefined => kinds.find(({ begins }) => begins.test(head))
