/**
 * A page of HTML as the text that a reader sees of it: a line a block, white space collapsed as browsers do. Lines are
 * kept with the part of the page that they are in: only at its end is known whether it marks what it is about.
 */
import { type Handler, Parser } from 'htmlparser2'
import { HmtlError } from '../errors.ts'
import { drawnPartOf, isDrawing, isDrawnLabel, isDrawnText, type Part, partOf } from './page-parts.ts'

export interface Page {
  readonly text: string
  readonly title?: string
  readonly lang?: string
  /** What the page says is its address. */
  readonly url?: string
  /** Lines, and elements within them, that are not in the text, by where they are. */
  readonly leftOut: ReadonlyMap<string, number>
}

/** As deep as browsers go. */
const maxDepth = 512

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '))

/** What nobody reads. */
const code = words('script style template title')
/** What is not running text: pictures, controls, what is shown where something fails, how a word is pronounced. */
const besides = words(
  'noscript noembed noframes iframe object audio video canvas svg select datalist textarea button dialog rt rp',
)
/** Blocks with an empty line around them. */
const paragraphs = words(
  'address article aside blockquote body center details dl fieldset figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr main menu nav ol p pre listing xmp plaintext search section table ul',
)
/** Blocks of a line of their own. */
const blocks = words('caption dd div dt figcaption legend li summary tbody td tfoot th thead tr')
const preformatted = words('pre listing xmp plaintext')

interface Line {
  readonly text: string
  /** Line ends before it. */
  readonly breaks: number
  readonly part: Part
}

const collapsed = (text: string): string => text.replace(/[\t\n\f\r ]+/g, ' ').trim()

/** Where a page says what it is about that is its text, else all of it. */
const kept = (lines: readonly Line[], drawing: boolean): ((part: Part) => boolean) => {
  const size = (kind: Part['kind']) =>
    lines.reduce((sum, { text, part }) => sum + (part.kind === kind ? text.length : 0), 0)
  if (drawing || size('main') > 0) return ({ kind }) => kind === 'main'
  // Articles that are less than what stands around them are teasers, or remarks.
  const articles = size('article')
  if (articles > 0 && articles >= size('body')) return ({ kind }) => kind === 'article'
  return () => true
}

/** Without what a page hides until it is all there, which is itself. */
const isHidden = (name: string, { hidden, style }: Readonly<Record<string, string>>): boolean =>
  name !== 'html' &&
  name !== 'body' &&
  ((hidden !== undefined && hidden !== 'until-found') ||
    (style !== undefined && /(?:^|;)\s{0,9}display\s{0,9}:\s{0,9}none/i.test(style.slice(0, 2000))))

const withoutLastLineEnds = (text: string): string => {
  let to = text.length
  while (text[to - 1] === '\n') to--
  return text.slice(0, to)
}

/**
 * @param xhtml `<script/>` is an element that is closed, as it is wherever there is an XML declaration
 * @throws HmtlError `HMTL_INPUT_SYNTAX` where elements are nested deeper than browsers nest them
 */
