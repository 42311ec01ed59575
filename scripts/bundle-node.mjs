/**
 * The program and its annotating thread as one text each, `program.bundle.js` and `worker.bundle.js` in `dist/node`, and
 * what starts them, `program.cjs` and `worker.cjs`: a start is mostly the finding and compiling of modules, of which a
 * bundle keeps what is used, and `src/io/compiled.ts` what was compiled. Most packages stay where they are, and so does what
 * modules find by their own place: `import.meta.url` is that of the module.
 */
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { build } from 'esbuild'

/**
 * Packages that go in: tfjs, the parser of command lines with all that it needs, what most commands load, and those that
 * have ES modules only.
 */
const inside =
  /^(?:@tensorflow\/|yargs(?:$|\/)|saxes$|fzstd$|stream-chain\/|@noble\/hashes\/|hono(?:$|\/)|@hono\/|hyparquet(?:$|-)|htmlparser2$|postal-mime$)/

/** Where yargs's translations lie. */
const shims = "new URL('lib/platform-shims/esm.mjs', hmtlUrl(hmtlRequire.resolve('yargs'))).href"

/** Where tfjs's WebAssembly lies, found when it is asked for. */
const backend = "require('node:path').dirname(hmtlRequire.resolve('@tensorflow/tfjs-backend-wasm'))"

/** An import of a package when it is needed; what was kept compiled can have none. */
const lateImport = /\bimport\('([^'.][^']*)'\)/g
const lateLoad = (all, name) => (inside.test(name) ? all : `hmtlImport('${name}')`)

const late = 'late'

/** A module that is as wide as a text is, loaded when help is shown: making its expressions takes a fifth of a start. */
const lateWidth = (path) =>
  `let width; export default (...given) => (width ??= require(${JSON.stringify(path)}).default)(...given)`

/** The place of the file that is made, which packages that go in take for their own. */
const here = 'hmtlHere'

/** Modules in `outdir`, by the place that they had in `dist`. */
const placed = (dist, outdir) => ({
  name: 'placed',
  setup(placed) {
    placed.onResolve({ filter: /^[^./]/ }, ({ path, importer }) =>
      importer.startsWith(dist) && !inside.test(path) ? { path, external: true } : undefined,
    )
    // tfjs loads it where there is no fetch.
    placed.onResolve({ filter: /^node-fetch$/ }, ({ path }) => ({ path, external: true }))
    placed.onResolve({ filter: /^string-width$/ }, async ({ path, kind, resolveDir, importer, pluginData }) =>
      pluginData === late || kind !== 'import-statement'
        ? undefined
        : {
            path: (await placed.resolve(path, { kind, resolveDir, importer, pluginData: late })).path,
            namespace: 'late-width',
          },
    )
    placed.onLoad({ filter: /./, namespace: 'late-width' }, ({ path }) => ({
      contents: lateWidth(path),
      resolveDir: dirname(path),
    }))
    placed.onLoad({ filter: /\.m?js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      if (path.startsWith(dist)) {
        const place = relative(outdir, path).split(sep).join('/')
        const loading = text.replaceAll(lateImport, lateLoad)
        return { contents: loading.replaceAll('import.meta.url', `new URL(${JSON.stringify(place)}, ${here}).href`) }
      }
      if (path.endsWith(join('yargs', 'lib', 'platform-shims', 'esm.mjs')))
        return { contents: text.replaceAll('import.meta.url', shims) }
      // It looks for its WebAssembly beside itself.
      return path.includes('tfjs-backend-wasm') ? { contents: text.replaceAll('__dirname', backend) } : undefined
    })
  },
})

/**
 * A text in ASCII alone, as it is read: esbuild escapes what is not in strings, but leaves it in regular expressions.
 */
const inAscii = (text, path) => {
  if (/\\[^\0-\x7f]/.test(text)) throw new Error(`${path} has a backslash before what is not ASCII`)
  return text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

export const bundleNode = async (root) => {
  const dist = join(root, 'dist')
  const outdir = join(dist, 'node')
  const shared = {
    outdir,
    bundle: true,
    // Names of tfjs's modules would hide those of the platform.
    minify: true,
    format: 'cjs',
    platform: 'node',
    mainFields: ['module', 'main'],
    target: 'node20',
    legalComments: 'eof',
    logLevel: 'error',
    plugins: [placed(dist, outdir)],
    define: { 'import.meta.url': here },
    banner: {
      js: [
        'const hmtlRequire = require',
        "const hmtlUrl = require('node:url').pathToFileURL",
        `const ${here} = hmtlUrl(__filename).href`,
      ].join(';'),
    },
  }
  const program = join(dist, 'cli', 'program.js')
  const worker = join(dist, 'src', 'pipeline', 'pool', 'worker.js')
  const { outputFiles } = await build({
    ...shared,
    entryPoints: { 'program.bundle': program, 'worker.bundle': worker },
    write: false,
  })
  await build({
    ...shared,
    entryPoints: { program: join(dist, 'cli', 'start.js'), worker: join(dist, 'src', 'pipeline', 'pool', 'start.js') },
    outExtension: { '.js': '.cjs' },
  })
  for (const { path, text: made } of outputFiles) {
    const text = inAscii(made, path)
    if (/[^.\w]import\(/.test(text)) throw new Error(`${path} imports: what is kept compiled cannot`)
    const digest = createHash('sha256').update(text).digest('hex').slice(0, 16)
    await writeFile(path, `/*${digest}*/(function (require, __filename, hmtlImport, hmtlKeepCompiled) {${text}\n})`)
  }
}
