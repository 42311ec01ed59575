/** One case of the benchmark, in a process of its own: prints seconds, megabytes, documents and peak memory. */
import { createReadStream, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { readDocuments } from '../../dist/src/io/read.js'
import { writeDocuments } from '../../dist/src/io/write.js'

const [name, input, output] = process.argv.slice(2)
const size = (path) =>
  statSync(path).isDirectory()
    ? readdirSync(path).reduce((sum, file) => sum + statSync(join(path, file)).size, 0)
    : statSync(path).size

const count = async (documents) => {
  let n = 0
  for await (const _ of documents) n++
  return n
}

const counted = (documents, tally) =>
  (async function* () {
    for await (const document of documents) {
      tally.n++
      yield document
    }
  })()

const plainLoop = async () => {
  let n = 0
  for await (const line of createInterface({
    input: createReadStream(input, { highWaterMark: 1 << 18 }),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    JSON.parse(line)
    n++
  }
  return n
}

/** The fastest plain loop we know: lines split at the newline byte, one JSON.parse each. */
const byteLoop = async () => {
  let n = 0
  let rest = Buffer.alloc(0)
  for await (const chunk of createReadStream(input, { highWaterMark: 1 << 18 })) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    let from = 0
    for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, from)) {
      JSON.parse(bytes.toString('utf8', from, at))
      n++
      from = at + 1
    }
    rest = bytes.subarray(from)
  }
  return n
}

const convert = async (format, to = 'arrow') => {
  const tally = { n: 0 }
  await writeDocuments(counted(readDocuments(input, { format }), tally), output, { format: to })
  return tally.n
}

const cases = {
  'json-parse': byteLoop,
  'json-readline': plainLoop,
  'jsonl-read': () => count(readDocuments(input, { format: 'jsonl' })),
  'jsonl-to-arrow': () => convert('jsonl'),
  'arrow-read': () => count(readDocuments(input, { format: 'arrow' })),
  'arrow-gold-read': () => count(readDocuments(input, { format: 'arrow' })),
  'conll2012-read': () => count(readDocuments(input, { format: 'conll2012' })),
  'conll2012-to-arrow': () => convert('conll2012'),
  'conll2012-to-jsonl': () => convert('conll2012', 'jsonl'),
  'json-parse-gold': byteLoop,
  'jsonl-gold-read': () => count(readDocuments(input, { format: 'jsonl' })),
  'ace-read': () => count(readDocuments(input, { format: 'ace05' })),
}

const started = performance.now()
const documents = await cases[name]()
console.log(
  JSON.stringify({
    seconds: (performance.now() - started) / 1000,
    megabytes: size(input) / 1e6,
    documents,
    peak: process.resourceUsage().maxRSS / 1024,
  }),
)
