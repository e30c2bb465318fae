import { MarqueeError } from '../core/errors.ts'
import { Random } from '../core/random.ts'
import type { EvaluationResult } from './types.ts'

export interface SignificanceOptions {
  /** Resamples or random sign patterns. Default 2,000. */
  readonly rounds?: number
  /** Default 1. */
  readonly seed?: number
}

/** The paired difference a - b of two models on the same test. */
export interface Comparison {
  readonly metric: string
  /** a - b, in units of the metric. */
  readonly difference: number
  /** 95% percentile interval of the difference by paired bootstrap (Efron and Tibshirani 1993). */
  readonly interval: readonly [low: number, high: number]
  /** Two-sided p of no difference, by the bootstrap. */
  readonly pBootstrap: number
  /** Two-sided p of no difference, by random exchange of the two models' values (sign flips). */
  readonly pRandomisation: number
  /** What was resampled, and how many there are. */
  readonly unit: 'user' | 'row'
  readonly count: number
}

/**
 * Compares two results that were made with `details: true` on the same part: over users for ranking metrics, over rows for rating metrics.
 * For rmse the difference and its interval are of the root; the randomisation test is of the mean squared error.
 * Throws `no-details` and `not-paired`.
 */
export function compare(
  a: EvaluationResult,
  b: EvaluationResult,
  metric: string,
  options: SignificanceOptions = {},
): Comparison {
  const left = a.details?.[metric]
  const right = b.details?.[metric]
  if (!left || !right) {
    throw new MarqueeError('no-details', `there are no single values of ${metric} to compare`, {
      remedy: 'Evaluate both models with details: true and this metric.',
    })
  }
  if (
    left.unit !== right.unit ||
    left.ids.length !== right.ids.length ||
    left.ids.some((id, n) => id !== right.ids[n])
  ) {
    throw new MarqueeError('not-paired', `${metric}: the two results are not over the same ${left.unit}s`, {
      remedy: 'Evaluate both models on the same split with the same protocol.',
    })
  }
  const x = Float64Array.from(left.values)
  const y = Float64Array.from(right.values)
  const bootstrap = pairedBootstrap(x, y, { ...options, root: metric === 'rmse' })
  return {
    metric,
    difference: bootstrap.difference,
    interval: bootstrap.interval,
    pBootstrap: bootstrap.p,
    pRandomisation: pairedRandomisation(x, y, options).p,
    unit: left.unit,
    count: x.length,
  }
}

/**
 * Paired bootstrap of mean(a) - mean(b), or with `root` of sqrt(mean(a)) - sqrt(mean(b)): pairs are drawn with replacement.
 * Throws a RangeError unless both have the same length, at least 1.
 */
export function pairedBootstrap(
  a: Float64Array,
  b: Float64Array,
  options: SignificanceOptions & { readonly root?: boolean } = {},
): { difference: number; interval: [number, number]; p: number } {
  requirePairs(a, b)
  const { rounds = 2000, seed = 1, root = false } = options
  const n = a.length
  const between = (x: number, y: number) => (root ? Math.sqrt(x / n) - Math.sqrt(y / n) : (x - y) / n)
  const random = new Random(seed).fork('bootstrap')
  const differences = new Float64Array(rounds)
  let below = 0
  let above = 0
  for (let round = 0; round < rounds; round++) {
    let x = 0
    let y = 0
    for (let k = 0; k < n; k++) {
      const pick = random.int(n)
      x += a[pick]!
      y += b[pick]!
    }
    const difference = between(x, y)
    differences[round] = difference
    if (difference <= 0) below++
    if (difference >= 0) above++
  }
  differences.sort()
  return {
    difference: between(sum(a), sum(b)),
    interval: [quantile(differences, 0.025), quantile(differences, 0.975)],
    p: Math.min(1, (2 * (Math.min(below, above) + 1)) / (rounds + 1)),
  }
}

/** Fisher's paired randomisation test of mean(a) = mean(b): the sign of every difference is flipped at random. */
export function pairedRandomisation(
  a: Float64Array,
  b: Float64Array,
  options: SignificanceOptions = {},
): { difference: number; p: number } {
  requirePairs(a, b)
  const { rounds = 2000, seed = 1 } = options
  const differences = a.map((value, k) => value - b[k]!)
  const observed = sum(differences)
  const random = new Random(seed).fork('randomisation')
  // Sums in another order differ in the last digits; a pattern equal to the observed one must still count.
  const tolerance = 1e-12 * differences.reduce((total, d) => total + Math.abs(d), 0)
  let asFar = 0
  for (let round = 0; round < rounds; round++) {
    let total = 0
    let bits = 0
    for (let k = 0; k < differences.length; k++) {
      bits = k % 32 === 0 ? random.uint32() : bits >>> 1
      total += bits & 1 ? differences[k]! : -differences[k]!
    }
    if (Math.abs(total) >= Math.abs(observed) - tolerance) asFar++
  }
  return { difference: observed / a.length, p: (asFar + 1) / (rounds + 1) }
}

function requirePairs(a: Float64Array, b: Float64Array): void {
  if (a.length !== b.length || a.length === 0)
    throw new RangeError(`${a.length} values cannot be paired with ${b.length}`)
}

function sum(values: Float64Array): number {
  let total = 0
  for (const value of values) total += value
  return total
}

/** Linear interpolation between the nearest ranks of sorted values. */
function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1)
  const low = Math.floor(at)
  const high = Math.min(low + 1, sorted.length - 1)
  return sorted[low]! + (at - low) * (sorted[high]! - sorted[low]!)
}
