/** Relations between spans of one sentence, by the tokens that end them. */
import * as tf from '@tensorflow/tfjs-core'
import {
  type Document,
  listRelations,
  type RelationLike,
  relationsOf,
  type SpanLike,
} from '../../../io/document/document.ts'
import type { LossReport } from '../../../io/report.ts'
import { indexes } from '../../batch.ts'
import { calibrated } from '../../calibration.ts'
import { wrongValue } from '../../config/schema.ts'
import { sigmoidLoss } from '../../kernels/ops/losses.ts'
import type { Seeds } from '../../layers/encoder.ts'
import { placer } from '../../metrics/relation.ts'
import { metricOf, type RelationScore } from '../../metrics/score.ts'
import { annotationOf, relationsMeant } from '../annotation.ts'
import { conventionPlaces } from '../convention-layer.ts'
import type { CrfTaskConfig } from '../crf/keys.ts'
import type { DecodeOptions, Decoder, Draft, Forward, Head, HeadContext } from '../head.ts'
import { leaveOut, type NotJudged, whyNot } from '../not-judged.ts'
import { positiveCells, unknownCells } from './cells.ts'
import { hasCue } from './cues.ts'
import { distinctRelations } from './distinct.ts'
import { byWords } from './entity.ts'
import { type RelationExample, relationExamples } from './examples.ts'
import { type RelationDataset, relationDatasetKeys, type RelationTaskConfig, relationKeys } from './keys.ts'
import { namesIn } from './names.ts'
import { pronounTypes } from './pronouns.ts'
import { allPlaces, pairTokens, relationLogits, relationStates } from './scores.ts'
import { type Candidate, firstAndSure } from './second.ts'
import { singleValued } from './single.ts'
import { ofFinalTypes, takesTypes } from './types.ts'

const loss = (
  context: HeadContext,
  task: RelationTaskConfig,
  state: Forward,
  examples: readonly RelationExample[],
  seeds: Seeds,
): tf.Tensor1D => {
  const { starts, rows } = state.batch.packing
  const types = context.labels[task.name].length
  const placesOf = allPlaces(starts)
  const pairs = pairTokens(rows, placesOf)
  const lengths = placesOf.map(({ length }) => length)
  const at = conventionPlaces(task, examples)
  const rules = at && Int32Array.from(at.flatMap((place, e) => new Array<number>(lengths[e] ** 2).fill(place)))
  const states = relationStates(context, task, state, seeds)
  const logits = relationLogits(task, context.parameters, states, pairs, types, rules)
  const unknown = unknownCells(examples, lengths, types)
  const asked = unknown
    ? (tf.add(logits, tf.tensor2d(unknown, [unknown.length / types, types])) as tf.Tensor2D)
    : logits
  return sigmoidLoss(asked, indexes(positiveCells(examples, lengths, types)))
}

interface Place {
  readonly draft: Draft
  readonly token: number
  /** Among the document's. */
  readonly sentence: number
  /** Among the tokens of the batch. */
  readonly place: number
}

interface Argument {
  /** Its first token. */
  readonly begin: number
  /** What it may be. */
  readonly types: readonly string[]
}

/** The words of a place's sentence. */
const sentenceOf = ({ draft: { sentences, words }, sentence }: Place): readonly string[] =>
  words.slice(sentences.begin[sentence], sentences.end[sentence])

/** Whether a word stands for a name. */
const isPronounOf = (task: Pick<RelationTaskConfig, 'pronouns'>) => {
  const typesOf = pronounTypes(task)
  return (word: string): boolean => typesOf(word) !== undefined
}

/** Whether a name is no second argument of a label, whatever is said. */
const isNever = ({ never }: RelationTaskConfig, label: string, text: string, { start, end }: SpanLike): boolean =>
  Object.hasOwn(never, label) && never[label].includes(text.slice(start, end).toLowerCase())

