/** Drawings and the server's page in a real browser: mouse, keyboard, phone, dark mode, hostile text. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import test from 'ava'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { createDocument, type Document } from '../../src/io/document/document.ts'
import { htmlPage } from '../../src/io/draw/html.ts'
import { chromiumProgram, openChromium, visitIn } from '../helpers/chromium.ts'
import { collect, root } from '../helpers/documents.ts'
import { fileFolder } from '../helpers/folder.ts'

// Without a browser these tests are listed as skipped.
const browserTest = chromiumProgram ? test.serial : test.serial.skip

const require = createRequire(import.meta.url)
const folder = fileFolder(test)
let browser: Browser
let server: ChildProcess | undefined
let address = ''

test.before(async () => {
  if (!chromiumProgram) return
  browser = await openChromium()
  const started = spawn(process.execPath, [root('dist/cli/main.js'), 'serve', '--port', '0', '--workers', '1'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  server = started
  let log = ''
  for await (const chunk of started.stderr) {
    log += chunk
    const url = /"url":"([^"]+)"/.exec(log)
    if (url) {
      address = url[1]
      break
    }
  }
})
test.after.always(async () => {
  await browser?.close()
  if (server && server.exitCode === null) {
    const ended = once(server, 'exit')
    server.kill('SIGTERM')
    await ended
  }
})

const text = 'Ada Lovelace met Charles Babbage in London. She admired him.\nHe lived there.'
const at = (words: string) => ({ start: text.indexOf(words), end: text.indexOf(words) + words.length })
const [ada, charles, london] = [at('Ada Lovelace'), at('Charles Babbage'), at('London')]
const document = createDocument({
  id: 'story',
  text,
  entities: [
    { ...ada, label: 'PER', score: 0.98 },
    { ...charles, label: 'PER', score: 0.95 },
    { ...london, label: 'LOC', score: 0.4 },
  ],
  mentions: [
    { ...ada, label: 'PER' },
    { ...charles, label: 'PER' },
  ],
  relations: [
    { label: 'knows', arg1: ada, arg2: charles, score: 0.9 },
    { label: 'residence', arg1: at('He'), arg2: london, score: 0.3 },
  ],
  clusters: [
    [ada, at('She')],
    [charles, at('him'), at('He')],
  ],
})

/** A page of documents in the browser, with what it asked for and what went wrong in it. */
const openPage = async (documents: Document[], options?: BrowserContextOptions) => {
  const path = join(folder, `${Math.random()}.html`)
  async function* stream() {
    yield* documents
  }
  writeFileSync(path, (await collect(htmlPage(stream()))).join(''))
  return visit(pathToFileURL(path).href, options)
}

const visit = (url: string, options?: BrowserContextOptions) => visitIn(browser, url, options)
const lit = (page: Page) => page.locator('.text .lit').allTextContents()
const drawn = (page: Page, words: string) => page.locator('#drawing .text', { hasText: words }).waitFor()
const sideways = (page: Page) => page.evaluate('document.documentElement.scrollWidth - innerWidth')

browserTest('layers, labels and scores are switched, and arcs drawn over the text', async (t) => {
  const { page, faults, asked, close } = await openPage([document])
  await page.waitForSelector('svg.arcs g')
  t.is(await page.locator('svg.arcs g').count(), 2)
  t.deepEqual(await page.locator('svg.arcs text').allTextContents(), ['knows', 'residence'])
  const shadeOf = () => page.evaluate("getComputedStyle(document.querySelector('.e')).backgroundColor")
  const shaded = await shadeOf()
  await page.getByLabel('Entities').uncheck()
  t.not(await shadeOf(), shaded)
  await page.getByLabel('Entities').check()
  await page.getByRole('button', { name: /^PER/ }).click()
  t.is(await page.locator('.e.off').count(), 2)
  await page.getByRole('button', { name: /^PER/ }).click()
  await page.getByLabel('Least score').fill('50')
  t.is(await page.locator('.e.off').getAttribute('data-l'), 'LOC')
  t.is(await page.locator('.e.off').count(), 1)
  // Locators, not functions to wait for: where they are looked at again the page's policy allows no evaluation.
  await page.locator('svg.arcs g').nth(1).waitFor({ state: 'detached' })
  t.is(await page.locator('svg.arcs g').count(), 1)
  await page.getByLabel('Relations').uncheck()
  await page.locator('svg.arcs').waitFor({ state: 'detached' })
  t.deepEqual(faults, [])
  t.is(asked.length, 1, 'a page asks nobody for anything')
  await close()
})

browserTest('clusters and relations light up by mouse and by keyboard', async (t) => {
  const { page, close } = await openPage([document])
  await page.waitForSelector('svg.arcs g')
  await page.locator('.text .c', { hasText: 'She' }).hover()
  t.deepEqual(
    (await lit(page)).map((words) => words.slice(0, 3)),
    ['Ada', 'She'],
  )
  await page.locator('.relations li').first().hover()
  t.is(await page.locator('svg.arcs g.lit').count(), 1)
  t.is(await page.locator('svg.arcs g.dim').count(), 1)
  await page.mouse.move(5, 5)
  await page.locator('.text [tabindex="0"]').focus()
  const words = () => page.evaluate('document.activeElement.textContent')
  t.regex(String(await words()), /^Ada Lovelace/)
  await page.keyboard.press('ArrowDown')
  t.regex(String(await words()), /^She/)
  t.is((await lit(page)).length, 2)
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('ArrowRight')
  t.notRegex(String(await words()), /^She/)
  await close()
})

