/** Words of a document, as counted for metrics: what stands between white space. */
import type { Document } from '../../io/document/document.ts'

export const wordsOf = ({ text }: Document): number => text.match(/\S+/g)?.length ?? 0
