/** Text for a terminal broken between words; sequences that set colours take no room. */

const zeroWidth = /^[\p{M}\p{Cf}]$/u
const wide =
  /^[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]$/u

/** Columns that a text takes, about: wide scripts and emoji two, marks none. */
const columnsOf = (text: string): number => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the test for text that is ASCII alone
  if (/^[\u0000-\u007f]*$/.test(text)) return text.length
  let columns = 0
  for (const character of text) columns += zeroWidth.test(character) ? 0 : wide.test(character) ? 2 : 1
  return columns
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape begins what sets a colour
const piece = /(\u001b\[[\d;]*m)|([ \t]+)|[^ \t\u001b]+/g

const wrapLine = (line: string, width: number): string => {
  let [out, column] = ['', 0]
  let [space, word, wordColumns] = ['', '', 0]
  const put = () => {
    if (column > 0 && column + space.length + wordColumns > width) {
      out += `\n${word}`
      column = wordColumns
    } else {
      out += space + word
      column += space.length + wordColumns
    }
    ;[space, word, wordColumns] = ['', '', 0]
  }
  for (const [text, colour, spaces] of line.matchAll(piece)) {
    if (spaces !== undefined) {
      put()
      space = spaces.replaceAll('\t', ' ')
    } else {
      word += text
      if (colour === undefined) wordColumns += columnsOf(text)
    }
  }
  put()
  return out
}

/**
 * Breaks lines longer than a width at spaces, which go; a word that is longer stays whole, and so does a line that
 * fits.
 * @param width columns
 */
export const wrapped = (text: string, width: number): string =>
  text
    .split('\n')
    .map((line) => wrapLine(line, width))
    .join('\n')