browserTest('a phone shows all of it without sideways scrolling, in light and dark', async (t) => {
  const long = createDocument({ id: 'x'.repeat(200), text: `${'w'.repeat(300)} ${text}`, entities: [] })
  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [320, 390, 768, 1280]) {
      const { page, close } = await openPage([document, long], { viewport: { width, height: 800 }, colorScheme })
      t.true(Number(await sideways(page)) <= 0, `${width} ${colorScheme}`)
      await close()
    }
})

browserTest('hostile text runs nothing', async (t) => {
  const hostile = '</script><script>alert(1)</script><img src=x onerror=alert(1)>"\'><svg onload=alert(1)>'
  const span = { start: 0, end: 20, label: hostile }
  const { page, faults, asked, close } = await openPage([
    createDocument({
      id: hostile,
      text: hostile,
      entities: [span],
      clusters: [[span, { start: 22, end: 30 }]],
      relations: [{ label: hostile, arg1: span, arg2: { start: 22, end: 30 } }],
    }),
  ])
  await page.waitForSelector('.controls')
  t.deepEqual(faults, [])
  t.is(asked.length, 1)
  await close()
})

browserTest('a document of 50,000 words is drawn at once and scrolls', async (t) => {
  const words = Array.from({ length: 50_000 }, (_, i) => (i % 20 === 0 ? `Name${i}\n` : 'word'))
  const long = words.join(' ')
  const entities = [...long.matchAll(/Name\d+/g)].map(({ 0: name, index }) => ({
    start: index,
    end: index + name.length,
    label: 'PER',
    score: 0.9,
  }))
  const relations = entities.slice(1).map((arg2, i) => ({ label: 'knows', arg1: entities[i], arg2 }))
  const { page, faults, close } = await openPage([createDocument({ id: 'long', text: long, entities, relations })])
  await page.waitForSelector('svg.arcs g', { timeout: 20_000 })
  const few = await page.locator('svg.arcs g').count()
  t.true(few > 0 && few < 500, `${few} arcs`)
  await page.evaluate('scrollTo(0, 20000)')
  await page.waitForTimeout(300)
  t.true((await page.locator('svg.arcs g').count()) > 0)
  t.deepEqual(faults, [])
  await close()
})

browserTest('the page: what is typed is drawn, sent on as a link, and copied as JSON', async (t) => {
  const { page, faults, asked, close } = await visit(address, { permissions: ['clipboard-read', 'clipboard-write'] })
  await page.waitForSelector('#drawing article')
  await page.getByLabel('Text').fill('Marie Curie was born in Warsaw. <img src=x onerror=alert(1)>')
  await drawn(page, 'onerror')
  t.regex(await page.locator('#drawing').innerHTML(), /data-l="PER"/)
  t.regex(page.url(), /#Marie%20Curie/)
  await page.getByRole('button', { name: 'Copy JSON' }).click()
  await page.locator('#state', { hasText: 'JSON copied' }).waitFor()
  const copied = JSON.parse(String(await page.evaluate('navigator.clipboard.readText()')))
  t.is(copied.hmtl.entities[0].label, 'PER')
  await page.getByRole('button', { name: 'Tweet' }).click()
  await drawn(page, 'Lakeside')
  t.deepEqual(faults, [])
  t.true(asked.every((url) => url.startsWith(address) || url.startsWith('data:')))
  const again = await visit(`${address}#${encodeURIComponent('Ada saw Oslo.')}`)
  await drawn(again.page, 'Oslo')
  t.is(await again.page.getByLabel('Text').inputValue(), 'Ada saw Oslo.')
  await again.close()
  await close()
})

browserTest('the page fits a phone', async (t) => {
  const { page, close } = await visit(address, { viewport: { width: 390, height: 844 }, colorScheme: 'dark' })
  await page.waitForSelector('#drawing article')
  t.true(Number(await sideways(page)) <= 0)
  await close()
})

/** What axe finds against WCAG 2.2 A and AA: contrast, names, roles, order. */
const violations = async (page: Page): Promise<string[]> => {
  await page.evaluate(readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8'))
  const found = (await page.evaluate(
    "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })",
  )) as { violations: { id: string; nodes: { html: string }[] }[] }
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 200)}`)
}

browserTest('axe finds nothing in drawings and in the page, in light and dark', async (t) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const drawing = await openPage([document], { colorScheme })
    await drawing.page.waitForSelector('svg.arcs g')
    t.deepEqual(await violations(drawing.page), [], colorScheme)
    await drawing.close()
    const { page, close } = await visit(address, { colorScheme })
    await page.waitForSelector('#drawing article')
    t.deepEqual(await violations(page), [], colorScheme)
    await close()
  }
})
