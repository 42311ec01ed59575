/** Dependencies point one way: a room imports only those below it. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import test from 'ava'
import { root } from './helpers/documents.ts'

/** Rooms of src, each with those that it may import. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  io: [],
  model: ['io'],
  setup: ['io', 'model'],
  pipeline: ['io', 'model'],
  train: ['io', 'model', 'pipeline'],
}

const src = root('src')

const filesOf = (folder: string): string[] =>
  readdirSync(join(src, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => join(folder, path))

const importsOf = (file: string): string[] =>
  Array.from(readFileSync(join(src, file), 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+)'/g), ([, path]) =>
    normalize(join(dirname(file), path)),
  )

for (const [room, below] of Object.entries(rooms))
  test(`src/${room} imports nothing but ${below.join(', ') || 'itself'}`, (t) => {
    const files = filesOf(room)
    t.true(files.length > 0)
    for (const file of files)
      for (const path of importsOf(file)) {
        const [other] = path.split(/[/\\]/)
        t.true(other === room || below.includes(other), `${file} imports ${path}`)
      }
  })

test('no file of the pipeline or of the training imports itself by way of others', (t) => {
  const files = ['pipeline', 'train'].flatMap(filesOf)
  const reached = (from: string, seen = new Set<string>()): Set<string> => {
    for (const path of importsOf(from))
      if (files.includes(path) && !seen.has(path)) {
        seen.add(path)
        reached(path, seen)
      }
    return seen
  }
  for (const file of files) t.false(reached(file).has(file), file)
})
