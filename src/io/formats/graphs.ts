/**
 * Graphs of a stream: who is talked about and how they relate, for programs that draw and query graphs. Written only.
 */
import { type GraphNode, graphOf } from '../document/graph.ts'
import type { Document } from '../document/document.ts'
import { type Format, type FormatContext, layersAll, writtenOnly } from '../format.ts'
import { reportNotXml } from '../syntax/xml.ts'
import { xmlText } from '../syntax/plain-xml.ts'

const rounded = (score: number) => Math.round(score * 1e6) / 1e6

const loneSurrogates = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g
const wellFormed = (text: string): string => text.replace(loneSurrogates, '\ufffd')
const xml = (text: string): string =>
  wellFormed(xmlText(text)).replace(/[&<>"\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`)

const keys = [
  ['name', 'node', 'string'],
  ['label', 'node', 'string'],
  ['mentions', 'node', 'int'],
  ['document', 'node', 'string'],
  ['relation', 'edge', 'string'],
  ['score', 'edge', 'double'],
] as const

async function* writeGraphml(documents: AsyncIterable<Document>, { report }: FormatContext): AsyncGenerator<string> {
  const declared = keys.map(
    ([name, of, type]) => `<key id="${name}" for="${of}" attr.name="${name}" attr.type="${type}"/>`,
  )
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n${declared.join('\n')}\n<graph edgedefault="directed">\n`
  const data = (key: string, value: string | number | undefined) =>
    value === undefined ? '' : `<data key="${key}">${xml(String(value))}</data>`
  let index = 0
  for await (const document of documents) {
    const { nodes, edges } = graphOf(document)
    const id = (node: number) => `d${index}n${node}`
    let out = ''
    for (const said of [document.id, ...nodes.flatMap(({ name, label = '' }) => [name, label])])
      reportNotXml(said, document.id, report)
    for (const { label } of edges) reportNotXml(label, document.id, report)
    nodes.forEach(({ name, label, mentions }, node) => {
      out += `<node id="${id(node)}">${data('name', name)}${data('label', label)}${data('mentions', mentions)}${data('document', document.id)}</node>\n`
    })
    for (const { from, to, label, score } of edges)
      out += `<edge source="${id(from)}" target="${id(to)}">${data('relation', label)}${data('score', score === undefined ? undefined : rounded(score))}</edge>\n`
    index++
    yield out
  }
  yield '</graph>\n</graphml>\n'
}

/** Labels of relations are properties, so that a graph can be asked for them by name. */
const vocabulary = 'urn:hmtl:relation:'
const context = {
  '@vocab': vocabulary,
  name: 'http://schema.org/name',
  mentions: 'urn:hmtl:mentions',
  document: 'urn:hmtl:document',
  label: 'http://www.w3.org/2000/01/rdf-schema#label',
  type: '@type',
  id: '@id',
}
const reserved = new Set(Object.keys(context))

/** A label as the end of an IRI. */
const escaped = (label: string): string => encodeURIComponent(wellFormed(label))

/** A property of a node: short where nothing else is meant by it. */
const propertyOf = (label: string): string => (reserved.has(label) ? `${vocabulary}${label}` : escaped(label))

async function* writeJsonld(documents: AsyncIterable<Document>, { report }: FormatContext): AsyncGenerator<string> {
  yield `{"@context":${JSON.stringify(context)},"@graph":[`
  let before = '\n'
  const item = (record: object): string => {
    const out = `${before}${JSON.stringify(record)}`
    before = ',\n'
    return out
  }
  /** Labels by IRI, which has not all of their characters. */
  const labels = new Map<string, string>()
  const iriOf = (kind: string, label: string): string => {
    const iri = `urn:hmtl:${kind}:${escaped(label)}`
    labels.set(iri, label)
    return iri
  }
  let index = 0
  for await (const document of documents) {
    const { nodes, edges } = graphOf(document)
    // Blank, so that graphs of several files do not share nodes.
    const id = (node: number) => `_:d${index}n${node}`
    const records = nodes.map(({ name, label, mentions }: GraphNode, node) => ({
      id: id(node),
      ...(label === undefined ? {} : { type: iriOf('label', label) }),
      name,
      mentions,
      document: document.id,
    }))
    const properties: Record<string, { id: string }[]>[] = nodes.map(() => Object.create(null))
    for (const { from, to, label } of edges) {
      iriOf('relation', label)
      ;(properties[from][propertyOf(label)] ??= []).push({ id: id(to) })
    }
    report.add('score', document.id, 'relations', edges.filter(({ score }) => score !== undefined).length)
    yield records.map((record, node) => item({ ...record, ...properties[node] })).join('')
    index++
  }
  yield `${[...labels].map(([iri, label]) => item({ id: iri, label })).join('')}\n]}\n`
}

const graph = (name: string, summary: string): Omit<Format, 'write'> => ({
  name,
  summary: `${summary} (writing only)`,
  ...writtenOnly(name),
  needsTokens: false,
  carries: layersAll,
  extension: `.${name}`,
})

export const graphml: Format = {
  ...graph('graphml', 'a graph of entities and relations as GraphML, for Gephi, networkx, Neo4j'),
  write: writeGraphml,
}
export const jsonld: Format = {
  ...graph('jsonld', 'a graph of entities and relations as JSON-LD, for triple stores'),
  write: writeJsonld,
}
