/** Lines of a text with the tokens in them. */
import type { Told } from './told.ts'

export interface Line {
  /** Characters, without the line end. */
  readonly from: number
  readonly to: number
  /** Tokens. */
  readonly begin: number
  readonly end: number
}

/** How a line begins is told by so much of it. */
const mostOpening = 160

export const linesIn = ({ text, tokens }: Told): Line[] => {
  const lines: Line[] = []
  const count = tokens.begin.length
  let token = 0
  for (let from = 0; from < text.length; ) {
    const newline = text.indexOf('\n', from)
    const to = newline === -1 ? text.length : newline
    const begin = token
    while (token < count && tokens.begin[token] < to) token++
    lines.push({ from, to, begin, end: token })
    from = to + 1
  }
  return lines
}

export const openingOf = (text: string, { from, to }: Line): string =>
  text.slice(from, Math.min(to, from + mostOpening))

/** The first token of a line that begins so many characters after its beginning, or later. */
export const tokenFrom = ({ tokens }: Told, line: Line, characters: number): number => {
  let token = line.begin
  while (token < line.end && tokens.begin[token] < line.from + characters) token++
  return token
}
