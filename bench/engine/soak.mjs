/**
 * Memory over 2,000 updates of changing size at the original's sizes:
 *   node bench/engine/soak.mjs ENGINE [UPDATES]
 */
import { parseConfig } from '../../dist/src/model/config/parse.js'
import { engineMemory, startEngine } from '../../dist/src/model/engine.js'
import { createModel } from '../../dist/src/model/hierarchy.js'
import { randomOf } from '../../dist/src/model/random.js'
import { materialize } from '../../dist/src/model/materialize.js'
import { createOptimizer } from '../../dist/src/train/optimizer.js'
import { computeGradients } from '../../dist/src/train/gradients.js'

const [engine = 'wasm', updates = '2000'] = process.argv.slice(2)
await startEngine(engine)
const random = randomOf(3, 'soak')
const words = Array.from({ length: 20000 }, (_, i) => `w${i.toString(36)}`)
const model = createModel({
  config: parseConfig({
    embeddings: { words: { size: 50 } },
    tasks: [
      { name: 'ner', kind: 'crf' },
      { name: 'relation', kind: 'relation', on: 'ner' },
      { name: 'coref', kind: 'coref', on: 'ner' },
    ],
  }),
  labels: { ner: ['A', 'B', 'C', 'D'], relation: ['r', 's'], coref: [] },
  vocabulary: { words: ['\u0000unknown', ...words], characters: [...'0123456789abcdefghijklmnopqrstuvwxyz'] },
  wordTable: Float32Array.from({ length: 20001 * 50 }, () => random.normal() * 0.3),
})
materialize(model)
const optimizer = createOptimizer(model.wordTable, 50, { gradientNorm: 5, gradientClip: 10 })
const whole = (n) => Math.floor(random.next() * n)
const sentence = (most) => Array.from({ length: 1 + whole(most) }, () => words[whole(words.length)])
const example = (kind) => {
  if (kind === 'coref')
    return {
      id: '',
      sentences: Array.from({ length: 2 + whole(12) }, () => sentence(40)),
      begin: Int32Array.of(0),
      end: Int32Array.of(1),
      cluster: Int32Array.of(0),
    }
  const list = sentence(50)
  const cells = Int32Array.of(0, list.length - 1, 0)
  return { id: '', sentences: [list], ...(kind === 'crf' ? { tags: new Int32Array(list.length) } : { cells }) }
}
const rows = []
for (let i = 1; i <= Number(updates); i++) {
  const task = model.config.tasks[i % 20 === 0 ? 2 : i % 2]
  const examples = Array.from({ length: task.kind === 'coref' ? 1 : 1 + whole(task.batch) }, () => example(task.kind))
  const result = computeGradients(model, task, examples, random)
  if (result) {
    optimizer.step(task.name, model.parameters.all(), result.gradients, result.words, 1e-3)
    for (const gradient of result.gradients.values()) gradient.dispose()
    result.words?.gradient.dispose()
  }
  if (i % (Number(updates) / 10) === 0)
    rows.push([i, Math.round(process.memoryUsage().rss / 2 ** 20), engineMemory().tensors])
}
console.log(
  `${engine}: ${rows.map(([update, rss, tensors]) => `update ${update} ${rss} MB ${tensors} tensors`).join('; ')}`,
)
