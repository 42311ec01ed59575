/**
 * Predictions beside gold in one drawing: what was found, what was missed, what is too much, what has another label.
 */
import { type Document, listMentions, listRelations, listSpans, type SpanLike } from '../document/document.ts'
import { type DrawnLayers, drawingKinds, drawLayers, type Judged, type Kinds, layersIn, layersOf } from './fragment.ts'
import { pageOf } from './html.ts'
import { gather } from '../gather.ts'

type WithLabel = { readonly label: string }

const keyOf = ({ start, end }: SpanLike) => `${start} ${end}`

/**
 * Both sides of a layer as one, each item with its verdict. @param place what two items must share to be of the same
 * words
 */
const judged = <T extends WithLabel>(
  gold: readonly T[],
  predicted: readonly T[],
  place: (item: T) => string,
): (T & Judged)[] => {
  const labelsOf = (items: readonly T[]) => {
    const labels = new Map<string, string[]>()
    for (const item of items) gather(labels, place(item), item.label)
    return labels
  }
  const [wanted, found] = [labelsOf(gold), labelsOf(predicted)]
  const ofFound = predicted.map((item): T & Judged => {
    const labels = wanted.get(place(item))
    if (!labels) return { ...item, verdict: 'extra', note: 'not in gold' }
    if (labels.includes(item.label)) return { ...item, verdict: 'right' }
    return { ...item, verdict: 'wrong', note: `gold: ${labels.join(', ')}` }
  })
  const missed = gold
    .filter((item) => !found.has(place(item)))
    .map((item): T & Judged => ({ ...item, verdict: 'missed', note: 'not found' }))
  return [...ofFound, ...missed]
}

/** Layers of a comparison; clusters are the predicted ones. */
export const comparedLayers = (gold: Document, predicted: Document): DrawnLayers => {
  const spans = (layer: 'entities' | 'mentions') => {
    const [one, other] = [gold[layer], predicted[layer]]
    if (!one || !other) return undefined
    const items = layer === 'entities' ? listSpans : listMentions
    return judged(items(one as never), items(other as never), keyOf)
  }
  return {
    ...layersOf(predicted),
    id: gold.id,
    text: gold.text,
    entities: spans('entities'),
    mentions: spans('mentions'),
    relations:
      gold.relations &&
      predicted.relations &&
      judged(
        listRelations(gold.relations),
        listRelations(predicted.relations),
        ({ arg1, arg2 }) => `${keyOf(arg1)} ${keyOf(arg2)}`,
      ),
  }
}

async function* compared(pairs: AsyncIterable<readonly [Document, Document]>, kinds: Kinds): AsyncGenerator<string> {
  for await (const [gold, predicted] of pairs) {
    const layers = comparedLayers(gold, predicted)
    yield drawLayers(layers, kinds, layersIn(layers))
  }
}

/** A page of pairs of gold and predicted documents, piece by piece. */
export const comparisonPage = (
  pairs: AsyncIterable<readonly [Document, Document]>,
  title: string,
): AsyncGenerator<string> => pageOf(compared(pairs, drawingKinds()), title)
