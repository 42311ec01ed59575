/**
 * The pictures of README and docs, by a real browser: `npm run screenshots [-- FOLDER]` (CHROMIUM names the browser,
 * else
 * /usr/bin/chromium). A test makes them again and holds them against those in docs.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const target = process.argv[2] ?? join(root, 'docs')
const cli = join(root, 'dist', 'cli', 'main.js')
const folder = mkdtempSync(join(tmpdir(), 'hmtl-screenshots-'))
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
})

const shot = async (url, name, ready, { width, height, ...options }) => {
  const context = await browser.newContext({ viewport: { width, height }, deviceScaleFactor: 1.5, ...options })
  const page = await context.newPage()
  await page.goto(url)
  await page.waitForSelector(ready)
  // What lights up when it appears has come to rest.
  await page.waitForTimeout(500)
  await page.screenshot({ path: join(target, name) })
  await context.close()
  console.log(join(target, name))
}

const article = join(folder, 'article.html')
spawnSync(
  process.execPath,
  [cli, 'annotate', join(root, 'datasets', 'example.txt'), '--to', 'html', '-o', article, '-q'],
  {
    stdio: 'inherit',
  },
)
await shot(pathToFileURL(article).href, 'annotate.png', 'svg.arcs g', { width: 1240, height: 480 })
await shot(pathToFileURL(join(root, 'docs', 'paper.html')).href, 'paper.png', 'svg', { width: 1240, height: 900 })

const server = spawn(process.execPath, [cli, 'serve', '--port', '0', '--workers', '1'], {
  stdio: ['ignore', 'ignore', 'pipe'],
})
let log = ''
const address = await new Promise((resolve, reject) => {
  server.stderr.on('data', (chunk) => {
    log += chunk
    const found = /"url":"([^"]+)"/.exec(log)
    if (found) resolve(found[1])
  })
  server.once('exit', () => reject(new Error(log)))
})
await shot(address, 'serve.png', 'svg.arcs g', { width: 1240, height: 620 })
await shot(address, 'serve-dark.png', 'svg.arcs g', { width: 1240, height: 620, colorScheme: 'dark' })
await shot(address, 'serve-phone.png', '#drawing article', { width: 390, height: 844, colorScheme: 'dark' })
server.removeAllListeners('exit')
server.kill('SIGTERM')
await browser.close()
rmSync(folder, { recursive: true })
