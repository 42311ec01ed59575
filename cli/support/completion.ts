/**
 * What the shell offers for the word under the cursor. yargs makes the script;
 * its own answers end at commands whose options are loaded when they are asked
 * for, which all of ours are.
 */
import yargs from 'yargs'
import { namedModels } from '../../src/models.ts'
import { commands, nameOf } from '../commands.ts'

/** How the shell's script asks. */
export const completionsFlag = '--get-yargs-completions'

interface Options {
  readonly key: Readonly<Record<string, unknown>>
  readonly boolean: readonly string[]
  readonly choices: Readonly<Record<string, readonly string[] | undefined>>
  readonly alias: Readonly<Record<string, readonly string[]>>
}

const general = ['help', 'version', 'config']

/** @param words those of the line, the program first, the one under the cursor last */
export const completions = async (words: readonly string[]): Promise<string[]> => {
  const current = words.at(-1) ?? ''
  const fitting = (all: readonly string[]) => [...new Set(all)].filter((word) => word.startsWith(current))
  const given = words.slice(1, -1)
  const at = given.findIndex((word) => commands.some((command) => nameOf(command) === word))
  if (at === -1) return fitting(commands.map(nameOf))
  const command = commands.find((each) => nameOf(each) === given[at])
  if (!command) return []
  const parser = (await command.load()).builder(yargs([]))
  const options = (parser as unknown as { getOptions(): Options }).getOptions()
  const places = [...command.command.matchAll(/[<[](\w+)/g)].map(([, name]) => name)
  const valuesOf = (name: string): readonly string[] =>
    name === 'model' ? namedModels().map((model) => model.name) : (options.choices[name] ?? [])
  const optionOf = (word: string): string | undefined => {
    if (!word.startsWith('-') || word === '-') return undefined
    const name = word.replace(/^--?/, '')
    return Object.keys(options.alias).find((key) => options.alias[key].includes(name) && key.length > 1) ?? name
  }
  const takesValue = (word: string | undefined): string | undefined => {
    const option = word === undefined ? undefined : optionOf(word)
    return option === undefined ||
      option.includes('=') ||
      options.boolean.includes(option) ||
      general.slice(0, 2).includes(option)
      ? undefined
      : option
  }
  const option = takesValue(given.at(-1))
  if (option !== undefined) return fitting(valuesOf(option))
  if (current.startsWith('-')) {
    const names = Object.keys(options.key).filter((key) => key.length > 1 && !places.includes(key))
    return fitting([...names, ...general].map((name) => `--${name}`))
  }
  const after = given.slice(at + 1)
  const taken = after.filter(
    (word, i) => optionOf(word) === undefined && takesValue(i === 0 ? undefined : after[i - 1]) === undefined,
  ).length
  return taken < places.length ? fitting(valuesOf(places[taken])) : []
}
