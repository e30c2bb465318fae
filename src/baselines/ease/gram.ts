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

/**
 * X'X + ridge on the diagonal, columns x columns, full and symmetric; X by columns and by rows. Column by column, so that the row
 * of the result that is added to stays in the cache.
 */
export function gram(byColumn: SparseRows, byRow: SparseRows, ridge: number): Float64Array {
  const n = byColumn.offsets.length - 1
  const matrix = new Float64Array(n * n)
  // Where each row's entries from the column at hand on start: columns come in ascending order, as a row's entries do.
  const next = byRow.offsets.slice(0, -1)
  for (let i = 0; i < n; i++) {
    const out = matrix.subarray(i * n, (i + 1) * n)
    for (let at = byColumn.offsets[i]!; at < byColumn.offsets[i + 1]!; at++) {
      const row = byColumn.indices[at]!
      const weight = byColumn.weights[at]!
      const end = byRow.offsets[row + 1]!
      for (let other = next[row]!; other < end; other++) out[byRow.indices[other]!]! += weight * byRow.weights[other]!
      next[row]!++
    }
    out[i]! += ridge
  }
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) matrix[j * n + i] = matrix[i * n + j]!
  return matrix
}
