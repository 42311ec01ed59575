/** Text whose lines were broken to be joined again (`format=flowed`, RFC 3676). */

const signature = '-- '

/** How many marks of quoting a line begins with. */
const depthOf = (line: string): number => {
  let depth = 0
  while (line[depth] === '>') depth++
  return depth
}

/**
 * Lines that end with a space are one with the next of the same depth of quoting, whose marks are not repeated.
 * @param delSp the space at the end of such a line is none of the text's
 */
export const unflowed = (text: string, delSp: boolean): string => {
  const lines: string[] = []
  /** Parts of a line that goes on, joined once: it may have thousands. */
  let open: string[] = []
  let before = 0
  const close = () => {
    if (open.length > 0) lines.push(open.join(''))
    open = []
  }
  for (const given of text.split(/\r?\n/)) {
    const depth = depthOf(given)
    const line = given.slice(given[depth] === ' ' ? depth + 1 : depth)
    // A line that would go on in another depth, or after which a signature comes, ends nevertheless.
    if (depth !== before || line === signature) close()
    before = depth
    if (open.length === 0 && depth > 0) open.push('>'.repeat(depth), line === '' ? '' : ' ')
    const flows = line.endsWith(' ') && line !== signature
    open.push(flows && delSp ? line.slice(0, -1) : line)
    if (!flows) close()
  }
  close()
  return lines.join('\n')
}
