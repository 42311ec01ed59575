/**
 * XML without anything unusual, which is nearly all there is, at several times
 * the speed of a whole parser: elements, attributes in double quotes, text with
 * the five named references. Whatever else occurs is for the whole parser.
 */

/** `[name, attributes, children]`; a child is an element or text. Plain JSON, so that it can pass through metadata. */
export type XmlElement = readonly [
  name: string,
  attributes: Readonly<Record<string, string>>,
  children: readonly XmlNode[],
]
export type XmlNode = XmlElement | string

const prolog =
  /^(?:<\?xml version="1\.0"(?: encoding="(?:UTF|utf)-8")?\?>[ \t\n]*)?(?:<!DOCTYPE [A-Za-z][\w.-]*(?: SYSTEM "[^"<>[\]]*")? *>[ \t\n]*)?/
/** Ends of lines of Windows, control characters and halves of surrogate pairs need a closer look, and so does `]]>`. */
const unusual = /[^\t\n\x20-\ud7ff\ue000-\ufffd]|\]\]>/
const startTag = /<([A-Za-z][\w.-]*)/y
const attribute = /[ \t\n]+([A-Za-z][\w.-]*)="([^"<&\t\n]*)"/y
const tagEnd = /[ \t\n]*(\/?)>/y
const reference = /&(amp|lt|gt|quot|apos);/g
const otherReference = /&(?!(?:amp|lt|gt|quot|apos);)/
const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

// biome-ignore lint/suspicious/noControlCharactersInRegex: XML may not hold controls
const notXml = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g

/** A text with U+FFFD in place of every character that XML may not hold, not even by a reference. */
export const xmlText = (text: string): string => text.replace(notXml, '\ufffd')

type Open = readonly [name: string, attributes: Record<string, string>, children: XmlNode[]]

/** The root of a document, or undefined where it is not plain, well-formed or is nested deeper than `maxDepth`. */
export const plainXml = (text: string, maxDepth: number): XmlElement | undefined => {
  if (unusual.test(text)) return undefined
  const match = (pattern: RegExp, from: number): RegExpExecArray | null => {
    pattern.lastIndex = from
    return pattern.exec(text)
  }
  const stack: Open[] = []
  let at = (prolog.exec(text) as RegExpExecArray)[0].length
  for (;;) {
    if (text[at + 1] === '/') {
      const closed = stack.pop()
      if (!closed?.[0] || !text.startsWith(`${closed[0]}>`, at + 2)) return undefined
      at += 3 + closed[0].length
      if (stack.length === 0) return /^[ \t\n]*$/.test(text.slice(at)) ? closed : undefined
    } else {
      const start = match(startTag, at)
      if (!start || stack.length >= maxDepth) return undefined
      at = startTag.lastIndex
      const attributes: Record<string, string> = {}
      for (let found = match(attribute, at); found; found = match(attribute, at)) {
        if (Object.hasOwn(attributes, found[1])) return undefined
        attributes[found[1]] = found[2]
        at = attribute.lastIndex
      }
      const end = match(tagEnd, at)
      if (!end) return undefined
      at = tagEnd.lastIndex
      const element: Open = [start[1], attributes, []]
      stack.at(-1)?.[2].push(element)
      if (end[1] === '') stack.push(element)
      else if (stack.length === 0) return /^[ \t\n]*$/.test(text.slice(at)) ? element : undefined
    }
    const next = text.indexOf('<', at)
    if (next === -1) return undefined
    if (next > at) {
      const said = text.slice(at, next)
      if (said.includes('&')) {
        if (otherReference.test(said)) return undefined
        stack[stack.length - 1][2].push(said.replace(reference, (_, name: string) => named[name]))
      } else stack[stack.length - 1][2].push(said)
    }
    at = next
  }
}
