import { factorise, solveLower, solveUpper } from './cholesky.ts'

/**
 * A small weighted least-squares problem, built row by row and solved by Cholesky:
 * minimise sum w (y - x'b)^2 + b'Rb - 2 b's, that is (sum w x x' + R) b = sum w y x + s. Every alternating solve and
 * every Gibbs draw of the factor models is one of these; one object serves all rows of a side.
 */
export class NormalEquations {
  readonly width: number
  /** Row-major; only the lower triangle counts. */
  readonly matrix: Float64Array
  readonly vector: Float64Array

  constructor(width: number) {
    this.width = width
    this.matrix = new Float64Array(width * width)
    this.vector = new Float64Array(width)
  }

  /** Forgets everything, or starts from a matrix (lower triangle) and a vector. */
  reset(matrix?: Float64Array, vector?: Float64Array): void {
    if (matrix) this.matrix.set(matrix)
    else this.matrix.fill(0)
    if (vector) this.vector.set(vector)
    else this.vector.fill(0)
  }

  /** An observation y of the row of features that starts at `at`. */
  add(features: Float64Array, at: number, weight: number, y: number): void {
    const { width, matrix, vector } = this
    for (let i = 0; i < width; i++) {
      const x = weight * features[at + i]!
      vector[i]! += x * y
      const row = i * width
      for (let j = 0; j <= i; j++) matrix[row + j]! += x * features[at + j]!
    }
  }

  /** An observation whose features are `value` at the given places (ascending) and 0 elsewhere. */
  addSparse(places: Int32Array, value: number, weight: number, y: number): void {
    const { width, matrix, vector } = this
    const square = weight * value * value
    for (let a = 0; a < places.length; a++) {
      const row = places[a]! * width
      vector[places[a]!]! += weight * value * y
      for (let b = 0; b <= a; b++) matrix[row + places[b]!]! += square
    }
  }

  /** Ridge on the first `columns` coefficients: all of them unless given. */
  ridge(strength: number, columns = this.width): void {
    for (let i = 0; i < columns; i++) this.matrix[i * this.width + i]! += strength
  }

  /**
   * Writes the solution to out[at] on. The matrix is replaced by its Cholesky factor (which `draw` uses). Where it is
   * singular to working precision the smallest ridge that helps is added, so that the answer is always finite.
   */
  solve(out: Float64Array, at: number): void {
    this.decompose()
    const { width, matrix, vector } = this
    solveLower(matrix, width, vector)
    solveUpper(matrix, width, vector)
    out.set(vector, at)
  }

  /** After solve: adds to out[at] on a draw with the covariance (sum w x x' + R)^-1; `noise` is standard normal and is overwritten. */
  draw(noise: Float64Array, out: Float64Array, at: number): void {
    solveUpper(this.matrix, this.width, noise)
    for (let i = 0; i < this.width; i++) out[at + i]! += noise[i]!
  }

  private decompose(): void {
    const { width, matrix } = this
    let largest = 0
    for (let i = 0; i < width; i++) largest = Math.max(largest, matrix[i * width + i]!)
    const kept = matrix.slice()
    for (let ridge = largest * 1e-13 || 1; !factorise(matrix, width); ridge *= 10) {
      if (!Number.isFinite(ridge)) throw new RangeError('normal equations with numbers that are not finite')
      matrix.set(kept)
      for (let i = 0; i < width; i++) matrix[i * width + i]! += ridge
    }
  }
}
