/**
 * The corpus set that the paper's rows are trained on with free data, `data/paper`:
 *   node scripts/paper-data.mjs [MODEL] [--vectors]     after `npm run data:free`; MODEL is en-accurate
 *
 * - `names/{train,dev,test}.arrow`: DocRED's test documents, names of six types by people, by title 799 / 100 / 100:
 *   what OntoNotes is to NER in the paper.
 * - `documents/{train,dev,test}.arrow`: Re-DocRED's, by title 400 / 100 / 100: what ACE 2005 is to the three tasks
 *   above, which has 351 training documents in the usual split and is, as here, much smaller than what NER learns from.
 *   Their names, relations and entities are people's. ACE has nouns and pronouns beside names, which nobody has
 *   annotated here: they are MODEL's, kept as their heads (a name whole, of anything else the one word), where no name
 *   of the corpus is, under the corpus's own types. An entity of the corpus takes in what MODEL says is the same as
 *   most of its names; what is the same as none of them is an entity of its own.
 * No document is in both. What MODEL has said is counted apart. With --vectors also what e5 makes of all of it, for the
 * row with a contextual encoder, `data/paper/e5.arrows`; broken off, it goes on where it was.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { clustersOf, listClusters, listMentions, listSpans, mentionsOf } from '../dist/src/io/document/document.js'
import { tokenSpan, words } from '../dist/src/io/document/tokens.js'
import { writeDocuments } from '../dist/src/io/write.js'
import { startEngine } from '../dist/src/model/engine.js'
import { headOfMention } from '../dist/src/model/heads/mention-head.js'
import { loadModel } from '../dist/src/model/store.js'
import { modelFolder } from '../dist/src/models.js'
import { createAnnotator } from '../dist/src/pipeline/annotate.js'
import { datasetDocuments } from '../dist/src/train/pieces.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { vectors: { type: 'boolean', default: false } },
})
const teacher = positionals[0] ?? 'en-accurate'

/** ACE's types as the corpus's: what has no type there is kept as it would be named. */
const typeOf = { PER: 'PER', ORG: 'ORG', GPE: 'LOC', LOC: 'LOC', FAC: 'LOC', VEH: 'MISC' }

/** Training documents that are taken, of 800 that there are. */
const taken = 400

/** How far into a document's list of titles each split reaches. */
const cuts = { train: [0, -200], dev: [-200, -100], test: [-100, undefined] }

const overlap = (one, other) => one.start < other.end && other.start < one.end
const keyOf = ({ start, end }) => `${start} ${end}`

/** What a span found by the model is about: a name of the corpus, or the word that is its head. */
const reduced = (document, names, span) => {
  const range = tokenSpan(document.tokens, span.start, span.end)
  if (!range) return undefined
  const { begin, end } = headOfMention(words(document).slice(range.begin, range.end))
  const head = {
    start: document.tokens.begin[range.begin + begin],
    end: document.tokens.end[range.begin + end - 1],
  }
  const name = names.find((name) => overlap(name, head))
  return name ? { name } : { own: head }
}

const counts = { names: 0, silver: 0, joined: 0, entities: 0 }

/** The corpus's names and entities with the model's nouns and pronouns. */
const withSilver = (source, found) => {
  const names = listSpans(source.entities)
  const known = new Map(names.map((name) => [keyOf(name), { ...name, score: undefined }]))
  for (const span of listMentions(found.mentions)) {
    const { own } = reduced(source, names, span) ?? {}
    if (own && typeOf[span.label] && !known.has(keyOf(own)))
      known.set(keyOf(own), { ...own, label: typeOf[span.label] })
  }
  const entities = listClusters(source.clusters)
  const entityOf = new Map(entities.flatMap((entity, i) => entity.map((span) => [keyOf(span), i])))
  const joined = entities.map((entity) => [...entity])
  for (const cluster of listClusters(found.clusters)) {
    const parts = cluster.map((span) => reduced(source, names, span)).filter((part) => part !== undefined)
    const votes = new Map()
    for (const { name } of parts)
      if (name) votes.set(entityOf.get(keyOf(name)), (votes.get(entityOf.get(keyOf(name))) ?? 0) + 1)
    const best = [...votes].filter(([entity]) => entity !== undefined).sort((a, b) => b[1] - a[1])[0]
    const taken = new Set(joined.flat().map(keyOf))
    const own = [
      ...new Map(parts.flatMap(({ own }) => (own && !taken.has(keyOf(own)) ? [[keyOf(own), own]] : []))).values(),
    ]
    if (best) joined[best[0]].push(...own)
    else if (own.length > 1) joined.push(own)
    counts[best ? 'joined' : 'entities'] += own.length
    // What is in an entity is a mention, also where only the coreference scorer proposes it.
    for (const span of own)
      if (!known.has(keyOf(span)) && (best || own.length > 1)) {
        const label = best ? known.get(keyOf(entities[best[0]][0]))?.label : undefined
        if (label) known.set(keyOf(span), { ...span, label })
      }
  }
  counts.names += names.length
  counts.silver += known.size - names.length
  const ordered = (spans) => [...spans].sort((a, b) => a.start - b.start || a.end - b.end)
  return {
    ...source,
    mentions: mentionsOf(ordered(known.values())),
    clusters: clustersOf(joined.filter((entity) => entity.length > 1).map(ordered)),
    metadata: {},
  }
}

async function* firstOf(documents, count) {
  let left = count
  for await (const document of documents) {
    yield document
    if (--left === 0) return
  }
}

await startEngine(process.env.HMTL_ENGINE || 'wasm')

mkdirSync('data/paper/names', { recursive: true })
const named = []
for await (const document of datasetDocuments([{ path: 'data/docred/train.arrow' }]))
  named.push({ ...document, metadata: {} })
named.sort((a, b) => (a.id < b.id ? -1 : 1))
for (const [split, [from, to]] of Object.entries(cuts)) {
  const documents = named.slice(from, to)
  await writeDocuments(documents, `data/paper/names/${split}.arrow`, { format: 'arrow' })
  console.log(`names/${split}: ${documents.length} documents`)
}

mkdirSync('data/paper/documents', { recursive: true })
// GUM's rules for what corefers, since they have common nouns of every kind; LitBank's for what a mention is.
const annotate = createAnnotator(await loadModel(modelFolder(teacher), { cached: true }), { tasks: ['emd', 'coref'] })
for (const split of Object.keys(cuts)) {
  Object.assign(counts, { names: 0, silver: 0, joined: 0, entities: 0 })
  const documents = async function* () {
    const all = firstOf(datasetDocuments([{ path: `data/redocred-evidence/${split}.arrow` }]), taken)
    for await (const { source, document } of annotate(all)) yield withSilver(source, document)
  }
  await writeDocuments(documents(), `data/paper/documents/${split}.arrow`, { format: 'arrow' })
  console.log(
    `documents/${split}: ${counts.names} names, ${counts.silver} other mentions by ${teacher}; ` +
      `${counts.joined} of its mentions join an entity of the corpus, ${counts.entities} are others'`,
  )
}

if (values.vectors) {
  const splits = ['names', 'documents'].flatMap((part) =>
    Object.keys(cuts).map((split) => `data/paper/${part}/${split}.arrow`),
  )
  const embed = ['embed', '--encoder', 'e5-small-v2', ...splits, '-o', 'data/paper/e5.arrows', '--half', '--resume']
  for (const args of [['setup', 'e5'], embed]) {
    const cli = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
    const { status } = spawnSync(process.execPath, [cli, ...args], { stdio: ['ignore', 'ignore', 'inherit'] })
    if (status !== 0) process.exit(status ?? 1)
  }
}
