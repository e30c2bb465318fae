/**
 * Cholesky factorisation in place: the lower triangle of a symmetric positive definite n x n matrix (row-major; the upper
 * triangle is neither read nor written) becomes L with A = L L'. False where a pivot is not positive, and then the
 * triangle is half overwritten. `stride` is the length of a row, n unless given.
 */
export function factorise(a: Float64Array, n: number, stride = n): boolean {
  for (let i = 0; i < n; i++) {
    const row = i * stride
    for (let j = 0; j <= i; j++) {
      const other = j * stride
      let sum = a[row + j]!
      for (let k = 0; k < j; k++) sum -= a[row + k]! * a[other + k]!
      if (j < i) a[row + j] = sum / a[other + j]!
      else if (sum > 0) a[row + i] = Math.sqrt(sum)
      else return false
    }
  }
  return true
}

/** Overwrites x with L^-1 x. */
export function solveLower(l: Float64Array, n: number, x: Float64Array, stride = n): void {
  for (let i = 0; i < n; i++) {
    let sum = x[i]!
    for (let k = 0; k < i; k++) sum -= l[i * stride + k]! * x[k]!
    x[i] = sum / l[i * stride + i]!
  }
}

/** Overwrites x with L'^-1 x: of a standard normal x it makes a draw with the covariance (L L')^-1. */
export function solveUpper(l: Float64Array, n: number, x: Float64Array, stride = n): void {
  for (let i = n - 1; i >= 0; i--) {
    const value = x[i]! / l[i * stride + i]!
    x[i] = value
    // By rows of L, which lie together, rather than by its columns.
    for (let k = 0; k < i; k++) x[k]! -= l[i * stride + k]! * value
  }
}

/** The inverse of a symmetric positive definite matrix, full and symmetric; null where it is not positive definite. */
export function invertSmall(a: Float64Array, n: number): Float64Array<ArrayBuffer> | null {
  const l = a.slice()
  if (!factorise(l, n)) return null
  const inverse = new Float64Array(n * n)
  const column = new Float64Array(n)
  for (let j = 0; j < n; j++) {
    column.fill(0)
    column[j] = 1
    solveLower(l, n, column)
    solveUpper(l, n, column)
    inverse.set(column, j * n)
  }
  return inverse
}
