import type { Random } from '../../core/random.ts'
import { drawGamma, type Normal } from './wishart.ts'

/** Rows of one side: `n` unknowns from each multiple of `stride`; the bias stands at `bias`, the factors at `first` on. */
export interface Side {
  readonly rows: Float64Array
  readonly stride: number
  readonly first: number
  readonly bias: number
  readonly use: (row: number) => boolean
}

/**
 * The multiplicative gamma process of Bhattacharya and Dunson 2011 (section 3.1) over both sides at once: factor k has prior precision
 * delta_1 ... delta_k, delta_1 ~ Gamma(2, 1) and the others ~ Gamma(shrinkage, 1), so that later factors are expected to be
 * smaller and die out unless the ratings need them.
 */
export class Shrinkage {
  private readonly delta: Float64Array
  private readonly shrinkage: number

  /** `delta` is kept by reference, so that a checkpoint holds it. */
  constructor(delta: Float64Array, shrinkage: number) {
    this.delta = delta
    this.shrinkage = shrinkage
  }

  /** Draws the deltas of the first `rank` factors given both sides; returns their products, the precisions. */
  draw(rank: number, sides: readonly Side[], random: Random): Float64Array {
    const { delta } = this
    const squares = new Float64Array(rank)
    let rows = 0
    for (const { rows: data, stride, first, use } of sides) {
      for (let r = 0; r * stride < data.length; r++) {
        if (!use(r)) continue
        rows++
        for (let k = 0; k < rank; k++) squares[k]! += data[r * stride + first + k]! ** 2
      }
    }
    for (let h = 0; h < rank; h++) {
      let rate = 1
      let product = 1
      for (let k = 0; k < rank; k++) {
        if (k !== h) product *= delta[k]!
        if (k >= h) rate += 0.5 * product * squares[k]!
      }
      const prior = h === 0 ? 2 : this.shrinkage
      delta[h] = drawGamma(prior + 0.5 * rows * (rank - h), rate, random)
    }
    const precision = new Float64Array(rank)
    let product = 1
    for (let k = 0; k < rank; k++) precision[k] = product *= delta[k]!
    return precision
  }
}

/** The prior of a side's biases given the biases: mean and precision under a weak normal-gamma prior. */
export function drawBiasPrior({ rows, stride, bias, use }: Side, strength: number, random: Random): [number, number] {
  let count = 0
  let sum = 0
  let squares = 0
  for (let r = 0; r * stride < rows.length; r++) {
    if (!use(r)) continue
    const x = rows[r * stride + bias]!
    count++
    sum += x
    squares += x * x
  }
  const mean = sum / (strength + count)
  const precision = drawGamma(1 + 0.5 * count, 1 + 0.5 * Math.max(0, squares - sum * mean), random)
  return [mean + random.normal() / Math.sqrt((strength + count) * precision), precision]
}

/** Independent unknowns as a Normal: factors of mean 0, then or before them the bias. */
export function diagonalNormal(factors: Float64Array, biasAt: number, [mean, precision]: [number, number]): Normal {
  const n = factors.length + 1
  const normal = { mean: new Float64Array(n), precision: new Float64Array(n * n) }
  for (let k = 0; k < n; k++) {
    const factor = biasAt === 0 ? k - 1 : k
    normal.precision[k * n + k] = k === biasAt ? precision : factors[factor]!
  }
  normal.mean[biasAt] = mean
  return normal
}
