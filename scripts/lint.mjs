/**
 * Lints and checks the format of every source file with Biome as WebAssembly: its
 * native packages are one a platform, and a lockfile that names them all cannot be
 * installed where a registry lacks some. `--write` formats in place.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Biome } from '@biomejs/js-api/nodejs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const write = process.argv.includes('--write')
const folders = ['src', 'cli', 'datasets', 'test', 'bench', 'scripts']
const files = folders
  .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile() && /\.(ts|mjs)$/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name))
  .sort()

const biome = new Biome()
const { projectKey } = biome.openProject(root)
const { files: _, $schema: __, ...configuration } = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8'))
biome.applyConfiguration(projectKey, configuration)

let faults = 0
for (const path of files) {
  const filePath = relative(root, path)
  const source = readFileSync(path, 'utf8')
  const { content } = biome.formatContent(projectKey, source, { filePath })
  if (content !== source) {
    if (write) writeFileSync(path, content)
    else {
      faults++
      console.error(`${filePath}: not formatted; npm run format does it`)
    }
  }
  const { diagnostics } = biome.lintContent(projectKey, content, { filePath })
  const serious = diagnostics.filter(
    ({ severity }) => severity === 'error' || severity === 'fatal' || severity === 'warning',
  )
  if (serious.length === 0) continue
  faults += serious.length
  console.error(
    biome
      .printDiagnostics(serious, { filePath, fileSource: content, verbose: false })
      .replace(/<[^>]*>/g, '')
      .replace(/&lt;/g, '<')
      .replace(/&gt;/g, '>')
      .replace(/&amp;/g, '&')
      .replace(/&quot;/g, '"'),
  )
}
console.log(`${files.length} files linted${faults > 0 ? `, ${faults} faults` : ''}`)
process.exit(faults > 0 ? 1 : 0)
