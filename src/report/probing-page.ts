/**
 * Probing as a page: accuracies by layer and task, shaded by how far they are above the majority's, the paper's beside
 * them.
 */
import { escaped, framed, page, shade } from './page.ts'
import { paperProbing } from './paper.ts'
import { probingTasks } from '../probing/probing.ts'

/** @param scores accuracies as fractions, by row and task; the row "majority" is what others are shaded against */
export const probingReport = (
  model: string,
  tasks: readonly string[],
  scores: Readonly<Record<string, Readonly<Record<string, number>>>>,
  sizes: Readonly<Record<string, { readonly train: number; readonly test: number; readonly classes: number }>>,
): string => {
  const highest = Object.fromEntries(
    tasks.map((task) => [task, Math.max(...Object.values(scores).map((by) => by[task]))]),
  )
  const cell = (task: string, value: number) => {
    const chance = scores.majority?.[task] ?? 0
    const share = Math.max(0, Math.min(1, (value - chance) / Math.max(1e-9, highest[task] - chance)))
    return `<td style="${shade(210, share)}">${(100 * value).toFixed(1)}</td>`
  }
  const own = Object.entries(scores).map(
    ([row, by]) => `<tr><td>${escaped(row)}</td>${tasks.map((task) => cell(task, by[task])).join('')}</tr>`,
  )
  const columns = tasks.map((task) => probingTasks.findIndex(({ name }) => name === task))
  const paper = Object.entries(paperProbing).map(
    ([row, values]) =>
      `<tr><td>${escaped(row)}</td>${columns.map((column) => `<td>${values[column].toFixed(1)}</td>`).join('')}</tr>`,
  )
  const head = (first: string) =>
    `<tr><th>${first}</th>${tasks.map((task) => `<th>${escaped(task)}</th>`).join('')}</tr>`
  const count = (pick: 'train' | 'test' | 'classes') =>
    `<tr><td>${pick === 'classes' ? 'classes' : `sentences to ${pick}`}</td>${tasks.map((task) => `<td>${sizes[task][pick].toLocaleString('en-US')}</td>`).join('')}</tr>`
  return page(
    `Probing ${model}`,
    `<p>Accuracy in percent of a linear classifier on frozen sentence vectors (Conneau et al. 2018). The stronger the shade, the further above the majority class towards the best of the column.</p>${framed(`${head('layer')}${own.join('')}`)}<h2>Data</h2>${framed(`${head('')}${(['train', 'test', 'classes'] as const).map(count).join('')}`)}<h2>The paper’s table 8</h2><p>On SentEval’s own data, 100,000 sentences to train on.</p>${framed(`${head('layer')}${paper.join('')}`)}`,
  )
}
