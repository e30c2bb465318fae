import { solvePositiveDefinite } from '../linear-solve.ts'

/**
 * The weights w and the intercept b that minimise sum over n of (y_n - w . x_n - b)^2 + l2 |w|^2 + 1e-6 b^2, x_n being row
 * rows[n] of a table: what training would find for a new output column while all else stays as it is.
 * Returns w followed by b.
 */
export function ridge(
  table: Float32Array,
  width: number,
  rows: ArrayLike<number>,
  targets: ArrayLike<number>,
  l2: number,
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
  for (let i = 0; i < n; i++) normal[i * n + i]! += i === width ? 1e-6 : Math.max(l2, 1e-6)
  if (!solvePositiveDefinite(normal, right)) return new Float64Array(n)
  return right
}
