import type { Ratings } from '../../src/engine/dot/plan.ts'
import type { DotSide } from '../../src/engine/dot/rows.ts'
import type { DotSettings } from '../../src/engine/dot/settings.ts'

/** One side in double precision. */
interface Side {
  readonly factors: Float64Array
  readonly biases: Float64Array
}

export const copyOf = ({ factors, biases }: DotSide): Side => ({
  factors: Float64Array.from(factors),
  biases: Float64Array.from(biases),
})

/** One epoch of stochastic gradient descent in the given order, written plainly. Changes the sides. */
export function plainEpoch(
  ratings: Ratings,
  order: Int32Array,
  users: Side,
  items: Side,
  settings: DotSettings,
  rate: number,
): void {
  const { factors, low, high, l2, l2Bias } = settings
  for (const k of order) {
    const [u, i] = [ratings.user[k]!, ratings.item[k]!]
    const share = (plainPrediction(users, items, settings, u, i) - low) / (high - low)
    const error = low + (high - low) * share - ratings.rating[k]!
    const slope = 2 * error * (high - low) * share * (1 - share)
    for (let f = 0; f < factors; f++) {
      const [p, q] = [users.factors[u * factors + f]!, items.factors[i * factors + f]!]
      users.factors[u * factors + f] = p - rate * (slope * q + 2 * l2 * p)
      items.factors[i * factors + f] = q - rate * (slope * p + 2 * l2 * q)
    }
    users.biases[u]! -= rate * (slope + 2 * l2Bias * users.biases[u]!)
    items.biases[i]! -= rate * (slope + 2 * l2Bias * items.biases[i]!)
  }
}

/** low + (high - low) sigmoid(offset + p . q + b_u + b_i). */
export function plainPrediction(
  users: { readonly factors: ArrayLike<number>; readonly biases: ArrayLike<number> },
  items: { readonly factors: ArrayLike<number>; readonly biases: ArrayLike<number> },
  { factors, offset, low, high }: DotSettings,
  u: number,
  i: number,
): number {
  let sum = offset + users.biases[u]! + items.biases[i]!
  for (let f = 0; f < factors; f++) sum += users.factors[u * factors + f]! * items.factors[i * factors + f]!
  return low + (high - low) / (1 + Math.exp(-sum))
}

/** Root mean squared error of ratings, from the sides alone. */
export function plainRmse(ratings: Ratings, users: DotSide, items: DotSide, settings: DotSettings): number {
  let squares = 0
  for (let k = 0; k < ratings.rating.length; k++) {
    const predicted = plainPrediction(users, items, settings, ratings.user[k]!, ratings.item[k]!)
    squares += (predicted - ratings.rating[k]!) ** 2
  }
  return Math.sqrt(squares / ratings.rating.length)
}
