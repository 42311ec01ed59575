/** The thirty texts with their gold; run by itself, it writes them as JSON lines. */
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { parseGold } from '../../dist/datasets/everyday/gold.js'
import { asWritten } from '../../dist/src/model/heads/crf/written.js'
import { kinds } from './schema.mjs'

/** The texts are annotated as Re-DocRED is, where nationalities are places; the models write them otherwise. */
const gives = { LOC: 'MISC', ORG: 'MISC' }
const written = { nationality: gives, creed: gives }

/** Records of our JSON lines, by kind of text and in the order of the files. */
export const readTexts = () =>
  kinds
    .flatMap((kind) => parseGold(readFileSync(new URL(`./texts/${kind}.txt`, import.meta.url), 'utf8'), kind))
    .map(({ hmtl, ...record }) => ({
      ...record,
      hmtl: { ...hmtl, entities: asWritten(written, record.text, hmtl.entities) },
    }))

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  for (const record of readTexts()) process.stdout.write(`${JSON.stringify(record)}\n`)
