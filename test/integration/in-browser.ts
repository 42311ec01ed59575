/**
 * The package inside of a real browser: bundled or not, with the scores of Node, and as a page that needs no network.
 */
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import test from 'ava'
import { build } from 'esbuild'
import type { Browser } from 'playwright-core'
import { build as vite } from 'vite'
import { load } from '../../src/load.ts'
import { chromiumProgram, openChromium, type StaticHost, serveFolder, visitIn } from '../helpers/chromium.ts'
import { root } from '../helpers/documents.ts'
import { fileFolder } from '../helpers/folder.ts'
import { scoreDifference, oneStep } from '../helpers/nearly.ts'

// Without a browser these tests are listed as skipped.
const browserTest = chromiumProgram ? test.serial : test.serial.skip

const folder = fileFolder(test)
const site = join(folder, 'site')
let browser: Browser
let host: StaticHost

const texts = [
  'Ada Lovelace lived in London. She wrote to Charles Babbage, who had founded nothing yet.',
  'just saw @mira_k and Tom Okafor at the Lakeside Arena!! 😀 He signed my Rovers shirt',
  'Nordhafen was founded in Bergen in 1921; its headquarters moved to Hamburg after the war.',
  '',
]

/** What a page does with the library; its answer is the JSON of the results. */
const program = (from: string) => `
import { load, HmtlError } from '${from}'
globalThis.answer = (async () => {
  const steps = []
  const hmtl = await load(new URL('model/', document.baseURI), { onProgress: (loaded, total) => steps.push([loaded, total]) })
  const results = []
  for await (const result of hmtl.annotateAll(${JSON.stringify(texts)})) results.push(result)
  const aborted = await hmtl.annotate('Oslo.', { signal: AbortSignal.abort() }).catch((error) => error.name)
  const wrong = await hmtl.annotate(7).catch((error) => error instanceof HmtlError && error.code)
  await hmtl.close()
  const controller = new AbortController()
  const going = load(new URL('model/', document.baseURI), { signal: controller.signal, onProgress: () => controller.abort() })
  const stopped = await going.catch((error) => error.name)
  const nowhere = await load('nowhere').catch((error) => error.code)
  return JSON.stringify({ results, aborted, wrong, nowhere, stopped, steps })
})()
`
const pageOf = (script: string) =>
  `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script type="module" src="${script}"></script>`

let expected: unknown

test.before(async () => {
  if (!chromiumProgram) return
  browser = await openChromium()
  mkdirSync(site)
  cpSync(root('models/en'), join(site, 'model'), { recursive: true })
  host = await serveFolder(site)
  await using hmtl = await load('en', { workers: 1, engine: 'wasm' })
  const results = []
  for await (const result of hmtl.annotateAll(texts)) results.push(result)
  expected = JSON.parse(JSON.stringify(results))
})
test.after.always(async () => {
  await browser?.close()
  await host?.close()
})

/** A page of the site whose script says all there is to say. */
const answerOf = async (name: string) => {
  const { page, faults, asked, close } = await visitIn(browser, `${host.address}${name}.html`)
  const answer = JSON.parse(String(await page.evaluate('answer')))
  await close()
  return { ...answer, faults, asked: asked.filter((url) => !url.startsWith('blob:') && !url.startsWith('data:')) }
}

/** A project that has the package installed. */
const project = (name: string): string => {
  const path = join(folder, name)
  mkdirSync(join(path, 'node_modules'), { recursive: true })
  symlinkSync(root('.'), join(path, 'node_modules', 'hmtl'))
  writeFileSync(join(path, 'main.js'), program('hmtl'))
  return path
}

const pages: Readonly<Record<string, () => Promise<void>>> = {
  async 'a script tag'() {
    cpSync(root('dist/browser/hmtl.js'), join(site, 'hmtl.js'))
    writeFileSync(join(site, 'plain.js'), program('./hmtl.js'))
    writeFileSync(join(site, 'a script tag.html'), pageOf('plain.js'))
  },
  async esbuild() {
    await build({
      absWorkingDir: project('esbuild'),
      entryPoints: ['main.js'],
      bundle: true,
      format: 'esm',
      outfile: join(site, 'esbuild.js'),
      logLevel: 'error',
    })
    writeFileSync(join(site, 'esbuild.html'), pageOf('esbuild.js'))
  },
  async vite() {
    const path = project('vite')
    writeFileSync(join(path, 'vite.html'), pageOf('/main.js'))
    await vite({
      root: path,
      logLevel: 'error',
      build: { rollupOptions: { input: join(path, 'vite.html') }, outDir: join(folder, 'vite-out') },
    })
    cpSync(join(folder, 'vite-out'), site, { recursive: true })
  },
}

