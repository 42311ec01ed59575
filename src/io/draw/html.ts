/**
 * Documents as one self-contained page, written piece by piece: a picture without script, something to explore with it.
 * It asks nobody for anything, which its policy also says.
 */
import { createHash } from 'node:crypto'
import type { Document } from '../document/document.ts'
import { drawFragment, drawingKinds, type Kinds } from './fragment.ts'
import { drawingScript, startDrawings } from './script.ts'
import { escaped } from './spans.ts'
import { drawingStyle } from './style.ts'

const frame = 'body{margin:0}main{max-width:76rem;margin:0 auto;padding:1.4rem clamp(.9rem,3vw,2rem)}'
const script = `${drawingScript}\n${startDrawings}`
const hash = createHash('sha256').update(script).digest('base64')
const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`

/** A page around articles; each piece is written before the next is made. */
export async function* pageOf(articles: AsyncIterable<string>, title: string): AsyncGenerator<string> {
  yield `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escaped(title)}</title><style>${drawingStyle}${frame}</style></head><body class="hmtl"><main class="hmtl no-m"><h1>${escaped(title)}</h1>\n`
  for await (const article of articles) yield `${article}\n`
  yield `</main><script>${script}</script></body></html>\n`
}

/** Articles of documents, one by one. */
export async function* fragments(
  documents: AsyncIterable<Document>,
  kinds: Kinds = drawingKinds(),
): AsyncGenerator<string> {
  for await (const document of documents) yield drawFragment(document, kinds)
}

/** The page, piece by piece, so that any number of documents needs memory for one. */
export const htmlPage = (documents: AsyncIterable<Document>, title = 'hmtl'): AsyncGenerator<string> =>
  pageOf(fragments(documents), title)
