/**
 * The pages look as the pictures in docs do: the same pictures are made again and compared by a grid of their colours.
 */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import test from 'ava'
import type { Page } from 'playwright-core'
import { chromiumProgram, openChromium } from '../helpers/chromium.ts'
import { root } from '../helpers/documents.ts'
import { testFolder } from '../helpers/folder.ts'

// Without a browser this is listed as skipped.
const browserTest = chromiumProgram ? test.serial : test.serial.skip

/**
 * Cells a side of the grid: letters that a machine's fonts draw otherwise are averaged away, what stands elsewhere is
 * not.
 */
const cells = 24

/** In the page: a picture as the average colours of its cells. */
const gridOf = `async (url) => {
  const image = new Image()
  image.src = url
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = ${cells}
  const context = canvas.getContext('2d')
  context.imageSmoothingQuality = 'high'
  context.drawImage(image, 0, 0, ${cells}, ${cells})
  return { shape: image.width / image.height, pixels: [...context.getImageData(0, 0, ${cells}, ${cells}).data] }
}`

interface Grid {
  readonly shape: number
  readonly pixels: readonly number[]
}

/** How far two pictures lie apart, 0 to 255: the mean over cells of the largest difference of a colour's parts. */
const difference = async (page: Page, ...paths: readonly [string, string]): Promise<number> => {
  const [one, other] = await Promise.all(
    paths.map((path): Promise<Grid> => {
      const url = `data:image/png;base64,${readFileSync(path).toString('base64')}`
      return page.evaluate(`(${gridOf})(${JSON.stringify(url)})`)
    }),
  )
  if (Math.abs(one.shape - other.shape) > 0.01) return 255
  let sum = 0
  for (let i = 0; i < one.pixels.length; i += 4)
    sum += Math.max(...[0, 1, 2].map((part) => Math.abs(one.pixels[i + part] - other.pixels[i + part])))
  return sum / (cells * cells)
}

browserTest('the pages look as the pictures in docs do, by day and by night', async (t) => {
  t.timeout(300_000)
  const folder = testFolder(t)
  await promisify(execFile)(process.execPath, [root('scripts/screenshots.mjs'), folder], { cwd: root('.') })
  const browser = await openChromium()
  const page = await browser.newPage()
  const pictures = readdirSync(folder).sort()
  t.deepEqual(
    pictures,
    readdirSync(root('docs'))
      .filter((file) => file.endsWith('.png'))
      .sort(),
  )
  for (const picture of pictures) {
    const apart = await difference(page, join(folder, picture), root(`docs/${picture}`))
    t.log(`${picture}: ${apart.toFixed(1)}`)
    t.true(apart < 6, `${picture} looks otherwise (${apart.toFixed(1)}): npm run screenshots, and look`)
  }
  // The measure sees what people would: night is not day.
  t.true((await difference(page, root('docs/serve.png'), root('docs/serve-dark.png'))) > 30)
  await browser.close()
})
