import type { DotSide } from '../../engine/dot/rows.ts'
import type { DotSettings } from '../../engine/dot/settings.ts'
import { solvePositiveDefinite } from '../linear-solve.ts'
import { predictionOf, slopeOf } from './prediction.ts'

/** Most Gauss-Newton steps, and most halvings of one. */
export const iterations = 20
export const halvings = 12
/** The steps end where the objective falls by less than this share of it. */
export const stopsBelow = 1e-9

/**
 * Fold-in in as many unknowns as there are ratings. The minimum lies in the span of the profile's item embeddings:
 * x = D^-1 Q' a, with D the decay and Q the rows (embedding, 1) of the ratings. So the Gauss-Newton steps on x can be
 * taken on a: the same steps, but for rounding, on n x n instead of (factors + 1) x (factors + 1). Set `kernel` (Q D^-1 Q',
 * n x n), `bias` (of the items) and `rating`; `solve` leaves the minimum in `a`.
 */
export class Dual {
  readonly n: number
  readonly kernel: Float64Array
  readonly bias: Float64Array
  readonly rating: Float64Array
  readonly a: Float64Array
  private readonly sums: Float64Array
  private readonly matrix: Float64Array
  private readonly step: Float64Array
  private readonly image: Float64Array
  private readonly slope: Float64Array

  constructor(n: number) {
    const vector = (): Float64Array => new Float64Array(n)
    this.n = n
    this.kernel = new Float64Array(n * n)
    this.matrix = new Float64Array(n * n)
    this.bias = vector()
    this.rating = vector()
    this.a = vector()
    this.sums = vector()
    this.step = vector()
    this.image = vector()
    this.slope = vector()
  }

  /** From the values that `a` has: zeros, or those of a profile nearly the same, which take fewer steps. */
  solve(settings: DotSettings): void {
    const { n, kernel, bias, rating, a, sums, matrix, step, image, slope } = this
    this.multiply(a, sums)
    let current = this.objective(settings, 0)
    for (let iteration = 0; iteration < iterations && n > 0; iteration++) {
      for (let i = 0; i < n; i++) {
        const predicted = predictionOf(settings, sums[i]! + bias[i]!)
        slope[i] = slopeOf(settings, predicted)
        step[i] = slope[i]! * sums[i]! - (predicted - rating[i]!)
      }
      for (let i = 0; i < n; i++) {
        for (let j = 0; j <= i; j++) matrix[i * n + j] = slope[i]! * slope[j]! * kernel[i * n + j]!
        matrix[i * n + i]! += 1
      }
      if (!solvePositiveDefinite(matrix, step)) return
      for (let i = 0; i < n; i++) step[i] = slope[i]! * step[i]! - a[i]!
      this.multiply(step, image)
      const before = current
      let share = 1
      for (let halving = 0; halving <= halvings; halving++, share /= 2) {
        const there = this.objective(settings, share)
        if (there >= current) continue
        for (let i = 0; i < n; i++) {
          a[i]! += share * step[i]!
          sums[i]! += share * image[i]!
        }
        current = there
        break
      }
      if (before - current <= stopsBelow * before) return
    }
  }

  private multiply(by: Float64Array, into: Float64Array): void {
    const { n, kernel } = this
    for (let i = 0; i < n; i++) {
      let sum = 0
      for (let j = 0; j < n; j++) sum += kernel[i * n + j]! * by[j]!
      into[i] = sum
    }
  }

  /** At `share` of the step. */
  private objective(settings: DotSettings, share: number): number {
    const { n, bias, rating, a, sums, step, image } = this
    let total = 0
    for (let i = 0; i < n; i++) {
      const sum = share === 0 ? sums[i]! : sums[i]! + share * image[i]!
      total += (predictionOf(settings, sum + bias[i]!) - rating[i]!) ** 2
      total += (share === 0 ? a[i]! : a[i]! + share * step[i]!) * sum
    }
    return total
  }
}

/** Dot products of embeddings: from.length x to.length. */
export function dots({ factors: table }: DotSide, factors: number, from: Int32Array, to: Int32Array): Float64Array {
  const out = new Float64Array(from.length * to.length)
  for (let i = 0; i < from.length; i++) {
    const p = from[i]! * factors
    for (let j = 0; j < to.length; j++) {
      const q = to[j]! * factors
      let sum = 0
      for (let d = 0; d < factors; d++) sum += table[p + d]! * table[q + d]!
      out[i * to.length + j] = sum
    }
  }
  return out
}
