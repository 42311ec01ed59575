/**
 * Mentions of `Entity=`, as GUM and CorefUD write them. What the parts between
 * hyphens mean, `# global.Entity` declares, in any order; a mention is closed by
 * its group alone, by its first fields, or by all of them.
 */
import type { FormatContext } from '../format.ts'
import type { EntityNode } from './conllu-lines.ts'
import { gather } from '../gather.ts'

/** Where the fields stand in an opening bracket; undefined where none is declared. */
export interface EntityFields {
  readonly group: number | undefined
  readonly label: number | undefined
  readonly head: number | undefined
  /** Heads that CorefUD counts include empty nodes; GUM's minimal spans are of words. */
  readonly headCountsEmpty: boolean
}

/** The declaration among the comments of a document. */
export const globalOf = (lines: readonly string[]): string | undefined => {
  for (const line of lines) {
    const match = /^#\s*global\.Entity\s*=\s*(.*)$/.exec(line)
    if (match) return match[1].trim()
  }
  return undefined
}

/** What is taken for declared where nothing is, and brackets do not tell. */
export const undeclaredGlobal = 'GRP-etype'

/** What closes nothing is taken too, or each of its characters would be looked at as a beginning of it all. */
const bracket = /\(([^()]+)(\))?|[^()]+\)?/g

/** What brackets of two fields and more tell of their order: older files have the type first, then a number. */
export const toldGlobal = (nodes: readonly EntityNode[]): string | undefined => {
  const told = nodes.flatMap(({ entity = '' }) =>
    [...entity.matchAll(bracket)].flatMap(([, opened = '']) => {
      const [first, second] = opened.split('-')
      return second === undefined ? [] : [/^[^\d[]+$/.test(first) && /^\d+$/.test(second)]
    }),
  )
  if (told.length === 0) return undefined
  return 2 * told.filter(Boolean).length > told.length ? 'etype-GRP' : undeclaredGlobal
}

/** The fields of a declaration. */
export const entityFields = (global = undeclaredGlobal): EntityFields => {
  const names = global.split('-')
  const at = (...known: string[]) => {
    const found = names.findIndex((name) => known.includes(name))
    return found === -1 ? undefined : found
  }
  const head = at('minspan', 'MIN', 'head')
  return {
    group: at('GRP', 'eid'),
    label: at('etype', 'entity'),
    head,
    headCountsEmpty: head !== undefined && names[head] === 'head',
  }
}

export interface Located {
  readonly begin: number
  readonly end: number
  /** Undefined where no group is declared. */
  readonly group: string | undefined
  readonly label: string
  readonly head: readonly [number, number] | undefined
}

interface Open {
  /** First token, or -1 for a part of a discontinuous mention. */
  readonly begin: number
  readonly fields: readonly string[]
  /** Its node, in the list of all nodes. */
  readonly node: number
}

interface PlacedNode {
  readonly token: number
  readonly empty: boolean
}

const part = /\[\d+\/\d+\]$/

/**
 * The mentions of a document; `add` its sentences in order, then `close`. A bracket without its other half is counted.
 */
export class EntityBrackets {
  readonly #fields: EntityFields
  readonly #id: string
  readonly #context: FormatContext
  /** Open mentions by what closes them: the group, or the type where there are no groups. */
  readonly #open = new Map<string, Open[]>()
  readonly #nodes: PlacedNode[] = []
  readonly #located: Located[] = []
  readonly #name: number

  constructor(fields: EntityFields, id: string, context: FormatContext) {
    this.#fields = fields
    this.#id = id
    this.#context = context
    this.#name = fields.group ?? fields.label ?? 0
  }

  /** Nodes of a sentence whose first token is `base`. */
  add(nodes: readonly EntityNode[], base: number): void {
    for (const { entity, token, empty } of nodes) {
      const place = { token: base + token, empty }
      this.#nodes.push(place)
      if (entity === undefined) continue
      for (const [item, opened, closed] of entity.matchAll(bracket)) {
        if (opened !== undefined) this.#openNamed(opened, place, closed !== undefined)
        else if (item.endsWith(')')) this.#closeNamed(item, place)
      }
    }
  }

  close(): Located[] {
    for (const [name, left] of this.#open)
      for (const { begin } of left)
        if (begin >= 0) this.#context.report.add('bracket-not-closed', this.#id, `token ${begin} (${name}`)
    return this.#located
  }

  #openNamed(text: string, { token, empty }: PlacedNode, closes: boolean): void {
    const fields = text.split('-')
    const name = fields[this.#name] ?? ''
    const node = this.#nodes.length - 1
    if (part.test(name)) {
      this.#context.report.add('discontinuous-span', this.#id, text.slice(0, 40))
      if (!closes) this.#push(name, { begin: -1, fields, node })
    } else if (closes) this.#locate({ begin: token, fields, node }, empty ? token : token + 1)
    else this.#push(name, { begin: token, fields, node })
  }

  #push(name: string, open: Open): void {
    gather(this.#open, name.replace(part, '[]'), open)
  }

  #closeNamed(item: string, { token, empty }: PlacedNode): void {
    const fields = item.slice(0, -1).split('-')
    // The group alone, or as many fields as the opening bracket has before it.
    const name = (fields.length > this.#name ? fields[this.#name] : fields[fields.length - 1]).replace(part, '[]')
    const open = this.#open.get(name)?.pop()
    if (!open) this.#context.report.add('bracket-not-opened', this.#id, `token ${token} ${item}`)
    else if (open.begin >= 0) this.#locate(open, empty ? token : token + 1)
  }

  /** A mention down to `end`, trimmed to its words: an empty node at either end is none. */
  #locate({ begin, fields, node }: Open, end: number): void {
    if (begin >= end) {
      this.#context.report.add('zero-mention', this.#id, `token ${begin} (${fields.join('-')}`.slice(0, 80))
      return
    }
    const { group, label } = this.#fields
    this.#located.push({
      begin,
      end,
      group: group === undefined ? undefined : (fields[group] ?? ''),
      label: (label !== undefined && fields[label]) || '_',
      head: this.#head(fields, node, begin, end),
    })
  }

  /** The head's tokens, of numbers that count the mention's nodes from 1. */
  #head(fields: readonly string[], node: number, begin: number, end: number): [number, number] | undefined {
    const { head, headCountsEmpty } = this.#fields
    const numbers = head === undefined ? undefined : fields[head]
    if (numbers === undefined || !/^\d+(,\d+)*$/.test(numbers)) return undefined
    const wanted = new Set(numbers.split(',').map(Number))
    let [low, high, count] = [end, begin, 0]
    for (let n = node; n < this.#nodes.length && this.#nodes[n].token < end; n++) {
      const { token, empty } = this.#nodes[n]
      if (empty && !headCountsEmpty) continue
      count++
      if (!wanted.has(count) || empty) continue
      low = Math.min(low, token)
      high = Math.max(high, token + 1)
    }
    return low < high ? [low, high] : undefined
  }
}
