import { instantiateKernels, type Simd } from './load.ts'
import { checkTop } from './scores.ts'
import { addressIn } from './views.ts'

/** A row of ratings that is compared with all others: its columns and its value in each. */
export interface KnnQuery {
  readonly columns: Int32Array
  readonly values: Float32Array
}

/** For every column the rows that have it, ascending, and their values: column c at offsets[c] to offsets[c + 1]. */
export interface KnnColumns {
  readonly offsets: Int32Array
  readonly rows: Int32Array
  readonly entries: Float32Array
}

/** Similarities are multiplied by n / (n + shrinkage), n being the common columns, and are 0 where n < support (at least 1). */
export interface KnnCaution {
  readonly support: number
  readonly shrinkage: number
}

/**
 * Similarities of one row with all others, in two steps: the first adds up what the second needs, over the columns that
 * both have, to `sums` (2, 4 or 8 floats a row); the second writes one similarity a row to `out` and clears `sums`.
 * x are the values of the query, y those of a row. Additions are in float32, in the order of the query's columns.
 */
export interface KnnKernels {
  /** Two floats a row: 1 and x y. */
  addProducts(query: KnnQuery, columns: KnnColumns, sums: Float32Array): void
  /** Four floats a row: 1, x x, y y, x y. */
  addSquares(query: KnnQuery, columns: KnnColumns, sums: Float32Array): void
  /** Eight floats a row: 1, x, x x, 0, y, y y, x y, 0. */
  addMoments(query: KnnQuery, columns: KnnColumns, sums: Float32Array): void
  /** After addProducts: x . y / (|x| |y|) with the lengths of the whole rows, given squared; 0 where one is 0. */
  cosineOfAll(sums: Float32Array, squares: Float32Array, square: number, caution: KnnCaution, out: Float32Array): void
  /** After addSquares: the same with the lengths of the common parts. */
  cosineOfCommon(sums: Float32Array, caution: KnnCaution, out: Float32Array): void
  /** After addSquares: 1 / (1 + mean squared difference of the common parts). */
  nearness(sums: Float32Array, caution: KnnCaution, out: Float32Array): void
  /** After addMoments: Pearson's correlation of the common parts; 0 where one of them is constant. */
  correlation(sums: Float32Array, caution: KnnCaution, out: Float32Array): void
  /** The best k of `scores`, best first, ties by lower index, without those of -Infinity; returns how many there are. */
  topK(scores: Float32Array, k: number, ids: Int32Array, best: Float32Array): number
}

type Exports = Record<Exclude<keyof KnnKernels, 'topK'>, (...values: number[]) => void> & {
  topK(...values: number[]): number
}

/** The kernels over a memory; every array they are given must be a view of it. */
export async function createKnnKernels(memory: WebAssembly.Memory, simd: 'auto' | Simd = 'auto'): Promise<KnnKernels> {
  const wasm = await instantiateKernels<Exports>('knn', memory, simd)
  const at = addressIn(memory)
  type Add = 'addProducts' | 'addSquares' | 'addMoments'
  const adding =
    (name: Add): KnnKernels[Add] =>
    ({ columns, values }, { offsets, rows, entries }, sums) => {
      const n = columns.length
      const query = [at(columns, n, 'columns'), at(values, n, 'values'), n]
      wasm[name](...query, ...[offsets, rows, entries, sums].map((view) => at(view, 0, 'an array')))
    }
  type Finish = 'cosineOfCommon' | 'nearness' | 'correlation'
  const finishing =
    (name: Finish): KnnKernels[Finish] =>
    (sums, { support, shrinkage }, out) => {
      const floats = name === 'correlation' ? 8 : 4
      wasm[name](at(sums, floats * out.length, 'sums'), out.length, support, shrinkage, at(out, 0, 'out'))
    }
  return {
    addProducts: adding('addProducts'),
    addSquares: adding('addSquares'),
    addMoments: adding('addMoments'),
    cosineOfAll(sums, squares, square, { support, shrinkage }, out) {
      const n = out.length
      const places = [at(sums, 2 * n, 'sums'), n, at(squares, n, 'squares')] as const
      wasm.cosineOfAll(...places, square, support, shrinkage, at(out, n, 'out'))
    },
    cosineOfCommon: finishing('cosineOfCommon'),
    nearness: finishing('nearness'),
    correlation: finishing('correlation'),
    topK(scores, k, ids, best) {
      const n = scores.length
      const kept = Math.min(k, n)
      return checkTop(wasm.topK(at(scores, n, 'scores'), n, k, 0, at(ids, kept, 'ids'), at(best, kept, 'best')))
    },
  }
}
