/**
 * The package for browsers: `dist/browser/hmtl.js`, one module without imports, so that it works from a script tag, in
 * every bundler and without one; its worker, with tfjs and both WebAssembly modules, is a text inside of it, and lies
 * beside it as `worker.js` for pages whose rules forbid workers from memory.
 */
import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { buildSync } from 'esbuild'

export const bundleBrowser = (root) => {
  const compiled = join(root, 'dist', 'src', 'browser')
  const out = join(root, 'dist', 'browser')
  const shared = {
    bundle: true,
    minify: true,
    platform: 'browser',
    target: 'es2022',
    legalComments: 'eof',
    logLevel: 'error',
  }
  const worker = join(out, 'worker.js')
  buildSync({
    ...shared,
    entryPoints: [join(compiled, 'worker.js')],
    outfile: worker,
    format: 'iife',
    loader: { '.wasm': 'binary' },
  })
  // What the worker's text is imported by.
  const text = join(compiled, 'worker.txt')
  copyFileSync(worker, text)
  buildSync({
    ...shared,
    entryPoints: [join(compiled, 'index.js')],
    outfile: join(out, 'hmtl.js'),
    format: 'esm',
    loader: { '.txt': 'text' },
  })
  rmSync(text)
}
