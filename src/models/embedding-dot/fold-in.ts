import type { DotSide } from '../../engine/dot/rows.ts'
import type { DotSettings } from '../../engine/dot/settings.ts'
import { solvePositiveDefinite } from '../linear-solve.ts'
import type { ProfileRating } from '../recommender.ts'
import { Dual, dots, halvings, iterations, stopsBelow } from './dual.ts'
import { predictionOf, slopeOf } from './prediction.ts'

/** Profiles up to here are solved in as many unknowns as they have ratings, longer ones in factors + 1. */
export const dualLimit = 48

/**
 * What holds back profiles of few ratings, as the users around them and stopping early do in training: L2 of the factors
 * as if there were so many more `ratings`, and `bias` b^2, which weighs like about so many ratings at the mean.
 */
export interface FoldInPrior {
  readonly ratings: number
  readonly bias: number
}

/** L2 of the factors and of the bias for a profile of n ratings. The least damping keeps the equations solvable where regularisation is switched off. */
export function decaysOf(
  { l2, l2Bias }: DotSettings,
  n: number,
  prior: FoldInPrior,
): { readonly factors: number; readonly bias: number } {
  return { factors: Math.max(1e-9, l2 * (n + prior.ratings)), bias: Math.max(1e-9, l2Bias * n + prior.bias) }
}

/**
 * The user side for a profile with the item side fixed: minimises over (p, b) what training minimises,
 *   sum over the n ratings of the profile of (prediction - rating)^2 + n (l2 |p|^2 + l2Bias b^2),
 * plus what `prior` says, by Gauss-Newton steps (Cholesky, factors + 1 unknowns) that are halved until the objective falls.
 * With linear output this is ridge regression, solved exactly by the first step. Deterministic; an empty profile gives zeros.
 */
export function foldIn(
  items: DotSide,
  settings: DotSettings,
  profile: readonly ProfileRating[],
  prior: FoldInPrior,
): DotSide {
  return profile.length <= Math.min(dualLimit, settings.factors)
    ? foldInByRatings(items, settings, profile, prior)
    : foldInByFactors(items, settings, profile, prior)
}

/** See Dual. */
function foldInByRatings(
  items: DotSide,
  settings: DotSettings,
  profile: readonly ProfileRating[],
  prior: FoldInPrior,
): DotSide {
  const { factors } = settings
  const n = profile.length
  const decays = decaysOf(settings, n, prior)
  const rows = Int32Array.from(profile, ({ item }) => item)
  const dual = new Dual(n)
  const products = dots(items, factors, rows, rows)
  for (let at = 0; at < products.length; at++) dual.kernel[at] = products[at]! / decays.factors + 1 / decays.bias
  profile.forEach(({ item, rating }, p) => {
    dual.bias[p] = items.biases[item]!
    dual.rating[p] = rating
  })
  dual.solve(settings)
  const x = new Float64Array(factors)
  let bias = 0
  for (let p = 0; p < n; p++) {
    const q = rows[p]! * factors
    for (let d = 0; d < factors; d++) x[d]! += (dual.a[p]! * items.factors[q + d]!) / decays.factors
    bias += dual.a[p]! / decays.bias
  }
  return { factors: Float32Array.from(x), biases: Float32Array.of(bias) }
}

/** The same by factors + 1 unknowns: what profiles of many ratings are solved by. */
export function foldInByFactors(
  items: DotSide,
  settings: DotSettings,
  profile: readonly ProfileRating[],
  prior: FoldInPrior,
): DotSide {
  const { factors } = settings
  const size = factors + 1
  const decays = decaysOf(settings, profile.length, prior)
  const decayOf = (d: number): number => (d < factors ? decays.factors : decays.bias)
  let x = new Float64Array(size)
  let current = objective(x)
  const normal = new Float64Array(size * size)
  const step = new Float64Array(size)
  const row = new Float64Array(size)
  for (let iteration = 0; iteration < iterations && profile.length > 0; iteration++) {
    normal.fill(0)
    for (let d = 0; d < size; d++) {
      normal[d * size + d] = decayOf(d)
      step[d] = -decayOf(d) * x[d]!
    }
    for (const { item, rating } of profile) {
      const r = predictionOf(settings, sumOf(x, item))
      const slope = slopeOf(settings, r)
      for (let d = 0; d < factors; d++) row[d] = slope * items.factors[item * factors + d]!
      row[factors] = slope
      for (let i = 0; i < size; i++) {
        const ri = row[i]!
        step[i]! -= ri * (r - rating)
        for (let j = 0; j <= i; j++) normal[i * size + j]! += ri * row[j]!
      }
    }
    if (!solvePositiveDefinite(normal, step)) break
    const before = current
    let share = 1
    for (let halving = 0; halving <= halvings; halving++, share /= 2) {
      const next = x.map((value, d) => value + share * step[d]!)
      const there = objective(next)
      if (there < current) {
        x = next
        current = there
        break
      }
    }
    if (before - current <= stopsBelow * before) break
  }
  return { factors: Float32Array.from(x.subarray(0, factors)), biases: Float32Array.of(x[factors]!) }

  function sumOf(at: Float64Array, item: number): number {
    let sum = at[factors]! + items.biases[item]!
    const q = item * factors
    for (let d = 0; d < factors; d++) sum += at[d]! * items.factors[q + d]!
    return sum
  }

  function objective(at: Float64Array): number {
    let sum = 0
    for (const { item, rating } of profile) sum += (predictionOf(settings, sumOf(at, item)) - rating) ** 2
    for (let d = 0; d < size; d++) sum += decayOf(d) * at[d]! ** 2
    return sum
  }
}
