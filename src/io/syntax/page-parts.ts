/** Parts of a page: what it is about, and what stands around that. */

export interface Part {
  /** `main` and `article` are what the page is about, `beside` what is left out where one of them is there. */
  readonly kind: 'body' | 'main' | 'article' | 'beside'
  /** The element that it is, for who counts what was left out. */
  readonly name: string
}

/** Elements that a role makes of others. */
const ofRole: Readonly<Record<string, string>> = {
  main: 'main',
  article: 'article',
  navigation: 'nav',
  banner: 'header',
  contentinfo: 'footer',
  complementary: 'aside',
  search: 'form',
}

const around = new Set(['nav', 'header', 'footer', 'aside', 'form', 'search'])

/** The part that an element begins within another, or the other where it begins none. */
export const partOf = (name: string, { role }: Readonly<Record<string, string>>, within: Part): Part => {
  const as = role !== undefined && Object.hasOwn(ofRole, role) ? ofRole[role] : name
  const about = within.kind === 'main' || within.kind === 'article'
  if (as === 'main') return within.kind === 'main' ? within : { kind: 'main', name: 'main' }
  if (as === 'article')
    // A form around a whole page is the program's that made it; articles beside the text are teasers.
    return about || (within.kind === 'beside' && within.name !== 'form') ? within : { kind: 'article', name: 'article' }
  if (!around.has(as) || within.kind === 'beside') return within
  // The header of an article has its title; a form around everything is no form.
  return as === (about ? 'header' : 'form') ? within : { kind: 'beside', name: as }
}

const hasClass = (attributes: Readonly<Record<string, string>>, name: string): boolean =>
  (attributes.class ?? '').slice(0, 1000).split(/\s+/).includes(name)

/** Whether a body is that of a page that was drawn of documents (`io/draw`). */
export const isDrawing = (attributes: Readonly<Record<string, string>>): boolean => hasClass(attributes, 'hmtl')

/** Whether an element of such a page holds the text of a document. */
export const isDrawnText = (attributes: Readonly<Record<string, string>>): boolean => hasClass(attributes, 'text')

/** Whether an element within such a text says what was found there: all else of it is the text's own. */
export const isDrawnLabel = (name: string): boolean => name === 'b' || name === 'sup'

/** The part that an element of such a page begins. */
export const drawnPartOf = (attributes: Readonly<Record<string, string>>, within: Part): Part =>
  isDrawnText(attributes) ? { kind: 'main', name: 'main' } : within
