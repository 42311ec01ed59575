/** Annotation as typed arrays of offsets. */

/** Half-open spans. The unit is the owner's: UTF-16 code units of `text`, or token indexes. */
export interface Spans {
  readonly begin: Int32Array
  readonly end: Int32Array
}

/** Spans of text with a label each; `labels[label[i]]` names span `i`. */
export interface LabelledSpans extends Spans {
  readonly label: Int32Array
  readonly labels: readonly string[]
  /** Probability of each span, 0 to 1, where a model made them. */
  readonly score?: Float32Array | undefined
}

/** Entity mentions; the head (the syntactic head of the extent, ACE) lies inside the span. */
export interface Mentions extends LabelledSpans {
  readonly headBegin: Int32Array
  readonly headEnd: Int32Array
}

/** Directed relations between two spans of text. */
export interface Relations {
  readonly begin1: Int32Array
  readonly end1: Int32Array
  readonly begin2: Int32Array
  readonly end2: Int32Array
  readonly label: Int32Array
  readonly labels: readonly string[]
  readonly score?: Float32Array | undefined
}

/** Coreference clusters: members of cluster `c` are spans `offsets[c]` to `offsets[c + 1]`. */
export interface Clusters extends Spans {
  readonly offsets: Int32Array
}

/** A document without id, text and metadata. A layer that is `undefined` was not annotated. */
export interface Layers {
  /** Token spans in UTF-16 code units of the text, in order, not overlapping. */
  readonly tokens?: Spans | undefined
  /** Sentence spans as token indexes, in order, covering every token. */
  readonly sentences?: Spans | undefined
  readonly entities?: LabelledSpans | undefined
  readonly mentions?: Mentions | undefined
  readonly relations?: Relations | undefined
  readonly clusters?: Clusters | undefined
}
