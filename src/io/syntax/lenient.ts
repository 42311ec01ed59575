/**
 * One annotation that does not fit is left out and counted, and the rest of its
 * document is read. Where most do not fit, the annotations are of another text
 * or counted otherwise, and the document is refused.
 */
import { HmtlError } from '../errors.ts'
import type { FormatContext } from '../format.ts'

export interface Lenient {
  /** What `make` gives; undefined where it throws, which is counted under `kind`. */
  take<T>(kind: string, make: () => T): T | undefined
  /**
   * Reports what was left out. @throws HmtlError the first fault, where there are more faults than annotations that fit
   */
  end(): void
}

export const lenient = (document: string, context: FormatContext): Lenient => {
  let fitting = 0
  const faults: { kind: string; error: HmtlError }[] = []
  return {
    take(kind, make) {
      try {
        const made = make()
        fitting++
        return made
      } catch (error) {
        if (!(error instanceof HmtlError)) throw error
        faults.push({ kind, error })
        return undefined
      }
    },
    end() {
      if (faults.length > fitting) throw faults[0].error
      for (const { kind, error } of faults)
        context.report.add(
          kind,
          document,
          error.line === undefined ? error.summary : `line ${error.line}: ${error.summary}`,
        )
    },
  }
}

/** White space folded, for comparing what an annotation says with what it covers. */
const folded = (text: string): string => text.replace(/\s+/g, ' ').trim()

/** Holds what an annotation says against the text. @throws HmtlError `HMTL_DOCUMENT_OFFSET` */
export const checkCovered = (
  said: string,
  covered: string,
  name: string,
  document: string | undefined,
  line: number | undefined,
  remedy: string,
): void => {
  if (said !== '' && folded(said) !== folded(covered))
    throw new HmtlError(
      'HMTL_DOCUMENT_OFFSET',
      `${name} says "${said.slice(0, 60)}" but its offsets cover "${covered.slice(0, 60)}"`,
      { document, line, remedy },
    )
}
