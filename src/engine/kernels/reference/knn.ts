import type { KnnCaution, KnnColumns, KnnKernels, KnnQuery } from '../knn.ts'
import { scoreReference } from './scores.ts'

type Terms = (x: number, y: number) => readonly number[]

const product: Terms = (x, y) => [1, x * y]
const squares: Terms = (x, y) => [1, x * x, y * y, x * y]
const moments: Terms = (x, y) => [1, x, x * x, 0, y, y * y, x * y, 0]

function adding(terms: Terms): (query: KnnQuery, columns: KnnColumns, sums: Float32Array) => void {
  return (query, { offsets, rows, entries }, sums) => {
    for (const [c, column] of query.columns.entries()) {
      for (let t = offsets[column]!; t < offsets[column + 1]!; t++) {
        const more = terms(query.values[c]!, entries[t]!)
        // float32 products are added as float32, as the compiled kernels do.
        for (const [k, term] of more.entries()) sums[rows[t]! * more.length + k]! += Math.fround(term)
      }
    }
  }
}

function finishing(floats: number, similarity: (sums: Float32Array, row: number) => number) {
  return (sums: Float32Array, { support, shrinkage }: KnnCaution, out: Float32Array): void => {
    for (let row = 0; row < out.length; row++) {
      const own = sums.subarray(row * floats, (row + 1) * floats)
      const n = own[0]!
      out[row] = n < support ? 0 : Math.max(-1, Math.min(1, similarity(own, row))) * (n / (n + shrinkage))
      own.fill(0)
    }
  }
}

const over = (product: number, lengths: number): number => (lengths > 0 ? product / Math.sqrt(lengths) : 0)

/** What the compiled kernels mean, in plain TypeScript, to the last bit. */
export const knnReference: KnnKernels = {
  addProducts: adding(product),
  addSquares: adding(squares),
  addMoments: adding(moments),
  cosineOfAll(sums, all, square, caution, out) {
    finishing(2, (own, row) => over(own[1]!, Math.fround(square) * all[row]!))(sums, caution, out)
  },
  cosineOfCommon: finishing(4, ([, xx, yy, xy]) => over(xy!, xx! * yy!)),
  nearness: finishing(4, ([n, xx, yy, xy]) => 1 / (Math.max(0, xx! + yy! - 2 * xy!) / n! + 1)),
  correlation: finishing(8, ([n, x, xx, , y, yy, xy]) => {
    const varianceOfX = n! * xx! - x! * x!
    const varianceOfY = n! * yy! - y! * y!
    // Less than this share is rounding: the part is constant.
    if (n! < 2 || !(varianceOfX > 1e-5 * (n! * xx!)) || !(varianceOfY > 1e-5 * (n! * yy!))) return 0
    return (n! * xy! - x! * y!) / Math.sqrt(varianceOfX * varianceOfY)
  }),
  topK: (scores, k, ids, best) => scoreReference.topK(scores, k, null, ids, best),
}
