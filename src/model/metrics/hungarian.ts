/**
 * Maximum-weight one-to-one assignment (Kuhn 1955; the shortest augmenting path
 * form, O(n²m)) over sparse rows of weights. Rows and columns with no weight in
 * common cannot help each other, so each connected component is solved alone:
 * documents of thousands of clusters stay fast.
 */

/** Total weight of the best assignment. `rows[i]` maps a column to its weight, all weights positive. */
export const maximumAssignment = (rows: readonly ReadonlyMap<number, number>[], columns: number): number => {
  const rowsOfColumn: number[][] = Array.from({ length: columns }, () => [])
  rows.forEach((row, i) => {
    for (const column of row.keys()) rowsOfColumn[column].push(i)
  })
  const seen = new Uint8Array(rows.length)
  let total = 0
  for (let start = 0; start < rows.length; start++) {
    if (seen[start] || rows[start].size === 0) continue
    const memberRows: number[] = []
    const memberColumns = new Map<number, number>()
    const queue = [start]
    seen[start] = 1
    for (let row = queue.pop(); row !== undefined; row = queue.pop()) {
      memberRows.push(row)
      for (const column of rows[row].keys()) {
        if (memberColumns.has(column)) continue
        memberColumns.set(column, memberColumns.size)
        for (const next of rowsOfColumn[column]) {
          if (seen[next]) continue
          seen[next] = 1
          queue.push(next)
        }
      }
    }
    total += solve(
      memberRows.map((row) => rows[row]),
      memberColumns,
    )
  }
  return total
}

const solve = (rows: readonly ReadonlyMap<number, number>[], columns: ReadonlyMap<number, number>): number => {
  if (rows.length === 1) return Math.max(...rows[0].values())
  // Padded with columns of no weight, so that every row finds one.
  const [n, m] = [rows.length, Math.max(rows.length, columns.size)]
  const cost = new Float64Array(n * m)
  rows.forEach((row, i) => {
    for (const [column, weight] of row) cost[i * m + (columns.get(column) as number)] = -weight
  })
  const u = new Float64Array(n + 1)
  const v = new Float64Array(m + 1)
  const match = new Int32Array(m + 1)
  const way = new Int32Array(m + 1)
  for (let i = 1; i <= n; i++) {
    match[0] = i
    let column = 0
    const least = new Float64Array(m + 1).fill(Number.POSITIVE_INFINITY)
    const used = new Uint8Array(m + 1)
    do {
      used[column] = 1
      const row = match[column]
      let delta = Number.POSITIVE_INFINITY
      let next = 0
      for (let j = 1; j <= m; j++) {
        if (used[j]) continue
        const reduced = cost[(row - 1) * m + j - 1] - u[row] - v[j]
        if (reduced < least[j]) {
          least[j] = reduced
          way[j] = column
        }
        if (least[j] < delta) {
          delta = least[j]
          next = j
        }
      }
      for (let j = 0; j <= m; j++) {
        if (used[j]) {
          u[match[j]] += delta
          v[j] -= delta
        } else least[j] -= delta
      }
      column = next
    } while (match[column] !== 0)
    do {
      const previous = way[column]
      match[column] = match[previous]
      column = previous
    } while (column !== 0)
  }
  let total = 0
  for (let j = 1; j <= m; j++) if (match[j] > 0) total -= cost[(match[j] - 1) * m + j - 1]
  return total
}
