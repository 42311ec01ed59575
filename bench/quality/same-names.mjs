/**
 * Names of one thing: of all pairs of names in a document, which are joined, and which should be:
 *   node bench/quality/same-names.mjs DATA [MODEL...]       DATA as data/redocred/test.arrow, whose clusters are of names
 * A name is in a cluster where one of its mentions ends with the name's last character, a possessive aside, and covers
 * no other name's: "President Emmanuel Macron" is Emmanuel Macron, and so is "Emmanuel Macron's". Pairs of the same text are counted by themselves: they are the easier ones.
 */
import { listClusters } from '../../dist/src/io/document/document.js'
import { load } from '../../dist/src/index.js'
import { datasetDocuments } from '../../dist/src/train/pieces.js'

const [path, ...models] = process.argv.slice(2)
if (!path) throw new Error('usage: node bench/quality/same-names.mjs DATA [MODEL...]')

/** Names with the number of their cluster. */
const namesOf = ({ text, clusters }) =>
  listClusters(clusters).flatMap((cluster, of) =>
    cluster.map(({ start, end }) => ({ end, of, text: text.slice(start, end) })),
  )
const documents = new Map()
for await (const document of datasetDocuments([path])) documents.set(document.id, document)
const percent = (value) => (Number.isNaN(value) ? '–' : (100 * value).toFixed(1))

for (const model of models.length > 0 ? models : ['en', 'en-accurate']) {
  const counts = { same: [0, 0, 0], different: [0, 0, 0] }
  const hmtl = await load(model, { tasks: ['emd', 'coref'] })
  const inputs = Array.from(documents.values(), ({ id, text }) => ({ id, text }))
  for await (const { id, clusters = [] } of hmtl.annotateAll(inputs)) {
    const names = namesOf(documents.get(id))
    const { text } = documents.get(id)
    const endOf = ({ start, end }) => start + text.slice(start, end).replace(/\s*['’]s?$/, '').length
    const clusterOf = new Map(clusters.flatMap((cluster, c) => cluster.map((mention) => [endOf(mention), c])))
    names.forEach((one, i) => {
      for (const other of names.slice(0, i)) {
        const found = clusterOf.has(one.end) && clusterOf.get(one.end) === clusterOf.get(other.end)
        const is = one.of === other.of
        const sums = counts[one.text === other.text ? 'same' : 'different']
        if (found && is) sums[0]++
        if (found) sums[1]++
        if (is) sums[2]++
      }
    })
  }
  await hmtl.close()
  const score = ([right, found, gold]) =>
    `F1 ${percent((2 * right) / (found + gold))} (P ${percent(right / found)}, R ${percent(right / gold)} of ${gold})`
  const all = counts.same.map((n, i) => n + counts.different[i])
  console.log(
    `${model}: ${score(all)}; of the same text ${score(counts.same)}, of different ones ${score(counts.different)}`,
  )
}
