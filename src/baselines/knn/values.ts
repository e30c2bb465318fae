import type { Csr } from '../../data/interactions.ts'
import type { KnnCaution, KnnColumns, KnnKernels, KnnQuery } from '../../engine/kernels/knn.ts'
import type { NeighbourhoodSettings } from './hyperparameters.ts'

/** What a similarity is made of: which value stands for a rating, and how two rows of values are compared. */
export interface SimilarityRule extends KnnCaution {
  readonly similarity: NeighbourhoodSettings['similarity']
  readonly lengths: NeighbourhoodSettings['lengths']
}

/** What is known of rows and columns to make values from. */
export interface ValueFacts {
  readonly mean: number
  /** Plain mean rating of every column; the overall mean for one without ratings. */
  readonly columnMeans: Float64Array
  readonly columnBiases: Float64Array
}

/** The value that stands for a rating in a column; `rowMean` and `rowBias` are of its row. */
export type AsValue = (rating: number, column: number, rowMean: number, rowBias: number) => number

export function valuesBy({ similarity, lengths }: SimilarityRule, facts: ValueFacts): AsValue {
  const { mean, columnMeans, columnBiases } = facts
  switch (similarity) {
    case 'adjusted-cosine':
      return (rating, column) => rating - columnMeans[column]!
    case 'baseline':
      return (rating, column, _, rowBias) => rating - mean - rowBias - columnBiases[column]!
    case 'pearson': {
      // The correlation of common parts finds its own means; nearer to zero its float32 sums lose less, and with a
      // whole number whole and half stars lose nothing at all.
      const centre = Math.round(mean)
      return lengths === 'common' ? (rating) => rating - centre : (rating, _, rowMean) => rating - rowMean
    }
    default:
      return (rating) => rating
  }
}

/** Floats that a comparison adds up per row. */
export function floatsPerRow({ similarity, lengths }: SimilarityRule): 2 | 4 | 8 {
  if (similarity === 'msd') return 4
  if (lengths === 'all') return 2
  return similarity === 'pearson' ? 8 : 4
}

/** Writes the similarity of the query with every row to `out`; `squares` and `square` are squared lengths of whole rows. */
export function compare(
  kernels: KnnKernels,
  rule: SimilarityRule,
  data: { query: KnnQuery; square: number; columns: KnnColumns; squares: Float32Array; sums: Float32Array },
  out: Float32Array,
): void {
  const { query, square, columns, squares, sums } = data
  const floats = floatsPerRow(rule)
  if (floats === 2) {
    kernels.addProducts(query, columns, sums)
    kernels.cosineOfAll(sums, squares, square, rule, out)
  } else if (floats === 8) {
    kernels.addMoments(query, columns, sums)
    kernels.correlation(sums, rule, out)
  } else {
    kernels.addSquares(query, columns, sums)
    if (rule.similarity === 'msd') kernels.nearness(sums, rule, out)
    else kernels.cosineOfCommon(sums, rule, out)
  }
}

/** The mean of every row, damped towards `overall`: n ratings count n / (n + damping). `overall` for an empty row. */
export function rowMeans({ offsets, values }: Csr, overall: number, damping = 0): Float64Array<ArrayBuffer> {
  const means = new Float64Array(offsets.length - 1)
  for (let row = 0; row < means.length; row++) {
    means[row] = meanOf(values.subarray(offsets[row]!, offsets[row + 1]!), overall, damping)
  }
  return means
}

export function meanOf(ratings: ArrayLike<number>, overall: number, damping: number): number {
  let sum = 0
  for (let n = 0; n < ratings.length; n++) sum += ratings[n]! - overall
  return ratings.length === 0 ? overall : overall + sum / (ratings.length + damping)
}
