/** Makes the pages that are made from declarations: `npm run docs`. */
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { configurationManual } from '../dist/src/model/config/manual.js'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
writeFileSync(join(root, 'docs', 'configuration.md'), configurationManual())
