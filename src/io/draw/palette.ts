/**
 * Fixed colours of kinds: a tint behind the words, and a darker (on dark pages: a lighter) colour for what is written
 * about them. Every pair is readable by WCAG's AA; a test computes them.
 */

export interface Tint {
  readonly background: string
  readonly label: string
}

export interface Scheme {
  readonly page: string
  readonly text: string
  readonly quiet: string
  readonly line: string
  readonly kinds: readonly Tint[]
}

const tints = (...pairs: readonly (readonly [background: string, label: string])[]): Tint[] =>
  pairs.map(([background, label]) => ({ background, label }))

export const light: Scheme = {
  page: '#ffffff',
  text: '#1b1f24',
  quiet: '#59636e',
  line: '#d5dae0',
  kinds: tints(
    ['#d6e6ff', '#0b4aa0'],
    ['#d3f2dc', '#0c5c2c'],
    ['#ffe3c7', '#8a3b00'],
    ['#cdf1f1', '#075a5e'],
    ['#eadcff', '#5b2bab'],
    ['#efe0d2', '#6b4018'],
    ['#ffd9ea', '#9c1259'],
    ['#ffdcd6', '#a11b0c'],
    ['#fbefb5', '#6a5200'],
    ['#e3e6ea', '#3f4a57'],
    ['#e4f4c0', '#425c00'],
    ['#dfe0ff', '#3a3aa8'],
  ),
}

export const dark: Scheme = {
  page: '#14171c',
  text: '#eceff4',
  quiet: '#9aa4b0',
  line: '#39414b',
  kinds: tints(
    ['#163a6b', '#a9cdff'],
    ['#124a2a', '#95e3b1'],
    ['#5e3410', '#ffc48f'],
    ['#0f4a4d', '#8fe3e6'],
    ['#42287a', '#d3b8ff'],
    ['#4d3520', '#e6c3a0'],
    ['#641c44', '#ffb0d6'],
    ['#6b1d14', '#ffb3a6'],
    ['#544508', '#f5dd7a'],
    ['#37414d', '#c9d3de'],
    ['#3a4a10', '#cfe88a'],
    ['#2f3080', '#bcbeff'],
  ),
}

/** Edges that tell kinds apart once the colours have gone round. */
const edges = ['none', 'dashed', 'dotted', 'double'] as const

/** Classes of the kind of that number: its colour, and how often the colours have gone round. */
export const kindClass = (number: number): string => {
  const count = light.kinds.length
  return `k${number % count}${number < count ? '' : ` v${Math.floor(number / count) % edges.length}`}`
}

const variables = ({ page, text, quiet, line, kinds }: Scheme): string =>
  `--page:${page};--text:${text};--quiet:${quiet};--line:${line};` +
  kinds.map(({ background, label }, i) => `--b${i}:${background};--l${i}:${label}`).join(';')

/** The colours as variables, and the classes that choose among them. */
export const paletteStyle = (): string =>
  `.hmtl{color-scheme:light dark;${variables(light)}}
@media(prefers-color-scheme:dark){.hmtl{${variables(dark)}}}
${light.kinds.map((_, i) => `.hmtl .k${i}{--b:var(--b${i});--l:var(--l${i})}`).join('')}
${edges.map((edge, i) => (i === 0 ? '' : `.hmtl :is(span,button).v${i}{outline:2px ${edge} var(--l);outline-offset:-1px}`)).join('')}
`
