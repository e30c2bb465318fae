import type { Csr } from '../../data/interactions.ts'

/** A sparse matrix in rows with a weight per entry, and the same by columns: only rows and columns that have entries. */
export interface Sparse {
  readonly rows: number
  readonly columns: number
  readonly byRow: SparseRows
  readonly byColumn: SparseRows
}

export interface SparseRows {
  readonly offsets: Int32Array
  readonly indices: Int32Array
  readonly weights: Float64Array
}

/** Numbers the rows that keep at least one entry (weight above 0): place[row], or -1, and the rows kept. */
export function compact(csr: Csr, weightOf: (rating: number) => number): { place: Int32Array; kept: Int32Array } {
  const rows = csr.offsets.length - 1
  const place = new Int32Array(rows).fill(-1)
  const kept: number[] = []
  for (let row = 0; row < rows; row++) {
    for (let at = csr.offsets[row]!; at < csr.offsets[row + 1]!; at++) {
      if (weightOf(csr.values[at]!) === 0) continue
      place[row] = kept.length
      kept.push(row)
      break
    }
  }
  return { place, kept: Int32Array.from(kept) }
}

/** The kept rows of a CSR with their entries of weight above 0, columns renumbered. */
export function weighted(
  csr: Csr,
  kept: Int32Array,
  columnPlace: Int32Array,
  weightOf: (rating: number) => number,
): SparseRows {
  const offsets = new Int32Array(kept.length + 1)
  const indices: number[] = []
  const weights: number[] = []
  for (let k = 0; k < kept.length; k++) {
    const row = kept[k]!
    for (let at = csr.offsets[row]!; at < csr.offsets[row + 1]!; at++) {
      const weight = weightOf(csr.values[at]!)
      if (weight === 0) continue
      indices.push(columnPlace[csr.indices[at]!]!)
      weights.push(weight)
    }
    offsets[k + 1] = indices.length
  }
  return { offsets, indices: Int32Array.from(indices), weights: Float64Array.from(weights) }
}

/** X'X + ridge on the diagonal, columns x columns, full and symmetric: one pass over the pairs of entries of each row. */
export function gram({ offsets, indices, weights }: SparseRows, columns: number, ridge: number): Float64Array {
  const matrix = new Float64Array(columns * columns)
  for (let row = 0; row + 1 < offsets.length; row++) {
    const end = offsets[row + 1]!
    for (let at = offsets[row]!; at < end; at++) {
      const from = indices[at]! * columns
      const weight = weights[at]!
      // Indices ascend within a row, so this fills the upper triangle.
      for (let other = at; other < end; other++) matrix[from + indices[other]!]! += weight * weights[other]!
    }
  }
  for (let i = 0; i < columns; i++) {
    matrix[i * columns + i]! += ridge
    for (let j = i + 1; j < columns; j++) matrix[j * columns + i] = matrix[i * columns + j]!
  }
  return matrix
}
