/**
 * Words that yargs takes for something else: `-`, an option without a name, which it drops among positional arguments
 * without a word; and all that stands behind `--`, which it drops too. They are hidden while yargs parses.
 */
// No path begins with this character.
const hidden = '\u0000'

/** The option that stands for `--`: with what is before it, no list goes on with what is behind it. */
export const separator = 'words-follow'

export const hideDashes = (words: readonly string[]): string[] => {
  const at = words.indexOf('--')
  const [before, behind] = at === -1 ? [words, []] : [words.slice(0, at), words.slice(at + 1)]
  return [
    ...before.map((word) => (word === '-' ? `${hidden}-` : word)),
    ...(at === -1 ? [] : [`--${separator}=true`]),
    ...behind.map((word) => (word.startsWith('-') ? `${hidden}${word}` : word)),
  ]
}

/** What is said of words, with the words as they were given. */
export const showWords = (message: string): string => message.replaceAll(hidden, '')

export const showDashes = <Args extends object>(args: Args): Args => {
  const show = (value: unknown): unknown =>
    typeof value === 'string' && value.startsWith(hidden)
      ? value.slice(1)
      : Array.isArray(value)
        ? value.map(show)
        : value
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, show(value)])) as Args
}
