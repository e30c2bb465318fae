import type { DotSide } from '../../engine/dot/rows.ts'
import type { DotSettings } from '../../engine/dot/settings.ts'
import { solvePositiveDefinite } from '../linear-solve.ts'
import type { ProfileRating } from '../recommender.ts'
import { Dual, dots } from './dual.ts'
import { decaysOf, type FoldInPrior, foldIn } from './fold-in.ts'
import { predictionOf, slopeOf } from './prediction.ts'

/** Profiles up to here are solved anew for every rating left out. */
const ratingsLimit = 24
const chordSteps = 12
const chordPrecision = 1e-7

/**
 * Predictions of `items`, unclipped, with the ratings at positions `left` of the profile left out in turn:
 * left.length x items.length, row-major. What foldIn and a score of every item would give, to about 1e-4 of a rating, for
 * a small part of the work.
 */
export function leaveOut(
  side: DotSide,
  settings: DotSettings,
  profile: readonly ProfileRating[],
  prior: FoldInPrior,
  left: Int32Array,
  items: Int32Array,
): Float32Array {
  return profile.length <= ratingsLimit
    ? byRatings(side, settings, profile, prior, left, items)
    : byChord(side, settings, profile, prior, left, items)
}

/** Folds in every rest by its own ratings; all their tables come out of one table of dot products. */
function byRatings(
  side: DotSide,
  settings: DotSettings,
  profile: readonly ProfileRating[],
  prior: FoldInPrior,
  left: Int32Array,
  items: Int32Array,
): Float32Array {
  const n = profile.length
  const rows = Int32Array.from(profile, ({ item }) => item)
  const gram = dots(side, settings.factors, rows, rows)
  const cross = dots(side, settings.factors, items, rows)
  const out = new Float32Array(left.length * items.length)
  const m = Math.max(0, n - 1)
  // What one rating more or less changes is little: every rest starts from the solution for all.
  const whole = new Dual(n)
  const all = decaysOf(settings, n, prior)
  for (let at = 0; at < gram.length; at++) whole.kernel[at] = gram[at]! / all.factors + 1 / all.bias
  profile.forEach(({ item, rating }, p) => {
    whole.bias[p] = side.biases[item]!
    whole.rating[p] = rating
  })
  whole.solve(settings)
  const work = new Dual(m)
  const decays = decaysOf(settings, m, prior)
  const factorScale = 1 / decays.factors
  const biasScale = 1 / decays.bias
  const kept = new Int32Array(m)
  for (let l = 0; l < left.length; l++) {
    for (let p = 0, at = 0; p < n; p++) if (p !== left[l]) kept[at++] = p
    for (let i = 0; i < m; i++) {
      const entry = profile[kept[i]!]!
      work.bias[i] = side.biases[entry.item]!
      work.rating[i] = entry.rating
      work.a[i] = whole.a[kept[i]!]!
      const from = kept[i]! * n
      for (let j = 0; j < m; j++) work.kernel[i * m + j] = factorScale * gram[from + kept[j]!]! + biasScale
    }
    work.solve(settings)
    for (let k = 0; k < items.length; k++) {
      let sum = side.biases[items[k]!]!
      for (let i = 0; i < m; i++) sum += work.a[i]! * (factorScale * cross[k * n + kept[i]!]! + biasScale)
      out[l * items.length + k] = predictionOf(settings, sum)
    }
  }
  return out
}

/**
 * From the solution with all ratings, by Gauss-Newton steps with the one factorised matrix of all ratings, taken back by the
 * left-out one (Sherman-Morrison): exact gradients, so they end where foldIn would.
 */
function byChord(
  side: DotSide,
  settings: DotSettings,
  profile: readonly ProfileRating[],
  prior: FoldInPrior,
  left: Int32Array,
  items: Int32Array,
): Float32Array {
  const { factors } = settings
  const size = factors + 1
  const m = profile.length - 1
  const whole = foldIn(side, settings, profile, prior)
  const start = Float64Array.from([...whole.factors, whole.biases[0]!])
  const decays = decaysOf(settings, m, prior)
  const decay = (d: number): number => (d < factors ? decays.factors : decays.bias)
  const rowsOf = (position: number): number => profile[position]!.item * factors
  const sumAt = (x: Float64Array, item: number): number => {
    let sum = x[factors]! + side.biases[item]!
    const q = item * factors
    for (let d = 0; d < factors; d++) sum += x[d]! * side.factors[q + d]!
    return sum
  }
  const normal = new Float64Array(size * size)
  const row = new Float64Array(size)
  for (let d = 0; d < size; d++) normal[d * size + d] = decay(d)
  const slopes = new Float64Array(profile.length)
  for (let p = 0; p < profile.length; p++) {
    const slope = slopeOf(settings, predictionOf(settings, sumAt(start, profile[p]!.item)))
    slopes[p] = slope
    for (let d = 0; d < factors; d++) row[d] = slope * side.factors[rowsOf(p) + d]!
    row[factors] = slope
    for (let i = 0; i < size; i++) for (let j = 0; j <= i; j++) normal[i * size + j]! += row[i]! * row[j]!
  }
  const solver = new Factorised(normal, size)
  const x = new Float64Array(size)
  const gradient = new Float64Array(size)
  const own = new Float64Array(size)
  const out = new Float32Array(left.length * items.length)
  for (let l = 0; l < left.length; l++) {
    x.set(start)
    const slope = slopes[left[l]!]!
    for (let d = 0; d < factors; d++) row[d] = slope * side.factors[rowsOf(left[l]!) + d]!
    row[factors] = slope
    own.set(row)
    solver.solve(own)
    const remaining = Math.max(1e-6, 1 - dot(row, own))
    for (let step = 0; step < chordSteps; step++) {
      for (let d = 0; d < size; d++) gradient[d] = -decay(d) * x[d]!
      for (let p = 0; p < profile.length; p++) {
        if (p === left[l]) continue
        const { item, rating } = profile[p]!
        const predicted = predictionOf(settings, sumAt(x, item))
        const pull = slopeOf(settings, predicted) * (rating - predicted)
        const q = item * factors
        for (let d = 0; d < factors; d++) gradient[d]! += pull * side.factors[q + d]!
        gradient[factors]! += pull
      }
      solver.solve(gradient)
      const back = dot(row, gradient) / remaining
      let largest = 0
      for (let d = 0; d < size; d++) {
        const move = gradient[d]! + back * own[d]!
        x[d]! += move
        largest = Math.max(largest, Math.abs(move))
      }
      if (largest < chordPrecision) break
    }
    for (let k = 0; k < items.length; k++) out[l * items.length + k] = predictionOf(settings, sumAt(x, items[k]!))
  }
  return out
}

/** A Cholesky factor that is used again and again. */
class Factorised {
  private readonly lower: Float64Array
  private readonly n: number

  constructor(matrix: Float64Array, n: number) {
    solvePositiveDefinite(matrix, new Float64Array(n))
    this.lower = matrix
    this.n = n
  }

  solve(b: Float64Array): void {
    const { lower, n } = this
    for (let i = 0; i < n; i++) {
      let sum = b[i]!
      for (let k = 0; k < i; k++) sum -= lower[i * n + k]! * b[k]!
      b[i] = sum / lower[i * n + i]!
    }
    for (let i = n - 1; i >= 0; i--) {
      const value = b[i]! / lower[i * n + i]!
      b[i] = value
      for (let k = 0; k < i; k++) b[k]! -= lower[i * n + k]! * value
    }
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let d = 0; d < a.length; d++) sum += a[d]! * b[d]!
  return sum
}
