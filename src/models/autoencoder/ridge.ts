import { solvePositiveDefinite } from '../linear-solve.ts'

/** What the intercept is held back by, and the least that the weights are: enough for a solution where there is none without. */
const least = 1e-6

/**
 * The weights w and the intercept b that minimise sum over n of (y_n - w . x_n - b)^2 + l2 |w|^2 + 1e-6 b^2, x_n being row
 * rows[n] of a table: what training would find for a new output column while all else stays as it is.
 * Returns w followed by b. The work grows with the square of the smaller of rows and width: profiles are mostly shorter than hidden layers.
 */
export function ridge(
  table: Float32Array,
  width: number,
  rows: ArrayLike<number>,
  targets: ArrayLike<number>,
  l2: number,
): Float64Array {
  const held = Math.max(l2, least)
  return rows.length <= width ? byRows(table, width, rows, targets, held) : byColumns(table, width, rows, targets, held)
}

/** (X'X + D) w = X'y with the intercept as a last column of ones, D the penalties. */
function byColumns(
  table: Float32Array,
  width: number,
  rows: ArrayLike<number>,
  targets: ArrayLike<number>,
  held: number,
): Float64Array {
  const n = width + 1
  const normal = new Float64Array(n * n)
  const right = new Float64Array(n)
  const x = new Float64Array(n)
  x[width] = 1
  for (let r = 0; r < rows.length; r++) {
    for (let d = 0; d < width; d++) x[d] = table[rows[r]! * width + d]!
    for (let i = 0; i < n; i++) {
      right[i]! += x[i]! * targets[r]!
      for (let j = 0; j <= i; j++) normal[i * n + j]! += x[i]! * x[j]!
    }
  }
  for (let i = 0; i < n; i++) normal[i * n + i]! += i === width ? least : held
  if (!solvePositiveDefinite(normal, right)) return new Float64Array(n)
  return right
}

/** The same w as D^-1 X'a, where (X D^-1 X' + I) a = y: one unknown for each row. */
function byRows(
  table: Float32Array,
  width: number,
  rows: ArrayLike<number>,
  targets: ArrayLike<number>,
  held: number,
): Float64Array {
  const n = rows.length
  const weights = new Float64Array(width + 1)
  const gram = new Float64Array(n * n)
  for (let r = 0; r < n; r++) {
    const at = rows[r]! * width
    for (let s = 0; s <= r; s++) {
      const other = rows[s]! * width
      let dot = 0
      for (let d = 0; d < width; d++) dot += table[at + d]! * table[other + d]!
      gram[r * n + s] = dot / held + 1 / least
    }
    gram[r * n + r]! += 1
  }
  const shares = Float64Array.from(targets)
  if (!solvePositiveDefinite(gram, shares)) return weights
  for (let r = 0; r < n; r++) {
    const at = rows[r]! * width
    const share = shares[r]! / held
    for (let d = 0; d < width; d++) weights[d]! += share * table[at + d]!
    weights[width]! += shares[r]! / least
  }
  return weights
}
