import type { Address } from './views.ts'

/** Scores of many rows for a query, and the best of them. */
export interface ScoreKernels {
  /** out[i] = query . items[i] (+ bias[i]) for all rows of items (n x dim), n = out.length. */
  dotScores(items: Float32Array, dim: number, query: Float32Array, bias: Float32Array | null, out: Float32Array): void
  /** The same for m queries (m x dim) and n items: out is m x n, row-major. */
  scoreBlock(
    queries: Float32Array,
    m: number,
    items: Float32Array,
    n: number,
    dim: number,
    bias: Float32Array | null,
    out: Float32Array,
  ): void
  /** out[i] = 1 / |row i| for out.length rows, 0 for a row of zeros. */
  inverseNorms(table: Float32Array, dim: number, out: Float32Array): void
  /** out[i] = cosine of query and items[i], with inverseNorms() of the items; 0 where either is zero. */
  cosineScores(items: Float32Array, inverse: Float32Array, dim: number, query: Float32Array, out: Float32Array): void
  /**
   * The best k of all `scores`, best first, ties by lower index. Left out: i where excluded[i] is not 0, and scores of
   * -Infinity. Writes indices and scores, and returns how many there are (k or fewer). RangeError on a NaN.
   */
  topK(scores: Float32Array, k: number, excluded: Uint8Array | null, ids: Int32Array, best: Float32Array): number
}

export type ScoreExports = Record<
  'dotScores' | 'scoreBlock' | 'inverseNorms' | 'multiply' | 'topK',
  (...values: number[]) => number
>

/** What topK answers, checked. */
export function checkTop(result: number): number {
  if (result < 0) throw new RangeError(`score ${-1 - result} is not a number`)
  return result
}

export function bindScores(wasm: ScoreExports, at: Address): ScoreKernels {
  const dotScores: ScoreKernels['dotScores'] = (items, dim, query, bias, out) => {
    const n = out.length
    const rows = at(items, n * dim, 'items')
    wasm.dotScores(rows, n, dim, at(query, dim, 'query'), bias ? at(bias, n, 'bias') : 0, at(out, n, 'out'))
  }
  return {
    dotScores,
    scoreBlock(queries, m, items, n, dim, bias, out) {
      const q = at(queries, m * dim, 'queries')
      const added = bias ? at(bias, n, 'bias') : 0
      wasm.scoreBlock(q, m, at(items, n * dim, 'items'), n, dim, added, at(out, m * n, 'out'))
    },
    inverseNorms(table, dim, out) {
      wasm.inverseNorms(at(table, out.length * dim, 'table'), out.length, dim, at(out, 0, 'out'))
    },
    cosineScores(items, inverse, dim, query, out) {
      dotScores(items, dim, query, null, out)
      const norm = Math.hypot(...query.subarray(0, dim))
      const n = out.length
      wasm.multiply(at(out, n, 'out'), at(inverse, n, 'inverse'), norm > 0 ? 1 / norm : 0, n)
    },
    topK(scores, k, excluded, ids, best) {
      const n = scores.length
      if (k < 1) return 0
      const mask = excluded ? at(excluded, n, 'excluded') : 0
      const kept = Math.min(k, n)
      return checkTop(wasm.topK(at(scores, n, 'scores'), n, k, mask, at(ids, kept, 'ids'), at(best, kept, 'best')))
    },
  }
}
