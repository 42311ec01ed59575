/**
 * Builds the package: types and JavaScript by tsc, the SIMD kernels by AssemblyScript, the browser's files and Node's
 * thread by esbuild.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleBrowser } from './bundle-browser.mjs'
import { bundleNode } from './bundle-node.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const require = createRequire(import.meta.url)

const run = (label, args) => {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
  if (status !== 0) {
    console.error(`build: ${label} failed`)
    process.exit(status ?? 1)
  }
}

const binOf = (name, bin) => {
  const manifest = require.resolve(`${name}/package.json`)
  return join(dirname(manifest), require(manifest).bin[bin])
}

rmSync(join(root, 'dist'), { recursive: true, force: true })
run('tsc', [binOf('typescript', 'tsc'), '-p', 'tsconfig.json'])
const kernels = join(root, 'assembly', 'index.ts')
if (existsSync(kernels)) {
  mkdirSync(join(root, 'dist', 'src', 'model', 'kernels', 'simd'), { recursive: true })
  const config = join(root, 'assembly', 'asconfig.json')
  for (const form of ['plain', 'relaxed'])
    run('asc', [binOf('assemblyscript', 'asc'), kernels, '--config', config, '--target', form])
}
bundleBrowser(root)
await bundleNode(root)
chmodSync(join(root, 'dist', 'cli', 'main.js'), 0o755)
