import { throwIfAborted } from '../../core/errors.ts'
import { invertSmall } from './cholesky.ts'
import { type MatrixProduct, plainProduct, runtimeProduct } from './matrix-product.ts'

export interface InvertOptions {
  /** Rows eliminated at a time. Default 256. */
  readonly block?: number
  /** Threads of the matrix product. Default 1. */
  readonly threads?: number
  /** In place of the choice by size: plain loops up to 256 rows, ONNX Runtime above. */
  readonly product?: MatrixProduct
  /** Told how many rows are done after each block. */
  readonly onRows?: (done: number) => void
  readonly signal?: AbortSignal | undefined
}

const plainUpTo = 256

/**
 * Inverts a symmetric positive definite n x n matrix (row-major, both triangles given) in place, in float64: block
 * Gauss-Jordan elimination. The pivots are Schur complements of the matrix and so positive definite themselves: they
 * need no exchange of rows and are inverted by Cholesky; all else is matrix products, 2n^3 operations.
 * Working memory: three panels of block x n. Throws a RangeError for a matrix that is not positive definite.
 */
export async function invertInPlace(a: Float64Array, n: number, options: InvertOptions = {}): Promise<void> {
  if (a.length !== n * n) throw new RangeError(`a matrix of ${n} x ${n} has ${n * n} numbers, not ${a.length}`)
  const { product } = options
  if (product) return eliminate(a, n, product, options)
  if (n <= plainUpTo) return eliminate(a, n, plainProduct, options)
  const runtime = await runtimeProduct(options.threads ?? 1)
  try {
    await eliminate(a, n, runtime.product, options)
  } finally {
    await runtime.release()
  }
}

async function eliminate(a: Float64Array, n: number, product: MatrixProduct, options: InvertOptions): Promise<void> {
  const { block = 256, onRows, signal } = options
  const size = Math.min(block, n)
  const pivotRows = new Float64Array(size * n)
  const zeros = new Float64Array(size * n)
  const result = new Float64Array(size * n)
  for (let from = 0; from < n; from += size) {
    const rows = Math.min(size, n - from)
    const inverse = invertSmall(blockOf(a, n, from, from, rows, rows, 1), rows)
    if (!inverse) throw new RangeError('the matrix is not positive definite')
    // The pivot's own columns become the inverse itself: as if they had held the identity.
    const own = a.slice(from * n, (from + rows) * n)
    for (let i = 0; i < rows; i++) {
      own.fill(0, i * n + from, i * n + from + rows)
      own[i * n + from + i] = 1
    }
    const pivots = pivotRows.subarray(0, rows * n)
    await product(rows, rows, n, inverse, own, zeros.subarray(0, rows * n), pivots)
    for (let other = 0; other < n; other += size) {
      if (other === from) continue
      const count = Math.min(size, n - other)
      const left = blockOf(a, n, other, from, count, rows, -1)
      const stripe = a.subarray(other * n, (other + count) * n)
      for (let i = 0; i < count; i++) stripe.fill(0, i * n + from, i * n + from + rows)
      const out = result.subarray(0, count * n)
      await product(count, rows, n, left, pivots, stripe, out)
      stripe.set(out)
    }
    a.set(pivots, from * n)
    onRows?.(from + rows)
    throwIfAborted(signal, 'inverting the matrix')
  }
}

/** A copy of the block of `rows` x `columns` at (row, column), times `sign`. */
function blockOf(a: Float64Array, n: number, row: number, column: number, rows: number, columns: number, sign: number) {
  const copy = new Float64Array(rows * columns)
  for (let i = 0; i < rows; i++) {
    const at = (row + i) * n + column
    for (let j = 0; j < columns; j++) copy[i * columns + j] = sign * a[at + j]!
  }
  return copy
}
