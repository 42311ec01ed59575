/**
 * Makes a model that stands on an encoder into one folder with it: the task
 * weights as float16 as they were saved, the encoder's matrices as 8-bit integers, of the layers that are run; those
 * that the model tuned become the encoder's.
 *   node scripts/pack-model.mjs runs/accurate/model packages/en-accurate
 */
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encoders } from '../dist/src/setup/encoder.js'
import { findEncoder } from '../dist/src/model/encoders/load.js'
import { checkpointTensors, isTuned } from '../dist/src/model/encoders/transformer/tuned.js'
import { readTransformerConfig } from '../dist/src/model/encoders/transformer/weights.js'
import { folderFiles, openPath } from '../dist/src/model/folder-files.js'
import { decodeSafetensors, encodeSafetensors, openSafetensors } from '../dist/src/model/safetensors.js'
import { halfType } from '../dist/src/model/store.js'

const [from, to] = process.argv.slice(2)
const stored = JSON.parse(readFileSync(join(from, 'config.json'), 'utf8'))
const { contextual } = stored.config.embeddings
if (contextual?.kind !== 'transformer') throw new Error(`${from} stands on no transformer`)
const encoder = findEncoder(contextual.model, from)
mkdirSync(join(to, 'encoder'), { recursive: true })
copyFileSync(join(from, 'words.txt'), join(to, 'words.txt'))
const all = decodeSafetensors(readFileSync(join(from, 'model.safetensors')), from)
const tuned = new Map([...all].filter(([name]) => isTuned(name)))
if (tuned.size === 0) copyFileSync(join(from, 'model.safetensors'), join(to, 'model.safetensors'))
else {
  const own = new Map([...all].filter(([name]) => !isTuned(name)))
  writeFileSync(join(to, 'model.safetensors'), encodeSafetensors(own, halfType))
}
const encoderFiles = ['config.json', 'tokenizer.json', 'tokenizer_config.json'].filter((name) =>
  existsSync(join(encoder, name)),
)
for (const name of encoderFiles) copyFileSync(join(encoder, name), join(to, 'encoder', name))
const described = JSON.parse(readFileSync(join(encoder, 'config.json'), 'utf8'))
const layersKey = ['num_hidden_layers', 'n_layers'].find((key) => key in described)
const layers = contextual.layers ?? described[layersKey]
writeFileSync(join(to, 'encoder', 'config.json'), `${JSON.stringify({ ...described, [layersKey]: layers }, null, 2)}\n`)
/** Whether a tensor is of a layer that is not run. */
const isAbove = (name) => Number(/\blayer\.(\d+)\./.exec(name)?.[1] ?? -1) >= layers
const header = readFileSync(join(encoder, 'model.safetensors'))
const names = Object.keys(JSON.parse(header.toString('utf8', 8, 8 + Number(header.readBigUInt64LE(0)))))
const file = await openSafetensors(await openPath(join(encoder, 'model.safetensors')), encoder)
const transformer = await readTransformerConfig(folderFiles(encoder))
const changed = checkpointTensors(tuned, transformer)
const tensors = new Map()
for (const name of names) {
  // What the encoder does not need to run: counters, and the head it was trained with.
  if (name === '__metadata__' || name.endsWith('position_ids') || name.startsWith('pooler.') || isAbove(name)) continue
  const shape = file.shape(name)
  const values = await file.read(name, shape)
  const bare = name.startsWith(transformer.family.prefix) ? name.slice(transformer.family.prefix.length) : name
  tensors.set(name, changed.get(bare) ?? { shape, values })
  changed.delete(bare)
}
if (changed.size > 0) throw new Error(`the encoder has no ${[...changed.keys()].join(', ')}`)
await file.close()
writeFileSync(join(to, 'encoder', 'model.safetensors'), encodeSafetensors(tensors, 'I8'))
stored.config.embeddings.contextual = { kind: 'transformer', model: 'encoder' }
const known = Object.values(encoders).find(({ name }) => name === contextual.model)
if (known)
  stored.notes.encoder = {
    name: known.name,
    licence: known.licence,
    source: known.source,
    ...(contextual.tune && { tuned: contextual.tune.layers }),
  }
const files = [
  'model.safetensors',
  'words.txt',
  ...encoderFiles.map((name) => `encoder/${name}`),
  'encoder/model.safetensors',
]
stored.files = Object.fromEntries(
  files.map((name) => [
    name,
    createHash('sha256')
      .update(readFileSync(join(to, name)))
      .digest('hex'),
  ]),
)
writeFileSync(join(to, 'config.json'), `${JSON.stringify(stored, null, 2)}\n`)
console.log(files.map((name) => `${name} ${(readFileSync(join(to, name)).length / 1e6).toFixed(1)} MB`).join('\n'))
