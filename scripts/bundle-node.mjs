/**
 * The program and its annotating thread, `dist/node/program.js` and `dist/node/worker.js`, with tfjs and yargs inside: a
 * start is mostly the reading of modules, of which a bundle keeps what is used. All other packages stay where they are,
 * and so does what modules find by their own place: `import.meta.url` is that of the module.
 */
import { readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { build } from 'esbuild'

/** Packages that go in: tfjs, and the parser of command lines with all that it needs. */
const inside = /^(?:@tensorflow\/|yargs(?:$|\/))/

/** Where yargs's translations lie. */
const shims = "new URL('lib/platform-shims/esm.mjs', import.meta.resolve('yargs')).href"

/** Where tfjs's WebAssembly lies, found when it is asked for. */
const backend = "hmtlDirname(require.resolve('@tensorflow/tfjs-backend-wasm'))"

export const bundleNode = async (root) => {
  const dist = join(root, 'dist')
  const outdir = join(dist, 'node')
  const own = {
    name: 'own',
    setup(own) {
      own.onResolve({ filter: /^[^./]/ }, ({ path, importer }) =>
        importer.startsWith(dist) && !inside.test(path) ? { path, external: true } : undefined,
      )
      own.onLoad({ filter: /\.m?js$/ }, async ({ path }) => {
        const text = await readFile(path, 'utf8')
        if (path.startsWith(dist)) {
          const place = relative(outdir, path).split(sep).join('/')
          const url = `new URL(${JSON.stringify(place)}, import.meta.url).href`
          return { contents: text.replaceAll('import.meta.url', url) }
        }
        if (path.endsWith(join('yargs', 'lib', 'platform-shims', 'esm.mjs')))
          return { contents: text.replaceAll('import.meta.url', shims) }
        // It looks for its WebAssembly beside itself.
        return path.includes('tfjs-backend-wasm') ? { contents: text.replaceAll('__dirname', backend) } : undefined
      })
    },
  }
  await build({
    entryPoints: {
      worker: join(dist, 'src', 'pipeline', 'pool', 'worker.js'),
      program: join(dist, 'cli', 'program.js'),
    },
    outdir,
    bundle: true,
    splitting: true,
    // Names of tfjs's modules would hide those of the platform.
    minify: true,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    target: 'node20',
    legalComments: 'eof',
    logLevel: 'error',
    plugins: [own],
    banner: {
      js: [
        "import { createRequire as hmtlRequire } from 'node:module'",
        "import { dirname as hmtlDirname } from 'node:path'",
        'const require = hmtlRequire(import.meta.url)',
      ].join(';'),
    },
  })
}
