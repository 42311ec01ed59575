/** What was found beside what is right, text by text, for people. */
import { listClusters, listRelations, listSpans } from '../../dist/src/io/document/document.js'

const keyOf = ({ start, end }) => `${start} ${end}`

/** Items of both sides by key: on both, only found, only in the gold. */
const sort = (gold, found) => {
  const [wanted, has] = [gold, found].map((items) => new Map(items.map((item) => [item.key, item.words])))
  return {
    right: [...has].filter(([key]) => wanted.has(key)).map(([, words]) => words),
    wrong: [...has].filter(([key]) => !wanted.has(key)).map(([, words]) => words),
    missed: [...wanted].filter(([key]) => !has.has(key)).map(([, words]) => words),
  }
}

const spanItems = (text, layer) =>
  (layer ? listSpans(layer) : []).map((span) => ({
    key: `${keyOf(span)} ${span.label}`,
    words: `${text.slice(span.start, span.end)} ${span.label}`,
  }))

const relationItems = (text, layer) =>
  (layer ? listRelations(layer) : []).map(({ label, arg1, arg2 }) => ({
    key: `${label} ${keyOf(arg1)} ${keyOf(arg2)}`,
    words: `${text.slice(arg1.start, arg1.end)} — ${label} → ${text.slice(arg2.start, arg2.end)}`,
  }))

/**
 * Each gold cluster beside the found one that shares most mentions with it; found ones that share none are wrong
 * altogether.
 */
const compareClusters = (text, gold, found) => {
  const items = (layer) =>
    (layer ? listClusters(layer) : []).map((cluster) =>
      cluster.map((span) => ({ key: keyOf(span), words: text.slice(span.start, span.end) })),
    )
  const left = items(found)
  const shared = (one, other) => one.filter(({ key }) => other.some((item) => item.key === key)).length
  const pairs = items(gold).map((cluster) => {
    const best = left.reduce(
      (most, other, i) => (shared(other, cluster) > shared(left[most] ?? [], cluster) ? i : most),
      -1,
    )
    return sort(cluster, best < 0 ? [] : left.splice(best, 1)[0])
  })
  return [...pairs, ...left.map((cluster) => sort([], cluster))]
}

/** Names of the lists that a comparison has, in the order they are shown. */
const marks = { right: '+', wrong: '!', missed: '-' }

const shown = (title, comparison, separator) =>
  Object.entries(marks)
    .filter(([name]) => comparison[name].length > 0)
    .map(([name, mark]) => `  ${title.padEnd(10)} ${mark} ${name.padEnd(6)}  ${comparison[name].join(separator)}`)

/**
 * A text and, for each layer, what is right (+), wrong (!) and missed (-), one list a line.
 * @param gold the document as it should be
 * @param found the same text, annotated
 */
export const comparisonText = (gold, found) => {
  const { id, text } = gold
  const clusters = compareClusters(text, gold.clusters, found.clusters)
  return [
    `${id}  ${text}`,
    ...shown('entities', sort(spanItems(text, gold.entities), spanItems(text, found.entities)), ' · '),
    ...shown('mentions', sort(spanItems(text, gold.mentions), spanItems(text, found.mentions)), ' · '),
    ...shown('relations', sort(relationItems(text, gold.relations), relationItems(text, found.relations)), ' · '),
    ...clusters.flatMap((comparison, c) => shown(`cluster ${c + 1}`, comparison, ' | ')),
  ].join('\n')
}
