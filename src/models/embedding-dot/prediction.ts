import type { DotSide } from '../../engine/dot/rows.ts'
import type { DotOutput } from '../../engine/dot/scorer.ts'

/** The prediction for p . q + b_u + b_i, unclipped. */
export function predictionOf({ output, offset, low, high }: DotOutput, sum: number): number {
  return output === 'linear' ? offset + sum : low + (high - low) / (1 + Math.exp(-(offset + sum)))
}

/** The derivative of the prediction r by that sum. */
export function slopeOf({ output, low, high }: DotOutput, r: number): number {
  return output === 'linear' ? 1 : ((r - low) * (high - r)) / (high - low)
}

/** Predictions of (user, item) pairs; an unknown row (-1) has zero factors and a bias of zero. */
export function predictPairs(
  settings: DotOutput,
  users: DotSide,
  items: DotSide,
  pairs: { readonly user: Int32Array; readonly item: Int32Array },
): Float32Array {
  const { factors } = settings
  const predicted = new Float32Array(pairs.user.length)
  for (let n = 0; n < predicted.length; n++) {
    const user = pairs.user[n]!
    const item = pairs.item[n]!
    let sum = (user < 0 ? 0 : users.biases[user]!) + (item < 0 ? 0 : items.biases[item]!)
    if (user >= 0 && item >= 0) {
      const p = user * factors
      const q = item * factors
      for (let d = 0; d < factors; d++) sum += users.factors[p + d]! * items.factors[q + d]!
    }
    predicted[n] = predictionOf(settings, sum)
  }
  return predicted
}
