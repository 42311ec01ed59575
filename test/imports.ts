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
  probing: ['io', 'model'],
  report: ['io', 'model', 'probing'],
  train: ['io', 'model', 'pipeline', 'report'],
  paper: ['io', 'model', 'report', 'train'],
  page: ['io'],
  serve: ['io', 'model', 'pipeline', 'page'],
  browser: ['io', 'model', 'pipeline', 'annotator.ts', 'result.ts', 'wish.ts'],
}

/** Rooms of src/io; what lies in src/io itself they may all import. */
const roomsOfIo: Readonly<Record<string, readonly string[]>> = {
  document: ['syntax'],
  syntax: ['document'],
  arrow: ['document', 'syntax'],
  vectors: ['document', 'arrow'],
  draw: ['document'],
  formats: ['document', 'syntax', 'arrow'],
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

for (const [room, beside] of Object.entries(roomsOfIo))
  test(`src/io/${room} imports nothing of the other rooms of src/io but ${beside.join(', ')}`, (t) => {
    const files = filesOf(join('io', room))
    t.true(files.length > 0)
    for (const file of files)
      for (const path of importsOf(file)) {
        const [, other, ...rest] = path.split(/[/\\]/)
        t.true(rest.length === 0 || other === room || beside.includes(other), `${file} imports ${path}`)
      }
  })

test('every room of src is in the tables above', (t) => {
  const roomsIn = (folder: string) =>
    readdirSync(join(src, folder), { withFileTypes: true }).flatMap((each) => (each.isDirectory() ? [each.name] : []))
  t.deepEqual(roomsIn('.').sort(), Object.keys(rooms).sort())
  t.deepEqual(roomsIn('io').sort(), Object.keys(roomsOfIo).sort())
})

test('no file imports itself by way of others', (t) => {
  const files = Object.keys(rooms).flatMap(filesOf)
  const imports = new Map(files.map((file) => [file, importsOf(file)]))
  const state = new Map<string, 'open' | 'done'>()
  const visit = (file: string, path: readonly string[]) => {
    if (state.get(file) === 'done') return
    t.not(state.get(file), 'open', [...path, file].join(' → '))
    if (state.get(file) === 'open') return
    state.set(file, 'open')
    for (const other of imports.get(file) ?? []) if (imports.has(other)) visit(other, [...path, file])
    state.set(file, 'done')
  }
  for (const file of files) visit(file, [])
})
