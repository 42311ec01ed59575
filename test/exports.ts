/** What a file exports is used by another, or is part of what the package shows. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import test from 'ava'
import { root } from './helpers/documents.ts'

const filesOf = (...folders: string[]): string[] =>
  folders.flatMap((folder) =>
    readdirSync(root(folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /(?<!\.d)\.(ts|mjs)$/.test(entry.name))
      .map((entry) => relative(root('.'), join(entry.parentPath, entry.name))),
  )

const names = (list: string): string[] =>
  list
    .split(',')
    .map((name) => name.replace(/\btype\b/, '').trim())
    .filter((name) => name !== '')
    .map((name) => name.split(/\s+as\s+|\s*:\s*/)[0])

/** The file that a specifier means, as the source names it; undefined for a package. */
const target = (from: string, specifier: string): string | undefined => {
  if (!specifier.startsWith('.')) return undefined
  const path = relative(root('.'), join(dirname(root(from)), specifier)).replace(/^dist\//, '')
  return [path, path.replace(/\.js$/, '.ts')].find((candidate) => existsSync(root(candidate)))
}

const declared = /^export (?:async )?(?:const|let|function\*?|class|interface|type|abstract class)\s+(\w+)/gm
const types = /^export (?:interface|type)\s+(\w+)/gm
const listed = /^export \{([^}]*)\}(?! from)/gm
const taken = /(?:import|export)\s+(?:type\s+)?(?:\{([^}]*)\}|\*(?: as \w+)?)\s+from\s+'([^']+)'/g
const takenLate = /(?:\{([^{}]*)\}\s*=\s*await\s+)?import\('([^']+)'\)/g

/** Of each file the names that others take of it; `*` where they take all. */
const usesOf = (files: readonly string[]): Map<string, Set<string>> => {
  const uses = new Map<string, Set<string>>()
  for (const file of files) {
    const text = readFileSync(root(file), 'utf8')
    for (const [, list, specifier] of [...text.matchAll(taken), ...text.matchAll(takenLate)]) {
      const path = target(file, specifier)
      if (path === undefined) continue
      const used = uses.get(path) ?? new Set()
      const all = file === 'cli/commands.ts' ? ['builder', 'handler'] : ['*']
      for (const name of list === undefined ? all : names(list)) used.add(name)
      uses.set(path, used)
    }
  }
  return uses
}

/** What of the package is shown to others: package.json names these files. */
const entries = Object.values(
  (JSON.parse(readFileSync(root('package.json'), 'utf8')) as { exports: Record<string, string | { default: string }> })
    .exports,
)
  .flatMap((entry) => (typeof entry === 'string' ? [] : [entry.default]))
  .map((path) => path.replace('./dist/', '').replace(/\.js$/, '.ts'))
  // What is bundled is another file than what is written.
  .map((path) => (path === 'browser/hmtl.ts' ? 'src/browser/index.ts' : path))

/** Files that are started, not imported: the program, the modules of threads, and a type's declarations. */
const started = (files: readonly string[]): Set<string> => {
  const out = new Set([
    'cli/main.ts',
    'cli/program.ts',
    'cli/start.ts',
    'src/browser/worker.ts',
    'src/browser/assets.d.ts',
    'src/pipeline/pool/start.ts',
    'src/pipeline/pool/worker.ts',
  ])
  for (const file of files)
    for (const [, specifier] of readFileSync(root(file), 'utf8').matchAll(/new URL\('([^']+)', import\.meta\.url\)/g)) {
      const path = target(file, specifier)
      if (path !== undefined) out.add(path)
    }
  return out
}

const sources = filesOf('src', 'cli', 'datasets')
const uses = usesOf(filesOf('src', 'cli', 'datasets', 'test', 'bench', 'scripts'))

test('nothing is exported that no other file uses and no entry point shows', (t) => {
  const unused = sources
    .filter((file) => !entries.includes(file))
    .flatMap((file) => {
      const used = uses.get(file)
      const text = readFileSync(root(file), 'utf8')
      const exported = [
        ...Array.from(text.matchAll(declared), ([, name]) => name),
        ...Array.from(text.matchAll(listed), ([, list]) => names(list)).flat(),
      ]
      // The type of what an exported function takes or gives has a name for those who need it.
      const speaking = Array.from(text.matchAll(types), ([, name]) => name).filter(
        (name) => (text.match(new RegExp(`\\b${name}\\b`, 'g')) ?? []).length > 1,
      )
      return exported
        .filter((name) => !used?.has(name) && !used?.has('*') && !speaking.includes(name))
        .map((name) => `${file} ${name}`)
    })
  t.deepEqual(unused, [])
})

test('no file is there that nothing imports or starts', (t) => {
  const begun = started(sources)
  t.deepEqual(
    sources.filter((file) => !uses.has(file) && !entries.includes(file) && !begun.has(file)),
    [],
  )
  t.true(entries.length >= 5 && entries.every((file) => existsSync(root(file))))
})
