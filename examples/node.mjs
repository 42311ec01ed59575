// Who and what some texts talk about: node examples/node.mjs
import { load } from 'hmtl'

const hmtl = await load('en', { workers: 1 })
const { entities, relations, clusters } = await hmtl.annotate(
  'Marie Curie was born in Warsaw. She founded the Radium Institute in Paris.',
)
for (const { text, label, score } of entities) console.log(`${text}: ${label} (${score.toFixed(2)})`)
for (const { arg1, label, arg2 } of relations) console.log(`${arg1.text} → ${label} → ${arg2.text}`)
for (const cluster of clusters) console.log(cluster.map(({ text }) => text).join(' = '))
await hmtl.close()