for (const [name, make] of Object.entries(pages))
  browserTest(`by ${name}: what Node finds, scores to three digits, and errors as they are`, async (t) => {
    t.timeout(120_000)
    await make()
    const { results, aborted, wrong, stopped, nowhere, steps, faults, asked } = await answerOf(name)
    // The browser has relaxed SIMD, which Node may lack: one rounding less a product.
    t.true(scoreDifference(results, expected) <= oneStep)
    t.is(aborted, 'AbortError')
    t.is(wrong, 'HMTL_INPUT_FIELD')
    t.is(nowhere, 'HMTL_MODEL_NOT_FOUND')
    t.is(stopped, 'AbortError')
    const [, total] = steps[0]
    t.true(total > 15e6)
    t.true(steps.every(([loaded, of]: number[], i: number) => of === total && (i === 0 || loaded > steps[i - 1][0])))
    t.is(steps.at(-1)[0], total)
    // The browser tells its console of the model that is nowhere.
    t.deepEqual(
      faults.filter((fault: string) => !/404/.test(fault)),
      [],
    )
    t.true(asked.every((url: string) => url.startsWith(host.address)))
  })

browserTest('a page that forbids workers from memory names the worker’s address', async (t) => {
  cpSync(root('dist/browser/hmtl.js'), join(site, 'hmtl.js'))
  cpSync(root('dist/browser/worker.js'), join(site, 'worker.js'))
  const strict = await serveFolder(site, {
    'content-security-policy':
      "default-src 'self' 'wasm-unsafe-eval' data:; connect-src 'self' blob:; worker-src 'self'",
  })
  writeFileSync(
    join(site, 'strict.js'),
    `import { load } from './hmtl.js'
     const found = async (options) => {
       const hmtl = await load(new URL('model/', document.baseURI), options)
       const { entities } = await hmtl.annotate('Ada Lovelace lived in London.')
       await hmtl.close()
       return entities.map(({ text }) => text).join()
     }
     globalThis.answer = (async () => [
       await found().catch((error) => error.code),
       await found({ workerUrl: new URL('worker.js', document.baseURI) }),
     ].join(' '))()`,
  )
  writeFileSync(join(site, 'strict.html'), pageOf('strict.js'))
  const { page, close } = await visitIn(browser, `${strict.address}strict.html`)
  t.is(await page.evaluate('answer'), 'HMTL_WORKER_FAILED Ada Lovelace,London')
  await close()
  await strict.close()
})

browserTest('the demo finds, copies, and goes on without a network', async (t) => {
  t.timeout(120_000)
  const out = join(folder, 'demo')
  await promisify(execFile)(process.execPath, [root('scripts/demo.mjs'), '-o', out])
  const demo = await serveFolder(out)
  const { page, faults, asked, close } = await visitIn(browser, demo.address, {
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  await page.waitForSelector('#drawing article')
  t.regex(await page.locator('#model').innerText(), /en: ner, emd, relation, coref/)
  t.true(asked.every((url) => url.startsWith(demo.address) || /^(blob|data):/.test(url)))
  const hostile = 'Marie Curie was born in Warsaw. <img src=x onerror=alert(1)>'
  await page.getByLabel('Text').fill(hostile)
  await page.locator('#drawing .text', { hasText: 'onerror' }).waitFor()
  t.regex(await page.locator('#drawing').innerHTML(), /data-l="PER"/)
  await page.getByRole('button', { name: 'Copy JSON' }).click()
  await page.locator('#state', { hasText: 'JSON copied' }).waitFor()
  const copied = JSON.parse(String(await page.evaluate('navigator.clipboard.readText()')))
  t.is(copied.entities[0].text, 'Marie Curie')
  await page.evaluate('navigator.serviceWorker.ready.then(() => true)')
  await demo.close()
  await page.reload()
  await page.locator('#drawing .text', { hasText: 'onerror' }).waitFor()
  t.regex(await page.locator('#drawing').innerHTML(), /data-l="PER"/)
  t.deepEqual(faults, [])
  await close()
})

browserTest('examples/browser.html shows the names of what is typed', async (t) => {
  const checkout = await serveFolder(root('.'))
  const { page, close } = await visitIn(browser, `${checkout.address}examples/browser.html`)
  await page.waitForFunction('globalThis.shown')
  t.deepEqual(await page.locator('#names li').allTextContents(), [
    'Ada Lovelace: PER',
    'London: LOC',
    'Charles Babbage: PER',
  ])
  await close()
  await checkout.close()
})
