/**
 * Pronouns of GAP (Webster et al. 2018): is the name that a pronoun means in its cluster, for each of two names, by the
 * pronoun's gender:  node bench/quality/gap.mjs GAP.tsv [MODEL...]
 * A name is found where some mention of the pronoun's cluster has its last word in common with it. F1 over names, and
 * what GAP calls bias: F1 of feminine pronouns by that of masculine ones.
 */
import { readFileSync } from 'node:fs'
import { load } from '../../dist/src/index.js'

const [path, ...models] = process.argv.slice(2)
if (!path) throw new Error('usage: node bench/quality/gap.mjs GAP.tsv [MODEL...]')
const rows = readFileSync(path, 'utf8')
  .trimEnd()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [id, text, pronoun, at, a, aAt, aIs, b, bAt, bIs] = line.split('\t')
    // Offsets are in code points.
    const unit = (offset) => [...text].slice(0, Number(offset)).join('').length
    const name = (form, offset, is) => ({ end: unit(offset) + form.length, start: unit(offset), is: is === 'TRUE' })
    return { id, text, pronoun: { form: pronoun, start: unit(at) }, names: [name(a, aAt, aIs), name(b, bAt, bIs)] }
  })
const isFeminine = ({ form }) => /^(she|her|hers|herself)$/i.test(form)
const percent = (value) => (100 * value).toFixed(1)

for (const model of models.length > 0 ? models : ['en', 'en-accurate']) {
  const counts = { masculine: [0, 0, 0, 0], feminine: [0, 0, 0, 0] }
  const hmtl = await load(model, { tasks: ['emd', 'coref'] })
  const byId = new Map(rows.map((row) => [row.id, row]))
  for await (const { id, clusters } of hmtl.annotateAll(rows.map(({ id, text }) => ({ id, text })))) {
    const { pronoun, names } = byId.get(id)
    const holds = (cluster, start) => cluster.some((mention) => mention.start <= start && start < mention.end)
    const own = clusters.find((cluster) =>
      cluster.some(({ start, end }) => start === pronoun.start && end === start + pronoun.form.length),
    )
    const sums = counts[isFeminine(pronoun) ? 'feminine' : 'masculine']
    sums[3]++
    for (const { end, is } of names) {
      const found =
        own !== undefined &&
        holds(
          own.filter(({ start }) => start !== pronoun.start),
          end - 1,
        )
      if (found && is) sums[0]++
      if (is) sums[1]++
      if (found) sums[2]++
    }
  }
  await hmtl.close()
  const f1 = ([correct, gold, predicted]) => (2 * correct) / (gold + predicted)
  const both = counts.masculine.map((n, i) => n + counts.feminine[i])
  console.log(
    `${model}: F1 ${percent(f1(both))} (P ${percent(both[0] / both[2])}, R ${percent(both[0] / both[1])}), masculine ${percent(f1(counts.masculine))} of ${counts.masculine[3]}, ` +
      `feminine ${percent(f1(counts.feminine))} of ${counts.feminine[3]}, bias ${(f1(counts.feminine) / f1(counts.masculine)).toFixed(2)}`,
  )
}
