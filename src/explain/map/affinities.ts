import type { Nearest } from './points.ts'

/** A sparse symmetric matrix: row p's entries stand at offsets[p] to offsets[p + 1], columns ascending. */
export interface Affinities {
  readonly offsets: Int32Array
  readonly indices: Int32Array
  /** They sum to 1 over the matrix. */
  readonly values: Float64Array
}

const tolerance = 1e-5
const rounds = 100

/**
 * The joint probabilities P of t-SNE (van der Maaten and Hinton 2008, equations 1 and 2; over neighbours only, van der
 * Maaten 2014, section 4.1): a Gaussian at each point, its width found by bisection so that the entropy of its row is
 * log(perplexity), then symmetrised: (p_j|i + p_i|j) / 2n.
 */
export function affinities({ k, indices, squared }: Nearest, perplexity: number): Affinities {
  const n = indices.length / k
  const conditional = new Float64Array(n * k)
  for (let p = 0; p < n; p++) {
    gaussianRow(squared.subarray(p * k, p * k + k), Math.log(perplexity), conditional.subarray(p * k, p * k + k))
  }
  return symmetrised(n, k, indices, conditional)
}

/** exp(-beta d) normalised into `row`, beta found so that its entropy is `entropy` nats. */
function gaussianRow(squared: Float64Array, entropy: number, row: Float64Array): void {
  const nearestOne = squared[0]!
  let beta = 1
  let low = 0
  let high = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round++) {
    let sum = 0
    let weighted = 0
    for (let j = 0; j < row.length; j++) {
      // Distances from the nearest on: the same row, without exponents that all vanish.
      const distance = squared[j]! - nearestOne
      const value = Math.exp(-beta * distance)
      row[j] = value
      sum += value
      weighted += value * distance
    }
    for (let j = 0; j < row.length; j++) row[j]! /= sum
    const difference = Math.log(sum) + (beta * weighted) / sum - entropy
    if (Math.abs(difference) < tolerance) return
    if (difference > 0) {
      low = beta
      beta = high === Number.POSITIVE_INFINITY ? beta * 2 : (beta + high) / 2
    } else {
      high = beta
      beta = (beta + low) / 2
    }
  }
}

function symmetrised(n: number, k: number, indices: Int32Array, conditional: Float64Array): Affinities {
  // Every entry stands in its own row and mirrored; a pair that are each other's neighbours meets itself and is merged.
  const starts = new Int32Array(n + 1)
  for (let p = 0; p < n; p++) {
    starts[p + 1]! += k
    for (let j = p * k; j < p * k + k; j++) starts[indices[j]! + 1]!++
  }
  for (let p = 0; p < n; p++) starts[p + 1]! += starts[p]!
  const next = starts.slice(0, n)
  const columns = new Int32Array(2 * n * k)
  const values = new Float64Array(2 * n * k)
  const put = (row: number, column: number, value: number): void => {
    const at = next[row]!++
    columns[at] = column
    values[at] = value
  }
  for (let p = 0; p < n; p++) {
    for (let j = p * k; j < p * k + k; j++) {
      put(p, indices[j]!, conditional[j]!)
      put(indices[j]!, p, conditional[j]!)
    }
  }
  const offsets = new Int32Array(n + 1)
  const order = new Float64Array(2 * n * k)
  let used = 0
  const merged = { indices: new Int32Array(2 * n * k), values: new Float64Array(2 * n * k) }
  for (let p = 0; p < n; p++) {
    const from = starts[p]!
    const to = starts[p + 1]!
    // Column and place in one sortable number.
    for (let at = from; at < to; at++) order[at] = columns[at]! * 2 * n * k + at
    order.subarray(from, to).sort()
    for (let at = from; at < to; at++) {
      const place = order[at]! % (2 * n * k)
      const column = columns[place]!
      if (used > offsets[p]! && merged.indices[used - 1] === column)
        merged.values[used - 1]! += values[place]! / (2 * n)
      else {
        merged.indices[used] = column
        merged.values[used] = values[place]! / (2 * n)
        used++
      }
    }
    offsets[p + 1] = used
  }
  return { offsets, indices: merged.indices.slice(0, used), values: merged.values.slice(0, used) }
}
