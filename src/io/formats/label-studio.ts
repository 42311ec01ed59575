/** Tasks of Label Studio: a JSON array, each with its data, among them the text, and sets of regions and relations. */
import {
  createDocument,
  type Document,
  type LabelledLike,
  listRelations,
  type RelationLike,
  type SpanLike,
} from '../document/document.ts'
import { fromUtf16 } from '../document/offsets.ts'
import { type Format, type FormatContext, reportLayers } from '../format.ts'
import { stem } from '../source.ts'
import { idText, stringifyExact } from '../syntax/exact-json.ts'
import { fieldsOf, metadataOfFields } from '../syntax/fields.ts'
import { documentsOfArray } from '../syntax/json-records.ts'
import { lenient } from '../syntax/lenient.ts'
import {
  countsUtf16,
  fieldFault,
  isObject,
  type Json,
  objectsOf,
  partsToKeep,
  scored,
  scoreIn,
  spanLayer,
  spanReader,
  spansIn,
  textOf,
  withKeptParts,
} from '../syntax/span-records.ts'
import { likelyText, textRemedy } from '../syntax/text-column.ts'

const key = 'label-studio'

const keyOf = ({ start, end }: SpanLike) => `${start} ${end}`

/** The set of annotations that says what a document's layers say; none where nothing is annotated. */
const annotationsOf = (document: Document, context: FormatContext): Json[] => {
  const layer = spanLayer(context)
  if (!document[layer] && !document.relations) return []
  const { text } = document
  const map = fromUtf16(text, 'codepoint')
  const ids = new Map<string, string>()
  const region = (span: SpanLike, labels: readonly string[], score?: number) => {
    const name = ids.get(keyOf(span)) ?? `s${ids.size + 1}`
    const own = ids.has(keyOf(span)) ? `${name}_${labels.join('_')}` : name
    if (!ids.has(keyOf(span))) ids.set(keyOf(span), name)
    return {
      id: own,
      from_name: 'label',
      to_name: 'text',
      type: 'labels',
      value: { start: map(span.start), end: map(span.end), text: text.slice(span.start, span.end), labels },
      ...scored(score),
    }
  }
  const regions = spansIn(document, layer).map((span) => region(span, [span.label], span.score))
  const relations = document.relations ? listRelations(document.relations) : []
  // Arguments that are in no span are regions without a label.
  for (const { arg1, arg2 } of relations)
    for (const span of [arg1, arg2]) if (!ids.has(keyOf(span))) regions.push(region(span, []))
  const result = [
    ...regions,
    ...relations.map(({ label, arg1, arg2, score }) => ({
      type: 'relation',
      from_id: ids.get(keyOf(arg1)),
      to_id: ids.get(keyOf(arg2)),
      direction: 'right',
      labels: [label],
      ...scored(score),
    })),
  ]
  return [{ result }]
}

/** Layers of the first set of a task that was not cancelled. */
const layersOf = (task: Json, text: string, id: string, context: FormatContext) => {
  const sets = [...objectsOf(task.annotations, 'annotations'), ...objectsOf(task.predictions, 'predictions')]
  const [set, ...others] = sets.filter((each) => each.was_cancelled !== true)
  context.report.add('annotation-set', id, 'only the first is read', others.length)
  const { take, end } = lenient(id, context)
  const spans: LabelledLike[] = []
  const relations: RelationLike[] = []
  const regions = new Map<unknown, SpanLike>()
  const labelsOf = (labels: unknown): string[] =>
    Array.isArray(labels) ? labels.map((label) => textOf(label, 'labels')) : []
  const results = objectsOf(set?.result, 'result')
  // It counts code points; until 2022 it counted as JavaScript does, and exports of then are still about.
  const values = results.map(({ value }) => value).filter(isObject)
  const spanOf = spanReader(text, countsUtf16(text, values) ? 'utf16' : 'codepoint')
  for (const result of results) {
    if (result.type === 'relation') continue
    if (result.type !== 'labels') {
      context.report.add('result', id, String(result.type))
      continue
    }
    take('unreadable-span', () => {
      const { id: region, value } = result
      if (!isObject(value)) throw fieldFault('value', 'an object with a span')
      const span = spanOf(value, 'value')
      regions.set(region, span)
      spans.push(
        ...labelsOf(value.labels).map((label) => ({
          ...span,
          label,
          ...scoreIn(value, id, context),
          ...scoreIn(result, id, context),
        })),
      )
    })
  }
  for (const result of results)
    if (result.type === 'relation')
      take('unreadable-relation', () => {
        const { from_id, to_id, direction } = result
        const [one, two] = [regions.get(from_id), regions.get(to_id)]
        if (!one || !two) throw fieldFault(one ? 'to_id' : 'from_id', 'the id of a region')
        const [arg1, arg2] = direction === 'left' ? [two, one] : [one, two]
        const labels = labelsOf(result.labels)
        for (const label of labels.length > 0 ? labels : ['related'])
          relations.push({ label, arg1, arg2, ...scoreIn(result, id, context) })
        if (direction === 'bi') context.report.add('direction', id, 'read as from one region to the other')
      })
  end()
  return {
    ...(set ? { [spanLayer(context)]: spans } : {}),
    ...(relations.length > 0 ? { relations } : {}),
  }
}