const decoder = (
  context: HeadContext,
  task: RelationTaskConfig,
  { minScore, spansFound, convention }: DecodeOptions,
): Decoder => {
  const labels = context.labels[task.name]
  const typed = Object.keys(task.argumentTypes).length > 0
  const symmetric = labels.map((label) => task.symmetric.includes(label))
  const typesOf = pronounTypes(task)
  // Where no tagger ran, every token is a candidate.
  const amongSpans = spansFound && task.candidates === 'spans'
  /**
   * The argument that a token ends: of what taggers found the last, or the name where arguments have types; or a
   * pronoun.
   */
  const argumentAt = ({ spanEnding, words }: Draft, token: number): Argument | undefined => {
    const found = spanEnding.get(token)
    const span = typed ? found?.find((each) => each.task === task.tagsOf) : found?.at(-1)
    if (span) return { begin: span.begin, types: [span.label] }
    const types = typesOf(words[token])
    return types && { begin: token, types }
  }
  const fits = (label: string, one: Argument | undefined, two: Argument | undefined): boolean => {
    return !spansFound || takesTypes(task, label, one?.types ?? [], two?.types ?? [])
  }
  const tagger = context.config.tasks.find(({ name }) => name === task.tagsOf) as CrfTaskConfig | undefined
  return {
    read(state, pack) {
      const { starts, rows } = state.batch.packing
      const places: Place[][] = []
      let sentence = 0
      for (const { draft, from, to } of pack)
        for (let s = from; s < to; s++, sentence++) {
          const list: Place[] = []
          const { begin, end } = draft.sentences
          for (let token = begin[s]; token < end[s]; token++)
            if (!amongSpans || argumentAt(draft, token))
              list.push({ draft, token, sentence: s, place: starts[sentence] + token - begin[s] })
          places.push(list)
        }
      const pairs = pairTokens(
        rows,
        places.map((list) => Int32Array.from(list, ({ place }) => place)),
      )
      if (pairs.first.length === 0 || labels.length === 0) return
      const states = relationStates(context, task, state, undefined)
      const logits = relationLogits(
        task,
        context.parameters,
        states,
        pairs,
        labels.length,
        convention,
      ).dataSync() as Float32Array
      let first = 0
      for (const list of places) {
        const n = list.length
        const logit = (i: number, j: number, k: number) => logits[(first + i * n + j) * labels.length + k]
        const found: Candidate[] = []
        for (let i = 0; i < n; i++)
          for (let j = 0; j < n; j++)
            for (let k = 0; k < labels.length; k++) {
              const x = symmetric[k] ? (logit(i, j, k) + logit(j, i, k)) / 2 : logit(i, j, k)
              const sigmoid = 1 / (1 + Math.exp(-x))
              if (!(sigmoid > task.threshold) || i === j) continue
              const { draft } = list[i]
              const { tokens, relations } = draft
              const [one, two] = [argumentAt(draft, list[i].token), argumentAt(draft, list[j].token)]
              const score = calibrated(sigmoid, task.calibration)
              if (!fits(labels[k], one, two) || score < minScore) continue
              const spanOf = ({ token }: Place, argument: Argument | undefined) => ({
                start: tokens.begin[argument?.begin ?? token],
                end: tokens.end[token],
              })
              const relation = { label: labels[k], arg1: spanOf(list[i], one), arg2: spanOf(list[j], two), score }
              const [{ begin }, base] = [two ?? { begin: list[j].token }, draft.sentences.begin[list[i].sentence]]
              if (isNever(task, labels[k], draft.document.text, relation.arg2)) continue
              const places = { firstEnd: list[i].token + 1 - base, second: begin - base }
              found.push({ relations, relation, pair: Math.min(i, j) * n + Math.max(i, j), sigmoid, places })
            }
        // What no word of the sentence says was the likeliest all the same: the next one is no surer for it.
        const words = found.length === 0 ? [] : sentenceOf(list[0])
        for (const { relations, relation, places } of firstAndSure(found, task.secondThreshold, task.beside))
          if (hasCue(task, relation.label, words, places)) relations.push(relation)
        first += n * n
      }
    },
    layers({ relations, spans, document }) {
      const names = typed && spansFound && tagger ? (spans.get(tagger.layer) ?? []) : undefined
      const fitting =
        names && tagger ? ofFinalTypes(relations, document.text, names, tagger.agreeBelow, task) : relations
      const entityOf = byWords(document, isPronounOf(task))
      return { relations: relationsOf(singleValued(fitting, task.single, document.text, entityOf)) }
    },
  }
}

/**
 * Relations of labels that the model does not have, or that were not looked for, are no part of it; nor are those of
 * which it is not known.
 */
