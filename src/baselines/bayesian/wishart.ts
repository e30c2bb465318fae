import type { Random } from '../../core/random.ts'
import { factorise, solveUpper } from '../linear-algebra/cholesky.ts'

/** A draw from the gamma distribution of this shape and rate (mean shape / rate); Marsaglia and Tsang 2000. */
export function drawGamma(shape: number, rate: number, random: Random): number {
  if (shape < 1) {
    // The boost of their section 6: a draw of shape + 1 times a power of a uniform.
    return drawGamma(shape + 1, rate, random) * (1 - random.float()) ** (1 / shape)
  }
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = random.normal()
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(1 - random.float()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return (d * v) / rate
  }
}

/**
 * A draw from the Wishart distribution with the scale whose inverse is given, by Bartlett's decomposition: its mean is
 * degrees times the scale. n x n, full and symmetric; degrees > n - 1.
 */
export function drawWishart(inverseScale: Float64Array, n: number, degrees: number, random: Random): Float64Array {
  const l = inverseScale.slice()
  if (!factorise(l, n)) throw new RangeError('the inverse scale of a Wishart must be positive definite')
  // Rows of A' for a lower-triangular A of Bartlett: A[i][i]^2 is chi-squared, below it standard normal.
  // With inverse scale L L', the scale is C C' for C = L'^-1, and the draw is (C A)(C A)'.
  const columns = Array.from({ length: n }, (_, j) => {
    const column = new Float64Array(n)
    column[j] = Math.sqrt(drawGamma((degrees - j) / 2, 0.5, random))
    for (let i = j + 1; i < n; i++) column[i] = random.normal()
    solveUpper(l, n, column)
    return column
  })
  const draw = new Float64Array(n * n)
  for (const column of columns) {
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) draw[i * n + j]! += column[i]! * column[j]!
  }
  return draw
}

/** The hyper-parameters of one side: rows are distributed as N(mean, precision^-1). */
export interface Normal {
  readonly mean: Float64Array
  /** n x n, full and symmetric. */
  readonly precision: Float64Array
}

/**
 * A draw of a side's mean and precision given its rows, under the normal-Wishart prior of Salakhutdinov and Mnih 2008
 * (equation 14): mean 0 with the strength of `beta` rows, scale the identity, n degrees of freedom. `rows` has
 * `count` rows of n numbers, the first at `start`, `stride` apart; `use` tells which of them count.
 */
export function drawNormalWishart(
  rows: Float64Array,
  layout: { readonly start: number; readonly stride: number; readonly n: number },
  use: (row: number) => boolean,
  random: Random,
  beta = 2,
): Normal {
  const { start, stride, n } = layout
  const average = new Float64Array(n)
  let count = 0
  const total = rows.length / stride
  for (let r = 0; r < total; r++) {
    if (!use(r)) continue
    count++
    for (let k = 0; k < n; k++) average[k]! += rows[r * stride + start + k]!
  }
  if (count > 0) for (let k = 0; k < n; k++) average[k]! /= count
  // Inverse scale of the posterior: I + scatter + (beta count / (beta + count)) average average'.
  const inverse = new Float64Array(n * n)
  const difference = new Float64Array(n)
  for (let r = 0; r < total; r++) {
    if (!use(r)) continue
    for (let k = 0; k < n; k++) difference[k] = rows[r * stride + start + k]! - average[k]!
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) inverse[i * n + j]! += difference[i]! * difference[j]!
  }
  const shrink = (beta * count) / (beta + count)
  for (let i = 0; i < n; i++) {
    inverse[i * n + i]! += 1
    for (let j = 0; j <= i; j++) {
      inverse[i * n + j]! += shrink * average[i]! * average[j]!
      inverse[j * n + i] = inverse[i * n + j]!
    }
  }
  const precision = drawWishart(inverse, n, n + count, random)
  const covariance = precision.map((x) => x * (beta + count))
  if (!factorise(covariance, n)) throw new RangeError('the draw of a precision is not positive definite')
  const mean = Float64Array.from({ length: n }, () => random.normal())
  solveUpper(covariance, n, mean)
  for (let k = 0; k < n; k++) mean[k]! += (count * average[k]!) / (beta + count)
  return { mean, precision }
}
