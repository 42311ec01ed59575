/** Development documents on the page of a training: gold beside what was found, by the drawing that every page has. */
import type { Document } from '../io/document/document.ts'
import { fromJson } from '../io/document/json.ts'
import { comparedLayers } from '../io/draw/compare.ts'
import { drawingKinds, drawLayers, layersIn } from '../io/draw/fragment.ts'
import { drawingScript, startDrawings } from '../io/draw/script.ts'
import { drawingStyle } from '../io/draw/style.ts'

export type ExamplePair = readonly [gold: Document, found: Document]

/** Pairs of the lines of `examples.jsonl`; a line that was not finished is left out. */
export const parseExamples = (text: string): ExamplePair[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line): ExamplePair => {
      const { gold, found } = JSON.parse(line)
      return [fromJson(gold, 'gold'), fromJson(found, 'found')]
    })

/** HTML with its own style and script; nothing where there are none. */
export const drawnExamples = (pairs: readonly ExamplePair[]): string => {
  if (pairs.length === 0) return ''
  const kinds = drawingKinds()
  const articles = pairs.map(([gold, found]) => {
    const layers = comparedLayers(gold, found)
    return drawLayers(layers, kinds, layersIn(layers))
  })
  return `<style>${drawingStyle}</style><h2>Development documents: what was found beside gold</h2><main class="hmtl no-m">${articles.join('\n')}</main><script>${drawingScript}\n${startDrawings}</script>`
}
