/** `hmtl/io`: documents, formats and metrics, without the model. */
export {
  type Clusters,
  checkDocument,
  createDocument,
  type Document,
  type DocumentLike,
  isDocument,
  type LabelledLike,
  type LabelledSpans,
  type LayerName,
  layerNames,
  listClusters,
  listMentions,
  listRelations,
  listSpans,
  type MentionLike,
  type Mentions,
  type Metadata,
  type RelationLike,
  type Relations,
  type SpanLike,
  type Spans,
} from './document/document.ts'
export { type ErrorCode, type ErrorPlace, HmtlError } from './errors.ts'
export {
  documentsOf,
  type Format,
  type FormatContext,
  type FormatOptions,
  type Given,
  type OutputFile,
} from './format.ts'
export { formatNamed, formatNames, formats } from './formats/index.ts'
export { sniffHead } from './guess.ts'
export { type Annotations, fromJson, toAnnotations, toJson } from './document/json.ts'
export { fromUtf16, type OffsetMap, type OffsetUnit, offsetUnits, toUtf16 } from './document/offsets.ts'
export { type ReadOptions, readDocuments } from './read.ts'
export { type LossEntry, LossReport } from './report.ts'
export { type Choice, type Input, type Source, sourcesOf } from './source.ts'
export { decodeTags, detectScheme, encodeTags, type Scheme, schemes, type TagSpan } from './document/tags.ts'
export { words } from './document/tokens.ts'
export { type WriteOptions, writeDocuments } from './write.ts'
