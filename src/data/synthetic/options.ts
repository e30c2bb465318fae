import { MarqueeError } from '../../core/errors.ts'
import type { OnProgress } from '../../core/progress.ts'
import type { RatingScale } from '../interactions.ts'

/** What synthetic ratings are made from: rating = mean + user bias + item bias + p . q + Gaussian noise. */
export interface SyntheticOptions {
  readonly users: number
  readonly items: number
  /** At least one per user and at most users x items; exactly so many are made, no pair twice. */
  readonly ratings: number
  /** Length of p and q. Default 4; 0 leaves biases and noise alone. */
  readonly factors?: number
  /** Standard deviation of the noise, in rating units. Default 0.5. */
  readonly noise?: number
  /** Exponent of the Zipf law of item popularity: the item of rank r is drawn in proportion to r^-skew. Default 0.8; 0 is even. */
  readonly skew?: number
  /** The same for how many ratings users give. Default 0: all the same number, give or take one. */
  readonly userSkew?: number
  /** Default 3.5. */
  readonly mean?: number
  /** Standard deviations of user biases, item biases and of p . q. Defaults 0.3, 0.3, 0.6. */
  readonly userSd?: number
  readonly itemSd?: number
  readonly tasteSd?: number
  /**
   * Ratings are clipped to it, and rounded to its levels where it has a step. Default null: continuous (to four decimals),
   * so that `noise` itself is the best RMSE anybody can reach; the scale is then the range that came out.
   */
  readonly scale?: RatingScale | null
  /** Default 1. */
  readonly seed?: number
  /** Default true: whole seconds, ascending within a user. */
  readonly timestamps?: boolean
  readonly onProgress?: OnProgress
}

/** The options with defaults filled in: plain JSON, part of the manifest. */
export type SyntheticParameters = Required<Omit<SyntheticOptions, 'onProgress'>>

/** Throws `bad-synthetic`, naming the value. */
export function resolveOptions(options: SyntheticOptions): SyntheticParameters {
  const { users, items, ratings, factors = 4, noise = 0.5, skew = 0.8, userSkew = 0, mean = 3.5 } = options
  const { userSd = 0.3, itemSd = 0.3, tasteSd = 0.6, scale = null, seed = 1, timestamps = true } = options
  for (const [name, value] of Object.entries({ users, items, ratings })) {
    if (!Number.isInteger(value) || value < 1 || value > 0x7fffffff) {
      throw bad(`${name} ${value} is not a whole number from 1 to 2,147,483,647`)
    }
  }
  if (!Number.isInteger(factors) || factors < 0) throw bad(`factors ${factors} is not a whole number from 0`)
  if (!Number.isSafeInteger(seed)) throw bad(`the seed ${seed} is not an integer`)
  for (const [name, value] of Object.entries({ noise, skew, userSkew, userSd, itemSd, tasteSd })) {
    if (!(value >= 0 && Number.isFinite(value))) throw bad(`${name} ${value} is not a number from 0`)
  }
  if (!Number.isFinite(mean)) throw bad(`mean ${mean} is not a number`)
  if (ratings < users) throw bad(`${ratings} ratings are not enough for one of each of ${users} users`)
  if (ratings > users * items)
    throw bad(`${users} users can rate ${items} items ${users * items} times, not ${ratings}`)
  if (scale && !(scale.max > scale.min && (scale.step === null || scale.step > 0))) {
    throw bad(`the scale ${scale.min} to ${scale.max} by ${scale.step} is empty`)
  }
  return {
    ...{ users, items, ratings, factors, noise, skew, userSkew, mean },
    ...{ userSd, itemSd, tasteSd, scale, seed, timestamps },
  }
}

function bad(what: string): MarqueeError {
  return new MarqueeError('bad-synthetic', what, { place: 'synthetic data' })
}
