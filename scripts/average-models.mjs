/**
 * The mean of models of one training, such as its best and its last (stochastic weight averaging, Izmailov et al. 2018):
 * what each has over the other at its own update is mostly chance.
 *   node scripts/average-models.mjs OUT MODEL MODEL...       folders; settings and words are the first one's,
 *                                                          which is one that tuned its encoder if any did
 * A model that was taught on (`--begin`) may know more words than what it began with: it is named first, and vectors of
 * words and characters that others do not have are its own.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findEncoder } from '../dist/src/model/encoders/load.js'
import { isTuned, readUpperLayers } from '../dist/src/model/encoders/transformer/tuned.js'
import { readTransformerConfig } from '../dist/src/model/encoders/transformer/weights.js'
import { folderFiles } from '../dist/src/model/folder-files.js'
import { decodeSafetensors, encodeSafetensors } from '../dist/src/model/safetensors.js'
import { halfType } from '../dist/src/model/store.js'

const [out, ...folders] = process.argv.slice(2)
if (folders.length < 2) throw new Error('usage: node scripts/average-models.mjs OUT MODEL MODEL...')
const read = (folder, name) => readFileSync(join(folder, name))
const words = read(folders[0], 'words.txt')
const charactersOf = (folder) => JSON.parse(read(folder, 'config.json').toString()).characters ?? []
const characters = charactersOf(folders[0])
for (const folder of folders) {
  const own = read(folder, 'words.txt')
  if ([...charactersOf(folder)].some((character, i) => characters[i] !== character))
    throw new Error(`${folder} has other characters than ${folders[0]}: they are not of one training`)
  if (!words.subarray(0, own.length).equals(own))
    throw new Error(`${folder} has other words than ${folders[0]}: they are not of one training`)
}
const [first, ...others] = folders.map((folder) => decodeSafetensors(read(folder, 'model.safetensors'), folder))
const unknown = others.flatMap((other) => [...other.keys()].filter((name) => !first.has(name)))
if (unknown.length > 0) throw new Error(`the first has no ${[...new Set(unknown)].join(', ')}`)
// A model that did not tune its encoder stands on the layers that the others tuned as they were.
const missing = [...first.keys()].filter((name) => others.some((other) => !other.has(name)))
if (missing.length > 0) {
  if (!missing.every(isTuned))
    throw new Error(`not all of them have ${missing.filter((name) => !isTuned(name)).join(', ')}`)
  const { contextual } = JSON.parse(read(folders[0], 'config.json').toString()).config.embeddings
  const from = folderFiles(findEncoder(contextual.model, folders[0]))
  const encoder = await readTransformerConfig(from)
  const untouched = await readUpperLayers(from, { ...encoder, layers: contextual.layers ?? encoder.layers }, 0)
  for (const other of others) for (const name of missing) if (!other.has(name)) other.set(name, untouched.get(name))
}
const tables = new Set(['words.table', 'characters.table'])
const rowOf = (name, { shape }) => String(tables.has(name) ? shape.slice(1) : shape)
const odd = [...first].find(([name, tensor]) =>
  others.some((other) => rowOf(name, other.get(name)) !== rowOf(name, tensor)),
)
if (odd) throw new Error(`${odd[0]} has other shapes`)
const means = new Map(
  Array.from(first, ([name, { shape, values }]) => [
    name,
    {
      shape,
      values: values.map((value, i) => {
        // Rows of words that one does not know lie behind its last.
        const known = others.map((of) => of.get(name).values[i]).filter((other) => other !== undefined)
        return known.reduce((sum, other) => sum + other, value) / (known.length + 1)
      }),
    },
  ]),
)
const weights = encodeSafetensors(means, halfType)
const config = JSON.parse(read(folders[0], 'config.json').toString())
config.files['model.safetensors'] = createHash('sha256').update(weights).digest('hex')
mkdirSync(out, { recursive: true })
writeFileSync(join(out, 'model.safetensors'), weights)
writeFileSync(join(out, 'words.txt'), words)
writeFileSync(join(out, 'config.json'), `${JSON.stringify(config, null, 2)}\n`)
