/** Whether a text is marked up as a whole: XML without its declaration, SGML. A word between `<` and `>` is none of it. */

/** What may stand before the first element: declarations, comments. */
const before = /^\s*(?:<(?:\?[^>]*|!--(?:[^-]|-(?!->))*--|![a-z][^>]*)>\s*)*/i
const tag = /<(\/?)([a-z_][\w:.-]*)((?:\s[^<>]*)?)>/gi
const attribute = /\s[\w:.-]+\s*=\s*["']/

/**
 * Whether one element, or one after another, holds all that is there, with others within it or with attributes.
 * @param cut more follows than the head
 */
export const isMarkup = (head: string, cut: boolean): boolean => {
  const begin = before.exec(head)?.[0].length ?? 0
  if (head[begin] !== '<') return false
  const open = new Map<string, number>()
  let [depth, told] = [0, false]
  let root: string | undefined
  tag.lastIndex = begin
  let at = begin
  for (let found = tag.exec(head); found; found = tag.exec(head)) {
    const [, close, name, rest] = found
    if (depth === 0) {
      // A text begins, or goes on, outside of all elements.
      if (close || head.slice(at, found.index).trim() !== '') return false
      root = name
    }
    at = tag.lastIndex
    const isRoot = name === root
    if (!close) {
      told ||= depth === 0 && attribute.test(rest)
      if (rest.endsWith('/')) continue
      open.set(name, (open.get(name) ?? 0) + 1)
      if (isRoot) depth++
    } else if ((open.get(name) ?? 0) > 0) {
      open.set(name, (open.get(name) ?? 0) - 1)
      if (isRoot) depth--
      else told = true
      if (depth === 0) open.clear()
    }
  }
  if (root === undefined || !told) return false
  if (depth > 0) return cut
  // Behind the last element a text may begin; a tag may be cut.
  const rest = head.slice(at).trim()
  return rest === '' || (cut && rest.startsWith('<'))
}
