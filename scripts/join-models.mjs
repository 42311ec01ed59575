/**
 * A model with tasks of others that were learned alone (`training.only`) on the same one: each task is as it was learned,
 * since nothing that it stands on has changed.
 *   node scripts/join-models.mjs OUT MODEL TASK=MODEL...     folders; words, characters and other tasks are the first one's
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeSafetensors, encodeSafetensors } from '../dist/src/model/safetensors.js'
import { halfType } from '../dist/src/model/store.js'

const [out, base, ...parts] = process.argv.slice(2)
if (!base || parts.length === 0 || !parts.every((part) => part.includes('=')))
  throw new Error('usage: node scripts/join-models.mjs OUT MODEL TASK=MODEL...')

const read = (folder) => ({
  stored: JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')),
  weights: decodeSafetensors(readFileSync(join(folder, 'model.safetensors')), folder),
})
const { stored, weights } = read(base)
const learned = new Set(parts.map((part) => part.split('=')[0]))
const ofLearned = (name) => learned.has(name.slice(0, name.indexOf('.')))
const size = ({ values }) => values.length

for (const part of parts) {
  const at = part.indexOf('=')
  const [task, folder] = [part.slice(0, at), part.slice(at + 1)]
  const other = read(folder)
  const place = stored.config.tasks.findIndex(({ name }) => name === task)
  const settings = other.stored.config.tasks.find(({ name }) => name === task)
  if (place < 0 || !settings) throw new Error(`not both of ${base} and ${folder} have a task ${task}`)
  // Tables of words and characters may be longer where data brought new ones.
  const odd = [...other.weights].find(([name, tensor]) => {
    if (ofLearned(name)) return false
    const own = weights.get(name)
    const common = own ? Math.min(size(own), size(tensor)) : 0
    return common === 0 || own.values.subarray(0, common).some((value, i) => value !== tensor.values[i])
  })
  if (odd) throw new Error(`${odd[0]} of ${folder} is not that of ${base}: ${task} was not learned alone on it`)
  for (const name of [...weights.keys()]) if (name.startsWith(`${task}.`)) weights.delete(name)
  for (const [name, tensor] of other.weights) if (name.startsWith(`${task}.`)) weights.set(name, tensor)
  stored.config.tasks[place] = settings
  stored.labels[task] = other.stored.labels[task]
}

const encoded = encodeSafetensors(weights, halfType)
stored.files['model.safetensors'] = createHash('sha256').update(encoded).digest('hex')
mkdirSync(out, { recursive: true })
writeFileSync(join(out, 'model.safetensors'), encoded)
writeFileSync(join(out, 'words.txt'), readFileSync(join(base, 'words.txt')))
writeFileSync(join(out, 'config.json'), `${JSON.stringify(stored, null, 2)}\n`)
