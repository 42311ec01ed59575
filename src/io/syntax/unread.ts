/** Texts that are not read and would be taken for something else: what they are, and what makes of them what is read. */

export interface UnreadKind {
  readonly what: string
  readonly remedy: string
}

const kinds: readonly (UnreadKind & { readonly begins: RegExp; readonly name?: RegExp })[] = [
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
  {
    what: 'UIMA XMI',
    begins: /^\s*(?:<\?xml[^>]*>\s*)?<xmi:XMI\b/,
    remedy: "Take its text out first: xmllint --xpath 'string(//@sofaString)' FILE | hmtl annotate",
  },
  {
    what: 'BioC XML',
    begins:
      /^\s*(?:<\?xml[^>]*>\s*)?(?:<!DOCTYPE\s+collection\b[^>]*>\s*)?<collection>\s*<(?:source|date|key|document)\b/,
    remedy: "Take its texts out first: xmllint --xpath '//passage/text' FILE | sed 's/<[^>]*>/\\n/g' | hmtl annotate",
  },
  {
    what: "GATE's XML",
    begins: /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^>]*-->\s*)*<GateDocument\b/,
    remedy: "Take its text out first: xmllint --xpath 'string(//TextWithNodes)' FILE | hmtl annotate",
  },
  {
    what: 'PubTator',
    begins: /^\s*\d+\|t\|/,
    remedy:
      'Write JSON lines {"text": "title abstract", "entities": [{"start": 0, "end": 3, "label": "Gene"}]}, which ' +
      '--from spans reads',
  },
  {
    what: 'BioNLP standoff',
    begins: /^(?:T\d+\t\S+ \d+ \d+\t|E\d+\t\S+:T\d+|\*\tEquiv )/,
    name: /\.a[12]$/,
    remedy: 'Its spans are as those of brat: cat NAME.a1 NAME.a2 > NAME.ann, and read NAME.txt beside it',
  },
  {
    what: 'WikiNER',
    begins: /^\s*(?:[^\s|]+\|[^\s|]+\|(?:O|[BI]-[A-Z]+)(?: +|\r?\n)){2}/,
    remedy: `Make columns of it: awk '{for (i = 1; i <= NF; i++) print $i; print ""}' FILE | tr '|' '\\t'`,
  },
]

/** What such a file is, by its first characters, where these say little by its name too. */
export const unreadKind = (head: string, path: string): UnreadKind | undefined =>
  kinds.find(({ begins, name }) => begins.test(head) && (name?.test(path) ?? true))