/** A task with its sets of annotations under the name that they have had since 1.0. */
const withAnnotations = ({ completions, ...task }: Json): Json =>
  task.annotations === undefined && Array.isArray(completions)
    ? { ...task, annotations: completions }
    : { ...task, ...(completions === undefined ? {} : { completions }) }

const decode = (given: unknown, fallback: string, context: FormatContext): Document => {
  if (!isObject(given) || !isObject(given.data)) throw fieldFault('data', 'an object with the text')
  const record = withAnnotations(given)
  const { textField = 'text' } = context.options
  const { annotations, predictions, data, ...task } = record
  const { [textField]: said, id: ownId, ...fields } = data as Json
  const likely = likelyText(Object.keys(fields).filter((name) => typeof fields[name] === 'string'))
  const text = textOf(said, `data.${textField}`, textRemedy('field', likely))
  const id = idText(ownId) ?? idText(task.id) ?? fallback
  const layers = layersOf(record, text, id, context)
  const made = annotationsOf(createDocument({ id, text, ...layers }), context)
  const metadata = metadataOfFields(fields, key, {
    ...(Object.keys(task).length > 0 ? { task } : {}),
    ...partsToKeep({ annotations, predictions }, { annotations: made }),
  })
  // An id that is no text stays as it is, and one that the task has too stays with the data.
  if (ownId !== undefined && ownId !== null && (typeof ownId !== 'string' || ownId === idText(task.id)))
    metadata.id = ownId
  return createDocument({ id, text, ...layers, metadata })
}

const encode = (document: Document, context: FormatContext): Json => {
  const { id, text, metadata } = document
  const { textField = 'text' } = context.options
  reportLayers(document, [spanLayer(context), 'relations', 'scores'], context)
  const own = metadata[key]
  const task = isObject(own) && isObject(own.task) ? own.task : {}
  const data = {
    [textField]: text,
    ...(idText(task.id) === id ? {} : { id }),
    ...fieldsOf(document, key, 'id', [textField], context),
  }
  const made = { annotations: annotationsOf(document, context) }
  const again = (record: Json, other: FormatContext) => decode({ data, ...record }, id, other)
  return { ...task, data, ...withKeptParts(document, key, made, context, again) }
}

async function* write(documents: AsyncIterable<Document>, context: FormatContext): AsyncGenerator<string> {
  let before = '['
  for await (const document of documents) {
    yield `${before}\n${stringifyExact(encode(document, context))}`
    before = ','
  }
  yield before === '[' ? '[]\n' : '\n]\n'
}

const sets = ['annotations', 'predictions', 'completions']

export const labelStudio: Format = {
  name: 'label-studio',
  summary: 'tasks of Label Studio as a JSON array: spans of one layer (--layer), relations',
  accepts: (path) => path.endsWith('.label-studio.json'),
  sniff: () => 0,
  sniffJson: ({ fields }) => (fields.get('data')?.startsWith('{') && sets.some((name) => fields.has(name)) ? 2 : 0),
  read: (source, context) => documentsOfArray(source, stem(source, '.json'), decode, context),
  write,
  offsetUnit: 'codepoint',
  needsTokens: false,
  carries: ['entities', 'relations'],
  extension: '.label-studio.json',
}
