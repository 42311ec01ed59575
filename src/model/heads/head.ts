/**
 * A head is one thing: what it can be told, what it learns from, its loss, how it is
 * read into documents, and how it is scored. Everything around it knows this
 * interface alone, so a new kind of head is one folder and one line in `index.ts`.
 */
import type * as tf from '@tensorflow/tfjs-core'
import type { Document, MentionLike, RelationLike, SpanLike, Spans } from '../../io/document/document.ts'
import type { LossReport } from '../../io/report.ts'
import type { Batch } from '../batch.ts'
import type { TaskConfig, TaskDefaults } from '../config/keys.ts'
import type { Keys } from '../config/schema.ts'
import type { Seeds } from '../layers/encoder.ts'
import type { Metric } from '../metrics/score.ts'
import type { Parameters } from '../parameters.ts'

/** What heads see of a model. */
export interface HeadContext {
  readonly parameters: Parameters
  /** Labels of each task by name; empty where a head has none. */
  readonly labels: Readonly<Record<string, readonly string[]>>
  readonly config: { readonly tasks: readonly TaskConfig[] }
}

/** States of the tasks over one batch, made when first asked for. */
export interface Forward {
  readonly batch: Batch
  /** g_e [tokens, E]. */
  readonly base: tf.Tensor2D
  /** Input of a task's encoder, after dropout: g_e, with the states it stands on. */
  input(task: TaskConfig): tf.Tensor2D
  /** Output of a task's encoder [tokens, 2·hidden]. */
  states(task: TaskConfig): tf.Tensor2D
}

/** What a task learns from: some sentences, and what a head knows of them. */
export interface Example {
  /** Document and sentence, for messages. */
  readonly id: string
  readonly sentences: readonly (readonly string[])[]
}

/** A span that a tagger found. */
export interface FoundSpan {
  /** Token. */
  readonly begin: number
  readonly label: string
  readonly task: string
}

/** A document under way through the model. */
export interface Draft {
  readonly document: Document
  readonly tokens: Spans
  readonly words: readonly string[]
  readonly sentences: Spans
  /** Spans found so far, of each layer. */
  readonly spans: Map<'entities' | 'mentions', MentionLike[]>
  /** Those that end with a token, in the order in which taggers were read. */
  readonly spanEnding: Map<number, readonly FoundSpan[]>
  readonly relations: RelationLike[]
}

/** Sentences of a document that go through together. */
export interface Window {
  readonly draft: Draft
  readonly from: number
  readonly to: number
  readonly tokens: number
}

export interface Link {
  readonly document: string
  /** Characters. */
  readonly mention: SpanLike
  readonly antecedent: SpanLike
  readonly score: number
}

export interface DecodeOptions {
  /** What is less probable is left out. */
  readonly minScore: number
  /** Use the document's own mentions as the only candidates of coreference. @default as the task was configured */
  readonly goldMentions?: boolean | undefined
  /**
   * By whose rules to annotate, of the conventions that the tasks learned; a task that does not know it keeps its own
   */
  readonly convention?: string | undefined
  /**
   * Uniform numbers in [0, 1): taggers find what a tagging drawn by its probability has instead of the best one, all of it
   * as much less sure as the slope of their calibration says. What learns from many learns how sure the tagger is.
   */
  readonly draw?: (() => number) | undefined
  /** Told of each link of a mention to its antecedent that is made, with its probability. */
  readonly onLink?: ((link: Link) => void) | undefined
  /** Told of each window's pairs of spans: the bucket of their distance and likeness, and the pair scorer's score. */
  readonly onPairs?: ((bucket: Int32Array, scores: Float32Array) => void) | undefined
  /** Whether some task that is run finds spans. */
  readonly spansFound: boolean
}

export interface Decoder {
  /**
   * Reads a pack: its windows' sentences, one after another, are those of the batch. Windows of a document come in
   * order.
   */
  read(state: Forward, pack: readonly Window[]): void
  /**
   * Layers of a document whose windows have all been read.
   * @param document with the layers of the decoders before
   */
  layers(draft: Draft, document: Document): Partial<Document>
}

/** A number that no gradient reaches, chosen on development data. */
export interface Grid {
  readonly setting: string
  /** Of values that are as good, the one nearest to this is taken: the paper's, the cheapest, or one with fewer errors. */
  readonly best: number
  readonly values: readonly number[]
  /** Only values below what was configured are tried. */
  readonly only?: 'fewer'
}

