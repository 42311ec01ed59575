/** The line of progress at the foot of a terminal. Whatever else is written there takes it away first. */

let shown = false

export const clearStatus = (): void => {
  if (!shown) return
  shown = false
  process.stderr.write('\r\u001b[2K')
}

/** @param text without control characters; cut to the terminal's width, since a second row could not be taken away */
export const drawStatus = (text: string, paint: (text: string) => string): void => {
  clearStatus()
  process.stderr.write(paint(text.slice(0, Math.max(1, (process.stderr.columns ?? 80) - 1))))
  shown = true
}

/**
 * Makes data that goes to the same terminal take the line away first.
 * @returns undoes it
 */
export const yieldToData = (): (() => void) => {
  const { stdout } = process
  if (!stdout.isTTY) return () => undefined
  const { write } = stdout
  stdout.write = ((...args: Parameters<typeof write>) => {
    clearStatus()
    return write.apply(stdout, args)
  }) as typeof write
  return () => {
    stdout.write = write
  }
}
