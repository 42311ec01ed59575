/**
 * Lines to columns. The separator is a tab or a run of spaces and nothing else:
 * a no-break space is part of a word, and white space at a line's end is no
 * column. Loops instead of regular expressions, which take quadratic time on
 * long runs of spaces.
 */

const [tab, space] = [9, 32]

const isBlankCode = (code: number): boolean => code === space || code === tab || code === 13

/** Where the spaces and tabs at a line's end begin. */
export const blankEnd = (line: string): number => {
  let end = line.length
  while (end > 0 && isBlankCode(line.charCodeAt(end - 1))) end--
  return end
}

/** A line without the spaces and tabs at its end. */
export const trimBlankEnd = (line: string): string => {
  const end = blankEnd(line)
  return end === line.length ? line : line.slice(0, end)
}

/** Whether a line holds nothing but spaces and tabs. */
export const isBlankLine = (line: string): boolean => {
  for (let i = 0; i < line.length; i++) if (!isBlankCode(line.charCodeAt(i))) return false
  return true
}

/**
 * Columns of a line: between tabs where it has one, else between runs of
 * spaces; nothing of the white space at its end. A tab-separated line may have
 * spaces in its words.
 *
 * @example fieldsOf('New York\tNNP\tI-LOC\t') // ['New York', 'NNP', 'I-LOC']
 */
export const fieldsOf = (line: string): string[] => {
  const text = trimBlankEnd(line)
  return text.includes('\t') ? text.split('\t') : text.split(/ +/)
}

/** Columns of a tab-separated line, the empty ones at its end too: some files leave a column empty there. */
export const tabFieldsOf = (line: string): string[] => {
  let end = line.length
  while (end > 0 && line.charCodeAt(end - 1) === space) end--
  return line.slice(0, end).split('\t')
}

/** A `# key = value` line, which formats with comments put before a sentence. */
export const isKeyValueComment = (line: string): boolean => /^#[ \t]*[^\s=#]+(?: [^\s=]+)?[ \t]*=/.test(line)
