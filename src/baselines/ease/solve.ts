import { MarqueeError } from '../../core/errors.ts'
import { availableMemory } from '../../engine/memory/available.ts'
import { type InvertOptions, invertInPlace } from '../linear-algebra/invert.ts'
import { gram, type Sparse } from './gram.ts'

/**
 * The item-item weights of EASE, columns x columns, row-major: B[i][j] = -P[i][j] / P[j][j], zero on the diagonal, with
 * P = (X'X + lambda I)^-1 (Steck 2019, equation 8). Where there are fewer rows than columns, P comes from the smaller matrix:
 * P = (I - X'(XX' + lambda I)^-1 X) / lambda (Woodbury), the same numbers for less work.
 * Throws `too-large` where the memory does not suffice.
 */
export function easeWeights(x: Sparse, lambda: number, options: InvertOptions = {}): Promise<Float32Array> {
  const { rows, columns } = x
  const bytes = columns * columns * 4 + (rows < columns ? rows * (rows + columns) : columns * columns) * 8
  if (bytes > availableMemory()) {
    const size = (n: number): string => `${(n / 2 ** 30).toFixed(1)} GiB`
    throw new MarqueeError(
      'too-large',
      `EASE over ${columns} items needs ${size(bytes)} of memory and ${size(availableMemory())} are free`,
      { remedy: 'Keep only items with more ratings (a minimum per item), or choose als.' },
    )
  }
  return rows < columns ? byRows(x, lambda, options) : byColumns(x, lambda, options)
}

async function byColumns(
  { byRow, byColumn, columns: n }: Sparse,
  lambda: number,
  options: InvertOptions,
): Promise<Float32Array> {
  const p = gram(byColumn, byRow, lambda)
  await invertInPlace(p, n, options)
  const weights = new Float32Array(n * n)
  const divisor = Float64Array.from({ length: n }, (_, j) => -1 / p[j * n + j]!)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) weights[i * n + j] = p[i * n + j]! * divisor[j]!
    weights[i * n + i] = 0
  }
  return weights
}

async function byRows(x: Sparse, lambda: number, options: InvertOptions): Promise<Float32Array> {
  const { rows: m, columns: n, byRow, byColumn } = x
  const inverse = gram(byRow, byColumn, lambda)
  await invertInPlace(inverse, m, options)
  // Y = (XX' + lambda I)^-1 X, m x n.
  const y = new Float64Array(m * n)
  for (let u = 0; u < m; u++) {
    const row = y.subarray(u * n, (u + 1) * n)
    for (let v = 0; v < m; v++) {
      const factor = inverse[u * m + v]!
      for (let at = byRow.offsets[v]!; at < byRow.offsets[v + 1]!; at++) {
        row[byRow.indices[at]!]! += factor * byRow.weights[at]!
      }
    }
  }
  const diagonal = new Float64Array(n)
  const sums = new Float64Array(n)
  const addRows = (i: number, add: (row: Float64Array, weight: number) => void): void => {
    for (let at = byColumn.offsets[i]!; at < byColumn.offsets[i + 1]!; at++) {
      const u = byColumn.indices[at]!
      add(y.subarray(u * n, (u + 1) * n), byColumn.weights[at]!)
    }
  }
  for (let i = 0; i < n; i++)
    addRows(i, (row, weight) => {
      diagonal[i]! += weight * row[i]!
    })
  const weights = new Float32Array(n * n)
  for (let i = 0; i < n; i++) {
    sums.fill(0)
    addRows(i, (row, weight) => {
      for (let j = 0; j < n; j++) sums[j]! += weight * row[j]!
    })
    for (let j = 0; j < n; j++) weights[i * n + j] = sums[j]! / (1 - diagonal[j]!)
    weights[i * n + i] = 0
  }
  return weights
}