/** A label that a setting names. */
export interface UsedName {
  /** The key of the setting. */
  readonly key: string
  readonly name: string
  /** The task whose label it is, where that is another. */
  readonly of?: string
}

export interface Head<
  Config extends TaskConfig = TaskConfig,
  Learned extends Example = Example,
  Score extends object = object,
> {
  readonly kind: string
  /** Keys of its tasks besides those of every task. */
  readonly keys: Keys
  /** Keys of its data sets besides their files. */
  readonly datasetKeys: Keys
  /** Where its defaults are not the common ones. */
  readonly defaults: TaskDefaults
  /** Its spans are what others choose among: it is read before them. */
  readonly findsSpans?: boolean
  /** What helps where it does not learn, for the warning of a training. */
  readonly hint?: string
  /** Whether it chooses among the spans that a tagger finds. */
  readsSpans?(task: Config, tagger: string): boolean
  /** Tasks it looks at besides the one it stands on: the key that names each, and the kind that it must be. */
  others?(task: Config): readonly { readonly key: string; readonly name: string; readonly kind: string }[]
  /**
   * @param where the task stands in the configuration
   * @throws HmtlError `HMTL_CONFIG_VALUE` where its settings do not go together
   */
  check?(task: Config, where: string): void
  /** Dropout before the encoder, where it is not the task's. */
  inputDropout?(task: Config): number

  /** The layer of documents that a task learns. */
  layer(task: Config): keyof Document
  /** Labels of a document, each as often as it occurs; absent where the head has none. */
  labels?(document: Document, task: Config, dataset: Config['datasets'][number]): Iterable<string>
  /** Labels that its settings name, its own and those of tasks that it looks at. */
  names?(task: Config): Iterable<UsedName>
  /** Only these many commonest labels; 0 for all. */
  mostLabels?(task: Config): number
  /**
   * Examples of a document that has tokens and sentences; labels that the task does not know are left out.
   * @param unlearned counts what of the document they do not say, or say otherwise
   */
  examples(
    document: Document,
    task: Config,
    labels: readonly string[],
    dataset: Config['datasets'][number],
    unlearned?: LossReport,
  ): Iterable<Learned>
  /** An example that brings every parameter into being. */
  smallest(task: Config): Learned

  /** Summed loss [1], or undefined where the examples have nothing to learn from. */
  loss(
    context: HeadContext,
    task: Config,
    state: Forward,
    examples: readonly Learned[],
    seeds: Seeds,
  ): tf.Tensor1D | undefined
  /**
   * Where states lie in the rows of a matrix of its own: how many times the task's at its beginning, and whether those of
   * the task below at its end.
   * @param part the parameter's name without the task's
   * @returns undefined where it reads no states
   */
  statesIn?(part: string): { readonly own: number; readonly below: boolean } | undefined
  /** Tables of its own, without the task's name, that have a row a size: a longer one begins with more of its last row. */
  readonly rowsBySize?: readonly string[]
  /** With the present weights. */
  decoder(context: HeadContext, task: Config, options: DecodeOptions): Decoder
  /**
   * What of its layer changes once a document has the layers of all tasks that were asked for.
   * @param made names of those layers; others that it has came with it
   */
  settle?(document: Document, made: ReadonlySet<string>, task: Config): Document

  /**
   * Gold and predictions as the task defines them, without what the source's annotation says nothing of, and without gold
   * of labels that the model does not have.
   * @param notJudged counts what of gold is left out, by reason
   */
  comparable(
    gold: Document,
    predicted: Document,
    task: Config,
    labels: readonly string[],
    dataset: Config['datasets'][number],
    notJudged?: LossReport,
  ): readonly [gold: Document, predicted: Document]
  metric(task: Config): Metric<Score>
  /** The one number that a task is judged by, 0 to 1. */
  main(task: Config, score: Score): number
  /** What the one number is by name, first, then the same by other definitions in use; absent where there is one alone. */
  definitions?(task: Config, score: Score): readonly (readonly [name: string, value: number])[]
  /** Settings that are chosen on development data after training. */
  decisions(task: Config): readonly Grid[]
}
