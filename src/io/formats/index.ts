/** The formats, and the guess of one from a name and the first bytes. */
import { HmtlError } from '../errors.ts'
import type { Format } from '../format.ts'
import type { Source } from '../source.ts'
import { withoutGz } from '../source.ts'
import { ace05 } from './ace05.ts'
import { arrow, arrowStream } from './arrow.ts'
import { brat } from './brat.ts'
import { conll04 } from './conll04.ts'
import { conll2003 } from './conll2003.ts'
import { conll2012 } from './conll2012.ts'
import { conllu } from './conllu.ts'
import { dygie } from './dygie.ts'
import { jsonl } from './jsonl.ts'
import { likeConll } from './like-conll.ts'
import { litbank } from './litbank.ts'
import { parquet } from './parquet.ts'
import { redocred } from './redocred.ts'
import { text } from './text.ts'

/** In the order in which they are asked to recognise a file. */
export const formats: readonly Format[] = [parquet, arrow, arrowStream, ace05, conll2012, conll04, conllu, litbank, likeConll, dygie, redocred, jsonl, conll2003, brat, text]

export const formatNames: readonly string[] = formats.map(({ name }) => name)

/** The format of that name. @throws HmtlError `HMTL_FORMAT_UNKNOWN` */
export const formatNamed = (name: string): Format => {
  const found = formats.find((format) => format.name === name)
  if (!found) throw new HmtlError('HMTL_FORMAT_UNKNOWN', `no format "${name}"`, { remedy: `Known are ${formatNames.join(', ')}` })
  return found
}

/** The format a source looks like. @throws HmtlError `HMTL_FORMAT_UNKNOWN` */
export const sniffFormat = async (source: Source): Promise<Format> => {
  let head = Buffer.alloc(0)
  if (source.path !== undefined)
    for await (const chunk of source.chunks()) {
      head = Buffer.concat([head, chunk])
      if (head.length >= 8192) break
    }
  return sniffHead(head, source.name)
}

export const sniffHead = (head: Uint8Array, name: string): Format => {
  const first = Buffer.from(head.subarray(0, 8192))
    .toString('utf8')
    .replace(/^\ufeff/, '')
  const path = withoutGz(name)
  let best: Format | undefined
  let most = 0
  for (const format of formats) {
    const sure = format.sniff(first, path)
    if (sure > most) {
      best = format
      most = sure
    }
  }
  if (!best) throw new HmtlError('HMTL_FORMAT_UNKNOWN', `cannot tell the format of ${name}`, { remedy: `Name it with --from, one of ${formatNames.join(', ')}` })
  return best
}