const comparable = (
  document: Document,
  predicted: Document,
  task: RelationTaskConfig,
  labels: readonly string[],
  dataset: RelationDataset,
  notJudged?: LossReport,
): readonly [Document, Document] => {
  const annotation = annotationOf(dataset)
  const has = new Set(labels)
  const looked = annotation.knownIn(document)
  const pairOf = ({ arg1, arg2 }: RelationLike) => `${arg1.end} ${arg2.end}`
  const key = (relation: RelationLike) => `${relation.label} ${pairOf(relation)}`
  const counts = (label: string) => has.has(label) && (looked?.has(label) ?? true)
  const given = document.relations ? listRelations(document.relations) : []
  const meant = given.flatMap((relation) => relationsMeant(relation, annotation)).filter(({ label }) => counts(label))
  const sure = [
    ...new Map(meant.filter((relation) => relation.sure).map((relation) => [key(relation), relation])).values(),
  ]
  if (notJudged) {
    const seen = new Set<string>()
    const placeOf = placer(document)
    const why = (relation: RelationLike): NotJudged | undefined => {
      const all = relationsMeant(relation, annotation)
      const known = all.filter(({ label }) => has.has(label))
      if (known.length === 0) return whyNot(annotation, relation.label)
      const asked = known.filter(({ label }) => counts(label))
      if (asked.length === 0) return 'notLookedFor'
      if (!asked.some((each) => each.sure)) return 'unsure'
      const { arg1, arg2 } = asked[0]
      const place = placeOf(arg1, arg2)
      if (typeof place === 'string') return place
      const repeated = asked.every((each) => seen.has(key(each)))
      for (const each of asked) seen.add(key(each))
      return repeated ? 'repeated' : undefined
    }
    for (const relation of given) {
      const reason = why(relation)
      if (reason) leaveOut(notJudged, reason, document, relation.arg1, relation.label)
    }
  }
  const sureKeys = new Set(sure.map(key))
  const unsure = new Set(meant.map(key).filter((each) => !sureKeys.has(each)))
  const related = new Set(sure.map(pairOf))
  const stands = isPronounOf(task)
  const isPronoun = ({ start, end }: SpanLike) => stands(document.text.slice(start, end))
  const said = ({ arg1, arg2 }: RelationLike) => dataset.pronouns === true || !(isPronoun(arg1) || isPronoun(arg2))
  const found = (predicted.relations ? listRelations(predicted.relations) : []).filter(
    (relation) =>
      counts(relation.label) &&
      !unsure.has(key(relation)) &&
      (said(relation) || sureKeys.has(key(relation))) &&
      (annotation.pairs === 'all' || related.has(pairOf(relation))),
  )
  return [
    { ...document, relations: document.relations && relationsOf(sure) },
    { ...predicted, relations: relationsOf(found) },
  ]
}

function* labelsOf({ relations }: Document, _: RelationTaskConfig, dataset: RelationDataset): Generator<string> {
  const annotation = annotationOf(dataset)
  for (const relation of relations ? listRelations(relations) : [])
    for (const { label } of relationsMeant(relation, annotation)) yield label
}

const smallestWords = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']

export const relationHead: Head<RelationTaskConfig, RelationExample, RelationScore> = {
  kind: 'relation',
  keys: relationKeys,
  datasetKeys: relationDatasetKeys,
  defaults: { layers: 3, batch: 4 },
  readsSpans: () => true,
  others: ({ tagsOf }) => (tagsOf === '' ? [] : [{ key: 'tagsOf', name: tagsOf, kind: 'crf' }]),
  check: ({ between, pairFeatures }, where) => {
    if (between > 0 && !pairFeatures)
      throw wrongValue(`${where}.between`, '0 where there are no "pairFeatures"', between, 'Set "pairFeatures" to true')
  },
  layer: () => 'relations',
  labels: labelsOf,
  names: namesIn,
  mostLabels: ({ maxLabels }) => maxLabels,
  examples: relationExamples,
  smallest: () => ({ id: '', sentences: [smallestWords], cells: new Int32Array(0) }),
  loss,
  // Then what the tagger says of each token.
  statesIn: (part) => (['first', 'second', 'project'].includes(part) ? { own: 1, below: false } : undefined),
  decoder,
  // By clusters that were found, too: those that came with a document are not the model's.
  // Only where pronouns are arguments is one thing said of an entity several times; models without them are left as
  // they were.
  settle: (document, made, task) =>
    made.has('clusters') && Object.keys(task.pronouns).length > 0
      ? distinctRelations(document, task.single, isPronounOf(task))
      : document,
  comparable,
  metric: () => metricOf('relation'),
  main: ({ bearingOnly }, { definitions: { original, lastToken } }) => (bearingOnly ? original : lastToken).f1,
  definitions: ({ bearingOnly }, { definitions: { original, lastToken, boundaries, strict } }) => [
    bearingOnly
      ? ['last tokens of the arguments, in sentences with a relation', original.f1]
      : ['last tokens of the arguments', lastToken.f1],
    ['whole spans of the arguments', boundaries.f1],
    ['strict: whole spans and types', strict.f1],
  ],
  decisions: () => [{ setting: 'threshold', best: 0.5, values: [0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6] }],
}
