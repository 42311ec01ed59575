/** A real browser, where there is one, and pages served to it. */
import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

/** The browser's program; undefined where there is none. */
export const chromiumProgram = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== undefined && existsSync(path))

export const openChromium = (): Promise<Browser> =>
  chromium.launch({ executablePath: chromiumProgram, args: ['--no-sandbox', '--disable-gpu'] })

export interface Visit {
  readonly page: Page
  /** What went wrong in the page. */
  readonly faults: string[]
  /** Addresses that it asked for. */
  readonly asked: string[]
  close(): Promise<void>
}

export const visitIn = async (browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visit> => {
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, ...options })
  const page = await context.newPage()
  const faults: string[] = []
  const asked: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text())
  })
  page.on('request', (request) => asked.push(request.url()))
  page.on('dialog', (dialog) => {
    faults.push('a dialog')
    dialog.dismiss()
  })
  await page.goto(url)
  return { page, faults, asked, close: () => context.close() }
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
}

export interface StaticHost {
  readonly address: string
  close(): Promise<void>
}

/** What any static host does with a folder. @param headers sent with every file */
export const serveFolder = async (folder: string, headers: Record<string, string> = {}): Promise<StaticHost> => {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const inside = normalize(decodeURIComponent(pathname))
    const path = join(folder, inside.endsWith('/') ? `${inside}index.html` : inside)
    if (!existsSync(path) || !statSync(path).isFile()) {
      response.writeHead(404).end()
      return
    }
    response.writeHead(200, {
      'content-type': types[extname(path)] ?? 'application/octet-stream',
      'content-length': statSync(path).size,
      ...headers,
    })
    createReadStream(path).pipe(response)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}
