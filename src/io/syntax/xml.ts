/**
 * XML to a plain tree by saxes, which rejects every entity a DTD would define;
 * the DOCTYPE is never resolved. Depth is bounded so that hostile nesting
 * cannot exhaust the stack of whoever walks the tree.
 */
import { SaxesParser } from 'saxes'
import { HmtlError } from '../errors.ts'
import type { LossReport } from '../report.ts'
import { plainXml, type XmlElement, type XmlNode, xmlText } from './plain-xml.ts'

const maxDepth = 64

/** @throws HmtlError `HMTL_INPUT_SYNTAX` with line */
export const parseXml = (text: string, source: string): XmlElement => {
  const plain = plainXml(text, maxDepth)
  if (plain) return plain
  try {
    return parse(text, source, false)
  } catch {
    // Only who has to tell a line must count them.
    return parse(text, source, true)
  }
}

const parse = (text: string, source: string, position: boolean): XmlElement => {
  const parser = new SaxesParser({ position })
  const stack: [string, Record<string, string>, XmlNode[]][] = []
  let root: XmlElement | undefined
  const fail = (message: string) => new HmtlError('HMTL_INPUT_SYNTAX', `XML: ${message}`, { source, line: parser.line })
  parser.on('error', (error) => {
    throw fail(error.message.replace(/^\d+:\d+: /, ''))
  })
  parser.on('opentag', ({ name, attributes }) => {
    if (stack.length >= maxDepth) throw fail(`elements nested deeper than ${maxDepth}`)
    stack.push([name, { ...(attributes as Record<string, string>) }, []])
  })
  const addText = (value: string) => {
    stack[stack.length - 1]?.[2].push(value)
  }
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.on('closetag', () => {
    const element = stack.pop() as XmlElement
    const parent = stack[stack.length - 1]
    if (parent) parent[2].push(element)
    else root = element
  })
  parser.write(text).close()
  if (!root) throw fail('no root element')
  return root
}

export const isElement = (node: XmlNode): node is XmlElement => typeof node !== 'string'

export const childrenNamed = ([, , children]: XmlElement, name: string): XmlElement[] =>
  children.filter((node): node is XmlElement => isElement(node) && node[0] === name)

/** All text below an element. */
export const textOf = ([, , children]: XmlElement): string =>
  children.map((node) => (isElement(node) ? textOf(node) : node)).join('')

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' }
const escapeText = (text: string) => xmlText(text).replace(/[&<>\r]/g, (c) => escapes[c])
const escapeAttribute = (text: string) =>
  escapeText(text).replace(/"/g, '&quot;').replace(/\n/g, '&#10;').replace(/\t/g, '&#9;')

/** Counts a text that XML cannot hold as it is. */
export const reportNotXml = (text: string, document: string, report: LossReport): void => {
  if (xmlText(text) !== text) report.add('control-character', document, JSON.stringify(text).slice(0, 60))
}

/** What XML may not hold is written as U+FFFD. */
export const serializeXml = (node: XmlNode): string => {
  if (!isElement(node)) return escapeText(node)
  const [name, attributes, children] = node
  const list = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escapeAttribute(value)}"`)
    .join('')
  return children.length === 0
    ? `<${name}${list}/>`
    : `<${name}${list}>${children.map(serializeXml).join('')}</${name}>`
}

/** Whether a value from metadata is a tree of the form above. */
export const isXmlElement = (value: unknown, depth = 0): value is XmlElement =>
  Array.isArray(value) &&
  value.length === 3 &&
  depth <= maxDepth &&
  typeof value[0] === 'string' &&
  /^[\w:.-]+$/.test(value[0]) &&
  typeof value[1] === 'object' &&
  value[1] !== null &&
  Object.entries(value[1]).every(([key, item]) => /^[\w:.-]+$/.test(key) && typeof item === 'string') &&
  Array.isArray(value[2]) &&
  value[2].every((child: unknown) => typeof child === 'string' || isXmlElement(child, depth + 1))
