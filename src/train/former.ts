/** A model whose words and weights a training begins with. */
import * as tf from '@tensorflow/tfjs-core'
import { HmtlError } from '../io/errors.ts'
import type { ModelConfig } from '../model/config/keys.ts'
import { folderFiles } from '../model/folder-files.ts'
import { isTuned } from '../model/encoders/transformer/tuned.ts'
import { headOf } from '../model/heads/index.ts'
import type { Model } from '../model/hierarchy.ts'
import { readParts } from '../model/read-model.ts'
import { unknownCharacter } from '../model/vocabulary.ts'
import type { WordVectors } from '../model/word-vectors.ts'
import type { Survey } from './survey.ts'
import { type Stored, widened } from './widen.ts'

export interface Former extends WordVectors {
  /** Folder of the model. */
  readonly folder: string
  readonly config: ModelConfig
  readonly characters: readonly string[]
  readonly labels: Readonly<Record<string, readonly string[]>>
  readonly weights: ReadonlyMap<string, Stored>
}

/** What became of a former model's weights. */
export interface Begun {
  readonly folder: string
  /** How many parameters were taken over. */
  readonly taken: number
  /** Names of those that begin anew: the former model has none of that name and shape. */
  readonly anew: readonly string[]
}

const characterTable = 'characters.table'
const layerMix = 'contextual.mix'

/**
 * @param folderOf of the model as it is named
 * @returns undefined where the configuration names none
 * @throws HmtlError `HMTL_MODEL_*`, `HMTL_CONFIG_VALUE` where its word vectors are of another size
 */
export const formerModel = async (
  { training, embeddings }: ModelConfig,
  folderOf: (model: string) => string,
): Promise<Former | undefined> => {
  if (training.begin === undefined) return undefined
  const folder = folderOf(training.begin)
  // The encoder that it stands on is the configuration's affair.
  const { config, labels, vocabulary, wordTable, stored } = await readParts(folderFiles(folder), async () => undefined)
  const { size } = config.embeddings.words
  if (size !== embeddings.words.size || !(wordTable instanceof Float32Array))
    throw new HmtlError(
      'HMTL_CONFIG_VALUE',
      `"training.begin": the word vectors of ${folder} have ${size} numbers, not ${embeddings.words.size}`,
      { remedy: `Set embeddings.words.size to ${size}` },
    )
  return {
    folder,
    config,
    words: vocabulary.words,
    characters: vocabulary.characters,
    table: wordTable,
    labels,
    weights: stored,
  }
}

/** Its words, then those of the data and of the vector file that it lacks. */
export const wordsWith = (former: Former, { words, table }: WordVectors): WordVectors => {
  const size = table.length / words.length
  const known = new Set(former.words)
  // The first row stands for all unknown words, here as there.
  const added = words.flatMap((word, i) => (i === 0 || known.has(word) ? [] : [i]))
  const all = new Float32Array(former.table.length + added.length * size)
  all.set(former.table)
  added.forEach((row, i) => {
    all.set(table.subarray(row * size, (row + 1) * size), former.table.length + i * size)
  })
  return { words: [...former.words, ...added.map((i) => words[i])], table: all }
}

/** Its characters, then those of the data that it lacks. */
export const charactersWith = (former: Former, characters: readonly string[]): string[] => {
  const known = new Set(former.characters)
  return [...former.characters, ...characters.filter((character) => !known.has(character))]
}

const hasAll = (labels: readonly string[] | undefined, wanted: readonly string[]): labels is readonly string[] =>
  labels !== undefined && wanted.every((label) => labels.includes(label))

/** Its labels of each task where it has all that the data have, else the data's own. */
export const labelsWith = (former: Former, { labels }: Survey): Record<string, readonly string[]> =>
  Object.fromEntries(
    Object.entries(labels).map(([task, own]) => {
      const its = former.labels[task]
      return [task, hasAll(its, own) ? its : own]
    }),
  )

/** Tasks whose labels are other ones than the former model's, or that look at such a task. */
const withOtherLabels = (former: Former, { config, labels }: Model): Set<string> => {
  const other = (name: string) => former.labels[name]?.join('\n') !== labels[name]?.join('\n')
  return new Set(
    config.tasks
      .filter(
        (task) =>
          other(task.name) ||
          headOf(task.kind)
            .others?.(task)
            .some(({ name }) => other(name)),
      )
      .map(({ name }) => name),
  )
}

/** A table of other length: each row that it has not begins as one of those that it has. */
const ofLength = ({ shape: [rows, size], values }: Stored, wanted: number, like: number): Stored => {
  const all = new Float32Array(wanted * size)
  all.set(values.subarray(0, all.length))
  for (let row = rows; row < wanted; row++) all.set(values.subarray(like * size, (like + 1) * size), row * size)
  return { shape: [wanted, size], values: all }
}

/** The weights of an encoder's layers where fewer of them are run: those of the layers that are left. */
const shortened = ({ shape: [layers], values }: Stored, wanted: number): Stored => {
  const left = Math.min(layers, wanted)
  return { shape: [left], values: values.subarray(0, left) }
}

/** Whether a parameter is a table of a task with a row a size. */
const hasRowsBySize = (name: string, { config }: Model): boolean =>
  config.tasks.some((task) => headOf(task.kind).rowsBySize?.some((part) => name === `${task.name}.${part}`))

/** Takes its weights over, wherever name and shape are the same. @param model with all its parameters in being */
export const takeOver = (former: Former, model: Model): Begun => {
  const others = withOtherLabels(former, model)
  const anew: string[] = []
  let taken = 0
  for (const [name, variable] of model.parameters.all()) {
    const [task, part] = name.split('.')
    const found = former.weights.get(name)
    const [rows] = variable.shape
    const asWanted = (stored: Stored): Stored | undefined => {
      if (stored.shape.join() === variable.shape.join()) return stored
      if (name === characterTable) return ofLength(stored, rows, unknownCharacter)
      if (name === layerMix) return shortened(stored, rows)
      if (hasRowsBySize(name, model)) return ofLength(stored, rows, stored.shape[0] - 1)
      return widened(name, stored, variable.shape, variable.dataSync() as Float32Array, model.config, former.config)
    }
    const stored = found && !(others.has(task) && part !== 'encoder') ? asWanted(found) : undefined
    if (!stored || stored.shape.join() !== variable.shape.join()) {
      // A layer that was not tuned before is as the encoder's own training left it.
      if (!isTuned(name)) anew.push(name)
      continue
    }
    const values = tf.tensor(stored.values, variable.shape)
    variable.assign(values)
    values.dispose()
    taken++
  }
  return { folder: former.folder, taken, anew }
}
