/**
 * Arrow and Parquet: what they are. What reads and writes them is loaded when it is first needed: it is most of what
 * this package has to load, and JSON lines and corpora do without.
 */
import { type Codec, type Format, layersAll } from '../format.ts'
import { magic, schemaName, schemaVersion } from '../arrow/names.ts'

/** A codec that is loaded by its first use. */
const later = (load: () => Promise<Codec>): Codec => ({
  async *read(source, context) {
    yield* (await load()).read(source, context)
  },
  async *write(documents, context) {
    yield* (await load()).write(documents, context)
  },
})

const table = { needsTokens: false, carries: layersAll }

export const arrow: Format = {
  ...table,
  ...later(async () => (await import('./arrow.ts')).arrowCodec),
  name: 'arrow',
  summary: `Arrow IPC file, schema ${schemaName} v${schemaVersion}`,
  accepts: (path) => /\.(arrow|feather|ipc)$/.test(path),
  sniff: (head) => (head.startsWith(magic) ? 2 : 0),
  extension: '.arrow',
}

export const arrowStream: Format = {
  ...table,
  ...later(async () => (await import('./arrow.ts')).arrowStreamCodec),
  name: 'arrow-stream',
  summary: `Arrow IPC stream, schema ${schemaName} v${schemaVersion}`,
  accepts: (path) => /\.arrows$/.test(path),
  sniff: (head) => (head.startsWith('\ufffd\ufffd\ufffd\ufffd') || head.startsWith('\xff\xff\xff\xff') ? 2 : 0),
  extension: '.arrows',
}

export const parquet: Format = {
  ...table,
  ...later(async () => (await import('./parquet.ts')).parquetCodec),
  name: 'parquet',
  summary: 'Parquet, the Arrow columns; reads hub tables with "text" or "tokens" too',
  accepts: (path) => path.endsWith('.parquet'),
  sniff: (head) => (head.startsWith('PAR1') ? 2 : 0),
  extension: '.parquet',
}
