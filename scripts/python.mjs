/**
 * Makes the Python environment that the integration tests read our tables with; says so and goes on where there is
 * none.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const folder = join(root, '.cache', 'python')
const python = join(folder, 'bin', 'python')
const run = (command, args) => spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] }).status === 0

/** What the tests open our files with. */
const packages = {
  pyarrow: 'pyarrow==21.0.0',
  spacy: 'spacy==3.8.18',
  duckdb: 'duckdb==1.4.1',
  polars: 'polars==1.34.0',
  pandas: 'pandas==2.3.3',
  pyspark: 'pyspark==4.0.1',
}
const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--timeout', '60']

if (!existsSync(python) && !run('python3', ['-m', 'venv', folder]))
  console.error('no Python: its tests will be listed as skipped')
else
  for (const [name, version] of Object.entries(packages))
    if (!run(python, ['-c', `import ${name}`]) && !run(python, [...pip, version]))
      console.error(`${name} cannot be installed: its tests will be listed as skipped`)
