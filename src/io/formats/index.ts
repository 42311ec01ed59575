/** The formats. */
import { HmtlError } from '../errors.ts'
import type { Format } from '../format.ts'
import { ace05 } from './ace05.ts'
import { brat } from './brat.ts'
import { conll04 } from './conll04.ts'
import { conll2003 } from './conll2003.ts'
import { conll2012 } from './conll2012.ts'
import { conllu } from './conllu.ts'
import { csv, tsv } from './csv.ts'
import { doccano } from './doccano.ts'
import { dygie } from './dygie.ts'
import { email } from './email.ts'
import { gliner } from './gliner.ts'
import { graphml, jsonld } from './graphs.ts'
import { html } from './html.ts'
import { json } from './json.ts'
import { jsonl } from './jsonl.ts'
import { labelStudio } from './label-studio.ts'
import { likeConll } from './like-conll.ts'
import { lines } from './lines.ts'
import { litbank } from './litbank.ts'
import { oneie } from './oneie.ts'
import { prodigy } from './prodigy.ts'
import { redocred } from './redocred.ts'
import { spacy } from './spacy.ts'
import { spacyTrain } from './spacy-train.ts'
import { spans } from './spans.ts'
import { spert } from './spert.ts'
import { subtitles } from './subtitles.ts'
import { arrow, arrowStream, parquet } from './tables.ts'
import { tacred } from './tacred.ts'
import { text } from './text.ts'

/** In the order in which they are asked to recognise a file. */
export const formats: readonly Format[] = [
  parquet,
  arrow,
  arrowStream,
  html,
  email,
  subtitles,
  ace05,
  likeConll,
  conll2012,
  conll04,
  conllu,
  litbank,
  dygie,
  redocred,
  labelStudio,
  prodigy,
  doccano,
  spacyTrain,
  spans,
  spert,
  gliner,
  tacred,
  oneie,
  jsonl,
  json,
  conll2003,
  csv,
  tsv,
  brat,
  text,
  lines,
  graphml,
  jsonld,
  spacy,
]

export const formatNames: readonly string[] = formats.map(({ name }) => name)

export const isWritten = ({ write, writeFiles }: Format): boolean => write !== undefined || writeFiles !== undefined

export const isRead = ({ writtenOnly }: Format): boolean => !writtenOnly

/** Names of the formats that can be read. */
export const readableNames: readonly string[] = formats.filter(isRead).map(({ name }) => name)

/** Names of the formats that can be written. */
export const writableNames: readonly string[] = formats.filter(isWritten).map(({ name }) => name)

/** Names of those that are read as they are written. */
export const exchangeNames: readonly string[] = formats
  .filter(({ write, writeFiles, oneWay }) => (write || writeFiles) && !oneWay)
  .map(({ name }) => name)

/** The format of that name. @throws HmtlError `HMTL_FORMAT_UNKNOWN` */
export const formatNamed = (name: string): Format => {
  const found = formats.find((format) => format.name === name)
  if (!found)
    throw new HmtlError('HMTL_FORMAT_UNKNOWN', `no format "${name}"`, { remedy: `Known are ${formatNames.join(', ')}` })
  return found
}