export const parseHtml = (html: string, xhtml = /^\s*<\?xml\s/.test(html)): Page => {
  const lines: Line[] = []
  const leftOut = new Map<string, number>()
  const count = (what: string) => leftOut.set(what, (leftOut.get(what) ?? 0) + 1)
  /** The line that is growing: its pieces, whether nothing but a line end comes before the next, and a space is due. */
  let line: string[] = []
  let [fresh, space, breaks] = [true, false, 0]
  let depth = 0
  /** Parts of the page that are open, from the outermost on. */
  const parts: { readonly part: Part; readonly depth: number }[] = [{ part: { kind: 'body', name: 'body' }, depth: 0 }]
  /** The element that is passed over, until it is closed. */
  let silent: { readonly name: string; readonly depth: number; counted: boolean } | undefined
  /** Depth of the outermost element whose white space is kept. */
  let pre = 0
  let afterPre = false
  let drawing = false
  let title: string | undefined
  let lang: string | undefined
  let url: string | undefined
  const titled: string[] = []

  const end = (least: number) => {
    const text = withoutLastLineEnds(line.join(''))
    if (text.trim() !== '') {
      lines.push({ text, breaks, part: parts[parts.length - 1].part })
      breaks = 0
    }
    line = []
    fresh = true
    space = false
    breaks = Math.max(breaks, least)
  }
  const addText = (data: string) => {
    if (pre > 0) {
      const text = afterPre && data.startsWith('\n') ? data.slice(1) : data
      afterPre = false
      if (text === '') return
      line.push(text)
      fresh = false
      return
    }
    // A soft hyphen is seen only where a line is broken, which no line is.
    const text = data.replace(/\u00ad/g, '').replace(/[\t\n\f\r ]+/g, ' ')
    const from = text[0] === ' ' ? 1 : 0
    space ||= from === 1
    if (text.length === from) return
    if (!fresh && space) line.push(' ')
    space = text.endsWith(' ')
    line.push(text.slice(from, space ? -1 : undefined))
    fresh = false
  }
  const lineBreak = () => {
    if (fresh && line.length === 0) breaks = lines.length > 0 ? Math.min(2, breaks + 1) : breaks
    else line.push('\n')
    fresh = true
    space = false
  }
  const blockEnds = (name: string): number => (paragraphs.has(name) ? 2 : blocks.has(name) ? 1 : 0)

  const handler: Partial<Handler> = {
    onopentagname() {
      if (++depth > maxDepth)
        throw new HmtlError('HMTL_INPUT_SYNTAX', `HTML: elements nested deeper than ${maxDepth}`, {
          remedy: 'Take its text out first, for example with pandoc -t plain',
        })
    },
    onopentag(name, attributes) {
      if (silent) return
      if (name === 'html') lang ??= attributes.lang || attributes['xml:lang'] || undefined
      if (name === 'link' && /(?:^|\s)canonical(?:\s|$)/i.test(attributes.rel ?? ''))
        url ??= attributes.href || undefined
      if (name === 'body' && isDrawing(attributes)) drawing = true
      const passed = code.has(name) || besides.has(name) ? name : isHidden(name, attributes) ? 'hidden' : undefined
      const label = drawing && pre > 0 && isDrawnLabel(name) ? 'label' : undefined
      const silently = passed ?? label
      if (silently !== undefined) {
        silent = { name: silently, depth, counted: code.has(silently) }
        return
      }
      if (name === 'br') return lineBreak()
      const least = blockEnds(name)
      const { part } = parts[parts.length - 1]
      const inside = drawing ? drawnPartOf(attributes, part) : partOf(name, attributes, part)
      if (least > 0 || inside !== part) end(Math.max(least, 1))
      if (inside !== part) parts.push({ part: inside, depth })
      if (pre === 0 && (preformatted.has(name) || (drawing && isDrawnText(attributes)))) {
        pre = depth
        afterPre = preformatted.has(name)
      }
    },
    ontext(data) {
      if (!silent) return addText(data)
      if (silent.name === 'title' && title === undefined) titled.push(data)
      if (silent.counted || data.trim() === '') return
      silent.counted = true
      count(silent.name)
    },
    onclosetag(name) {
      const closed = depth--
      if (silent) {
        if (silent.depth !== closed) return
        if (name === 'title') title ??= collapsed(titled.join('')) || undefined
        silent = undefined
        return
      }
      const leaves = parts.length > 1 && parts[parts.length - 1].depth === closed
      const least = blockEnds(name)
      if (least > 0 || leaves) end(Math.max(least, 1))
      if (leaves) parts.pop()
      if (pre === closed) pre = 0
    },
  }
  const parser = new Parser(handler, { recognizeSelfClosing: xhtml, recognizeCDATA: xhtml })
  parser.end(html.replace(/\r\n?/g, '\n'))
  end(0)

  const keeps = kept(lines, drawing)
  const out: string[] = []
  for (const { text, breaks: before, part } of lines)
    if (keeps(part)) out.push(out.length > 0 ? '\n'.repeat(Math.max(1, before)) : '', text)
    else count(part.name)
  return {
    text: out.join(''),
    ...(title !== undefined && { title }),
    ...(lang !== undefined && { lang }),
    ...(url !== undefined && { url }),
    leftOut,
  }
}

/** The character set that a page names in its first bytes. */
export const charsetOfPage = (bytes: Buffer): string | undefined => {
  const head = bytes.toString('latin1', 0, 4096)
  return (/^(?:\xef\xbb\xbf)?<\?xml[^>]{0,200}?\bencoding\s*=\s*["']([\w:.-]{1,40})["']/i.exec(head) ??
    /<meta\b[^>]{0,400}?\bcharset\s*=\s*["']?\s*([\w:.-]{1,40})/i.exec(head))?.[1]
}
