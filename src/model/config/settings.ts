/** `key=value` settings, laid over a configuration object. */
import { HmtlError } from '../../io/errors.ts'
import { nearest } from './nearest.ts'
import { isObject, type JsonObject } from './schema.ts'

/** The value is JSON, else a string. */
const settingValue = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const namesIn = (list: readonly unknown[]): string[] =>
  list.flatMap((each) => (isObject(each) && typeof each.name === 'string' ? [each.name] : []))

/**
 * The place of an element of a list, by its number or, where elements have names, by that.
 * @param where the list stands
 * @param whole whether the element itself is given: one more may then be put behind the last
 */
const placeIn = (list: readonly unknown[], key: string, where: string, whole: boolean): number => {
  const named = list.findIndex((each) => isObject(each) && each.name === key)
  const at = /^\d+$/.test(key) ? Number(key) : named
  if (at >= 0 && at < list.length + Number(whole)) return at
  const names = namesIn(list)
  const last = list.length === 1 ? '0' : `0 to ${list.length - 1}`
  const there =
    list.length === 0 ? 'nothing' : names.length > 0 ? `${names.join(', ')}, or ${last} by number` : `${last} by number`
  throw new HmtlError('HMTL_CONFIG_KEY', `"${where}" has no "${key}": there is ${there}`, {
    remedy:
      names.length > 0
        ? `Did you mean "${where}.${nearest(key, names)}"?`
        : list.length > 0
          ? `Name an element by its number, such as "${where}.0"`
          : `Give the whole list: ${where}=[…]`,
  })
}

/**
 * `a.b.0.c=value` laid over a configuration object; an element of a list that has a name goes by it too:
 * `tasks.ner.batch=8`.
 * @throws HmtlError `HMTL_CONFIG_KEY`
 */
export const setPath = (config: JsonObject, assignment: string): void => {
  const at = assignment.indexOf('=')
  if (at < 1) throw new HmtlError('HMTL_CONFIG_KEY', `"${assignment}" is not key=value`)
  const path = assignment.slice(0, at).split('.')
  let node = config
  for (const [i, part] of path.entries()) {
    if (part === '__proto__' || part === 'constructor')
      throw new HmtlError('HMTL_CONFIG_KEY', `"${part}" cannot be set`)
    const last = i === path.length - 1
    const key = Array.isArray(node) ? String(placeIn(node, part, path.slice(0, i).join('.'), last)) : part
    if (last) node[key] = settingValue(assignment.slice(at + 1))
    else {
      if (typeof node[key] !== 'object' || node[key] === null) node[key] = {}
      node = node[key] as JsonObject
    }
  }
}
