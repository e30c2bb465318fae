import { Random } from '../../src/core/random.ts'
import type { Ratings } from '../../src/engine/dot/plan.ts'
import type { DotSide } from '../../src/engine/dot/rows.ts'
import type { DotSettings } from '../../src/engine/dot/settings.ts'

export const sgd: DotSettings = {
  factors: 5,
  output: 'sigmoid',
  offset: 0.3,
  low: 0.5,
  high: 5,
  l2: 0.03,
  l2Bias: 0.007,
  optimiser: { kind: 'sgd' },
  batch: 1,
}

export const adam = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const

/** Random ratings in half stars; items skewed, so that some come often. */
export function someRatings(users: number, items: number, count: number, seed = 1): Ratings {
  const random = new Random(seed)
  return {
    user: Int32Array.from({ length: count }, () => random.int(users)),
    item: Int32Array.from({ length: count }, () => Math.floor(random.float() ** 2 * items)),
    rating: Float32Array.from({ length: count }, () => (1 + random.int(10)) / 2),
  }
}

export function someSides(users: number, items: number, factors: number, seed = 2): { users: DotSide; items: DotSide } {
  const random = new Random(seed)
  const side = (rows: number): DotSide => ({
    factors: Float32Array.from({ length: rows * factors }, () => random.normal() * 0.3),
    biases: Float32Array.from({ length: rows }, () => random.normal() * 0.1),
  })
  return { users: side(users), items: side(items) }
}

/** The largest difference of two arrays. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY
  let largest = 0
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!)
    if (!(difference <= largest)) largest = difference
  }
  return largest
}
