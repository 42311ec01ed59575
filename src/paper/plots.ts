/**
 * Pictures of the paper's page: learning curves with the range of their seeds, differences with their intervals. SVG,
 * no script.
 */
import { escaped } from '../report/page.ts'

const [width, height, margin] = [420, 240, 40]
const hues = [210, 20, 130, 280, 50, 330]
const colourOf = (i: number): string => `hsl(${hues[i % hues.length]} 60% var(--tone))`

export interface Curve {
  readonly name: string
  /** Score in F1 points by own updates, its least and its most over seeds. */
  readonly points: readonly (readonly [updates: number, mean: number, low: number, high: number])[]
}

/** Curves of one task, a colour a row; `order` gives a name its colour. */
export const curvesPlot = (title: string, curves: readonly Curve[], order: readonly string[]): string => {
  const all = curves.flatMap(({ points }) => points)
  if (all.length === 0) return ''
  const right = Math.max(...all.map(([x]) => x))
  const top = Math.ceil(Math.max(...all.map(([, , , high]) => high)) / 10) * 10
  const x = (value: number): number => margin + (value / right) * (width - margin - 10)
  const y = (value: number): number => height - 26 - (value / top) * (height - 40)
  const place = (a: number, b: number): string => `${x(a).toFixed(1)},${y(b).toFixed(1)}`
  const grid = Array.from({ length: 5 }, (_, i) => (i * top) / 4).map(
    (value) =>
      `<line x1="${margin}" x2="${width - 10}" y1="${y(value)}" y2="${y(value)}"/><text x="${margin - 6}" y="${y(value) + 4}" text-anchor="end">${value}</text>`,
  )
  const drawn = curves.map(({ name, points }) => {
    const colour = colourOf(order.indexOf(name))
    const band = [...points.map(([a, , , b]) => place(a, b)), ...points.map(([a, , b]) => place(a, b)).reverse()]
    return `<polygon style="fill:${colour};opacity:.18" points="${band.join(' ')}"/><polyline class="line" style="stroke:${colour}" points="${points.map(([a, b]) => place(a, b)).join(' ')}"><title>${escaped(name)}</title></polyline>`
  })
  const legend = curves.map(
    ({ name }) => `<span style="color:${colourOf(order.indexOf(name))}">■ ${escaped(name)}</span>`,
  )
  return `<figure><figcaption>${escaped(title)} ${legend.join(' ')}</figcaption><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}"><g class="rules">${grid.join('')}</g>${drawn.join('')}<text x="${width - 10}" y="${height - 8}" text-anchor="end">${Math.round(right).toLocaleString('en-US')} updates of its own</text></svg></figure>`
}

export interface Bar {
  readonly label: string
  /** F1 points. */
  readonly mean: number
  readonly low: number
  readonly high: number
  readonly paper?: number | undefined
  readonly hue: number
}

/** Differences, a line each: a dot and its interval, a mark where the paper has it. */
export const differencesPlot = (title: string, bars: readonly Bar[]): string => {
  if (bars.length === 0) return ''
  const [left, row, wide] = [300, 24, 720]
  const reach = Math.max(2, ...bars.flatMap(({ low, high, paper = 0 }) => [-low, high, Math.abs(paper)]))
  const x = (value: number): number => left + ((value + reach) / (2 * reach)) * (wide - left - 20)
  const tall = bars.length * row + 34
  const marks = bars.map(({ label, mean, low, high, paper, hue }, i) => {
    const y = i * row + 16
    const colour = `hsl(${hue} 60% var(--tone))`
    const of =
      paper === undefined
        ? ''
        : `<path d="M${x(paper)} ${y - 6}l5 6l-5 6l-5 -6z" style="fill:none;stroke:var(--soft)"><title>the paper: ${paper}</title></path>`
    return `<text x="${left - 12}" y="${y + 4}" text-anchor="end">${escaped(label)}</text><line x1="${x(low)}" x2="${x(high)}" y1="${y}" y2="${y}" style="stroke:${colour};stroke-width:2"/><circle cx="${x(mean)}" cy="${y}" r="4" style="fill:${colour}"><title>${mean.toFixed(1)}, from ${low.toFixed(1)} to ${high.toFixed(1)}</title></circle>${of}`
  })
  const ticks = [-reach, -reach / 2, 0, reach / 2, reach].map(
    (value) =>
      `<text x="${x(value)}" y="${tall - 6}" text-anchor="middle">${value > 0 ? '+' : ''}${value.toFixed(1)}</text>`,
  )
  return `<figure><figcaption>${escaped(title)}</figcaption><svg viewBox="0 0 ${wide} ${tall}" style="max-height:none" role="img" aria-label="${escaped(title)}"><g class="rules"><line x1="${x(0)}" x2="${x(0)}" y1="4" y2="${tall - 22}"/></g>${marks.join('')}${ticks.join('')}</svg></figure>`
}
