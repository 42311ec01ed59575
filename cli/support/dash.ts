/**
 * `-` as an argument. yargs takes it for an option without a name and drops it, among
 * positional arguments without a word; so it is hidden while yargs parses.
 */
// No path has this character.
const hidden = '\u0000-'

export const hideDashes = (words: readonly string[]): string[] => words.map((word) => (word === '-' ? hidden : word))

export const showDashes = <Args extends object>(args: Args): Args => {
  const show = (value: unknown): unknown => (value === hidden ? '-' : Array.isArray(value) ? value.map(show) : value)
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, show(value)])) as Args
}
