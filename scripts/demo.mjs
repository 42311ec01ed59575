/**
 * The page with the model in the browser, as a folder that any static host serves: `npm run demo`, or
 *   node scripts/demo.mjs [-o demo] [--model en]
 */
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { modelFolder } from '../dist/src/models.js'
import { browserAnswers, offlineScript } from '../dist/src/page/browser-answers.js'
import { pageFiles } from '../dist/src/page/page.js'
import { servedModel } from '../dist/src/serve/served.js'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const { values } = parseArgs({
  options: {
    output: { type: 'string', short: 'o', default: join(root, 'demo') },
    model: { type: 'string', default: 'en' },
  },
})
const { output, model } = values
const from = modelFolder(model)

// A folder that holds something else is somebody's.
if (existsSync(output) && readdirSync(output).length > 0 && !existsSync(join(output, 'offline.js'))) {
  console.error(`${output} holds something else than a demo: name another folder with -o`)
  process.exit(2)
}
rmSync(output, { recursive: true, force: true })
mkdirSync(output, { recursive: true })
for (const { path, content } of pageFiles(browserAnswers)) writeFileSync(join(output, path || 'index.html'), content)
cpSync(join(root, 'dist', 'browser', 'hmtl.js'), join(output, 'hmtl.js'))
const stored = JSON.parse(readFileSync(join(from, 'config.json'), 'utf8'))
for (const name of ['config.json', ...Object.keys(stored.files)]) cpSync(join(from, name), join(output, 'model', name))
const { tasks } = servedModel(from, model)
writeFileSync(join(output, 'model.json'), JSON.stringify({ model, tasks }))

const files = readdirSync(output, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(output, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
  .sort()
const hash = createHash('sha256')
for (const name of files) hash.update(name).update(readFileSync(join(output, name)))
writeFileSync(
  join(output, 'offline.js'),
  offlineScript(
    hash.digest('hex').slice(0, 16),
    files.filter((name) => name !== 'index.html'),
  ),
)
const bytes = files.reduce((sum, name) => sum + statSync(join(output, name)).size, 0)
console.log(
  `${relative(process.cwd(), output) || output}: ${files.length + 1} files, ${(bytes / 1e6).toFixed(1)} MB. Serve it with any static host, such as\n  npx http-server ${relative(process.cwd(), output)}`,
)
