/** Files that people have and that are no text: what they are is said, and what makes text of them. */
import { HmtlError } from '../errors.ts'

/** Bytes as characters, and where they stand. */
type Mark = readonly [bytes: string, at?: number]

interface Refused {
  readonly what: string
  readonly remedy: string
  /** Any of these, each with all its marks. */
  readonly begins: readonly (readonly Mark[])[]
  /** What is named somewhere in the first bytes. */
  readonly names?: string
}

const pandoc = 'Take its text out first: pandoc -t plain FILE | hmtl annotate'
const office = 'Convert it first: soffice --headless --convert-to txt:Text FILE'
const unpack = (command: string) => `Unpack it first: ${command}`
const zip: Mark = ['PK\x03\x04']
const riff: Mark = ['RIFF']

/** The first that fits is the one. */
const refused: readonly Refused[] = [
  { what: 'a PDF', remedy: 'Take its text out first: pdftotext FILE - | hmtl annotate', begins: [[['%PDF-']]] },
  { what: 'PostScript', remedy: 'Take its text out first: ps2ascii FILE | hmtl annotate', begins: [[['%!PS']]] },
  {
    what: 'RTF',
    remedy: 'Take its text out first: pandoc -f rtf -t plain FILE | hmtl annotate',
    begins: [[['{\\rtf']]],
  },
  { what: 'an old Office file (.doc, .xls, .ppt)', remedy: office, begins: [[['\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1']]] },
  { what: 'an EPUB', remedy: pandoc, begins: [[zip, ['mimetypeapplication/epub', 30]]] },
  { what: 'an ODT', remedy: pandoc, begins: [[zip, ['mimetypeapplication/vnd.oasis.opendocument.text', 30]]] },
  { what: 'an OpenDocument file', remedy: office, begins: [[zip, ['mimetypeapplication/vnd.oasis', 30]]] },
  { what: 'a Word file (.docx)', remedy: pandoc, begins: [[zip]], names: 'word/' },
  { what: 'an Excel file (.xlsx)', remedy: 'Save it as CSV, which is read', begins: [[zip]], names: 'xl/' },
  { what: 'a PowerPoint file (.pptx)', remedy: office, begins: [[zip]], names: 'ppt/' },
  { what: 'an EPUB', remedy: pandoc, begins: [[zip]], names: 'OEBPS/' },
  { what: 'a ZIP archive', remedy: unpack('unzip FILE -d FOLDER'), begins: [[zip], [['PK\x05\x06']]] },
  { what: 'a 7z archive', remedy: unpack('7z x FILE'), begins: [[['7z\xbc\xaf\x27\x1c']]] },
  { what: 'a RAR archive', remedy: unpack('unrar x FILE'), begins: [[['Rar!\x1a\x07']]] },
  { what: 'a tar archive', remedy: unpack('tar xf FILE'), begins: [[['ustar', 257]]] },
  {
    what: 'compressed by Zstandard',
    remedy: unpack('zstdcat FILE | hmtl annotate'),
    begins: [[['\x28\xb5\x2f\xfd']]],
  },
  { what: 'compressed by xz', remedy: unpack('xzcat FILE | hmtl annotate'), begins: [[['\xfd7zXZ\0']]] },
  { what: 'compressed by bzip2', remedy: unpack('bzcat FILE | hmtl annotate'), begins: [[['BZh'], ['1AY&SY', 4]]] },
  { what: 'an SQLite database', remedy: 'Export a table as CSV, which is read', begins: [[['SQLite format 3\0']]] },
  {
    what: 'a picture',
    remedy: 'Recognize its text first: tesseract FILE - | hmtl annotate',
    begins: [
      [['\x89PNG\r\n\x1a\n']],
      [['\xff\xd8\xff']],
      [['GIF87a']],
      [['GIF89a']],
      [['II*\0']],
      [['MM\0*']],
      [riff, ['WEBP', 8]],
      [['ftypheic', 4]],
      [['ftypavif', 4]],
    ],
  },
  {
    what: 'sound or video',
    remedy: 'Have it written down first, for example by whisper',
    begins: [
      [['ID3'], ['\0', 4]],
      [['OggS\0']],
      [['fLaC\0']],
      [riff, ['WAVE', 8]],
      [riff, ['AVI ', 8]],
      [['\0\0\0'], ['ftyp', 4]],
      [['\x1aE\xdf\xa3']],
    ],
  },
]

/** The longest of these begins, but for archives, which say later what is in them. */
const enough = 512

/** Whether more bytes may change what is said of a head. */
export const mayBeRefused = (head: Uint8Array, most: number): boolean =>
  head.length < enough || (head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head.length < most)

const asTable =
  'Leave --from out; or make JSON lines of it first, hmtl convert FILE -o FILE.jsonl, and read these with it'

/** What is read, but never as text. */
const tables: readonly Refused[] = [
  { what: 'an Arrow file', remedy: asTable, begins: [[['ARROW1\0\0']]] },
  { what: 'an Arrow stream', remedy: asTable, begins: [[['\xff\xff\xff\xff']]] },
  { what: 'Parquet', remedy: asTable, begins: [[['PAR1\x15']]] },
]

/** The beginning of a file as characters of a byte each: as much as is looked at. */
const headBytes = 1 << 16

const kindOf = (kinds: readonly Refused[], head: Uint8Array): Refused | undefined => {
  const size = Math.min(head.byteLength, headBytes)
  const text = Buffer.from(head.buffer, head.byteOffset, size).toString('latin1')
  return kinds.find(
    ({ begins, names }) =>
      begins.some((marks) => marks.every(([bytes, at = 0]) => text.startsWith(bytes, at))) &&
      (names === undefined || text.includes(names)),
  )
}

const unsupported = (message: string, source: string | undefined, remedy: string): HmtlError =>
  new HmtlError('HMTL_FORMAT_UNSUPPORTED', message, source === undefined ? { remedy } : { source, remedy })

/** @throws HmtlError `HMTL_FORMAT_UNSUPPORTED` */
export const refuseOthers = (head: Uint8Array, name: string): void => {
  const found = kindOf(refused, head)
  if (found) throw unsupported(`${name} is ${found.what}, which is not read`, name, found.remedy)
}

/** What is said of bytes that should be text, where they begin as a file of another kind. @param what they are */
export const otherKind = (what: string, bytes: Uint8Array, source?: string): HmtlError | undefined => {
  const table = kindOf(tables, bytes)
  if (table) return unsupported(`${what} is ${table.what}, which has no lines`, source, table.remedy)
  const found = kindOf(refused, bytes)
  return found && unsupported(`${what} is ${found.what}, which is not read`, source, found.remedy)
}
