import { createKnnKernels, type KnnKernels, type KnnQuery } from '../../engine/kernels/knn.ts'
import type { Simd } from '../../engine/kernels/load.ts'
import { arraysAt, type KnnArrays, type KnnPlaces } from './memory.ts'
import { NearestMean } from './nearest.ts'
import { compare, type SimilarityRule } from './values.ts'

/** What a thread is started with. */
export interface KnnSetup {
  readonly memory: WebAssembly.Memory
  readonly simd: Simd
  readonly places: KnnPlaces
  readonly thread: number
  readonly rule: SimilarityRule
  readonly k: number | null
  readonly minNeighbours: number
  readonly stored: number
}

/** Fill the table for rows `from` to `to`; or mean deviations for rows and, for each, the columns at offsets[n] to offsets[n + 1]. */
export type KnnJob =
  | { readonly kind: 'table'; readonly from: number; readonly to: number }
  | { readonly kind: 'predict'; readonly rows: Int32Array; readonly offsets: Int32Array; readonly columns: Int32Array }

/** Comparisons over the shared memory; one per thread. */
export class KnnWork {
  private readonly setup: KnnSetup
  private readonly kernels: KnnKernels
  private readonly arrays: KnnArrays
  private readonly nearest: NearestMean

  private constructor(setup: KnnSetup, kernels: KnnKernels) {
    this.setup = setup
    this.kernels = kernels
    this.arrays = arraysAt(setup.memory, setup.places)
    this.nearest = new NearestMean(setup.k, setup.minNeighbours, setup.places.squares.length)
  }

  static async start(setup: KnnSetup): Promise<KnnWork> {
    return new KnnWork(setup, await createKnnKernels(setup.memory, setup.simd))
  }

  /** Mean deviations of a `predict` job, in the order of its columns; nothing for a `table` job. */
  run(job: KnnJob): Float64Array {
    if (job.kind === 'table') {
      for (let row = job.from; row < job.to; row++) this.fill(row)
      return new Float64Array(0)
    }
    const means = new Float64Array(job.columns.length)
    for (const [n, row] of job.rows.entries()) {
      this.compareRow(row)
      for (let at = job.offsets[n]!; at < job.offsets[n + 1]!; at++) means[at] = this.mean(job.columns[at]!)
    }
    return means
  }

  /** The mean deviation in a column, by the last comparison; NaN without enough neighbours. */
  mean(column: number): number {
    const { offsets, rows, deviations, threads } = this.arrays
    const start = offsets[column]!
    const end = offsets[column + 1]!
    return this.nearest.of({ similarities: threads[this.setup.thread]!.out, rows, deviations, start, end })
  }

  /** Similarities of a row with all others; with itself it is 0. */
  compareRow(row: number): Float32Array {
    const { rowOffsets, rowColumns, rowValues, squares } = this.arrays
    const start = rowOffsets[row]!
    const end = rowOffsets[row + 1]!
    const query = { columns: rowColumns.subarray(start, end), values: rowValues.subarray(start, end) }
    const out = this.compare(query, squares[row]!)
    out[row] = 0
    return out
  }

  /** The same for ratings that are no row: ascending columns, with their values. */
  compareValues(columns: readonly number[], values: readonly number[]): Float32Array {
    const { queryColumns, queryValues } = this.arrays.threads[this.setup.thread]!
    queryColumns.set(columns)
    queryValues.set(values)
    const query = { columns: queryColumns.subarray(0, columns.length), values: queryValues.subarray(0, columns.length) }
    return this.compare(
      query,
      query.values.reduce((sum, value) => sum + value * value, 0),
    )
  }

  private compare(query: KnnQuery, square: number): Float32Array {
    const { offsets, rows, entries, squares, threads } = this.arrays
    const { sums, out } = threads[this.setup.thread]!
    compare(this.kernels, this.setup.rule, { query, square, columns: { offsets, rows, entries }, squares, sums }, out)
    return out
  }

  private fill(row: number): void {
    const { tableIds, tableSimilarities, tableCounts } = this.arrays
    const { stored } = this.setup
    const out = this.compareRow(row)
    for (let r = 0; r < out.length; r++) if (out[r]! <= 0) out[r] = Number.NEGATIVE_INFINITY
    const start = row * stored
    const ids = tableIds.subarray(start, start + stored)
    tableCounts[row] = this.kernels.topK(out, stored, ids, tableSimilarities.subarray(start, start + stored))
  }
}
