import type { Ratings } from './plan.ts'
import { adamStepSize, type DotSettings } from './settings.ts'

/** The model in double precision: rows of factors and biases, and Adam's moments beside them. */
export interface ReferenceSide {
  readonly factors: Float64Array
  readonly biases: Float64Array
  readonly first: { readonly factors: Float64Array; readonly biases: Float64Array }
  readonly second: { readonly factors: Float64Array; readonly biases: Float64Array }
}

/** A side that starts from these weights, moments zero. */
export function referenceSide(side: {
  readonly factors: ArrayLike<number>
  readonly biases: ArrayLike<number>
}): ReferenceSide {
  const zeros = (): ReferenceSide['first'] => ({
    factors: new Float64Array(side.factors.length),
    biases: new Float64Array(side.biases.length),
  })
  const { factors, biases } = side
  return { factors: Float64Array.from(factors), biases: Float64Array.from(biases), first: zeros(), second: zeros() }
}

type Sides = { readonly users: ReferenceSide; readonly items: ReferenceSide }

/** The prediction of the settings, unclipped. */
export function referencePrediction(
  { users, items }: Sides,
  user: number,
  item: number,
  settings: DotSettings,
): number {
  const { factors, output, offset, low, high } = settings
  let sum = offset + users.biases[user]! + items.biases[item]!
  for (let d = 0; d < factors; d++) sum += users.factors[user * factors + d]! * items.factors[item * factors + d]!
  return output === 'linear' ? sum : low + (high - low) / (1 + Math.exp(-sum))
}

/**
 * What the kernels do, written to be read: ratings in the given order, one step for every `settings.batch` of them;
 * `before` steps have been taken. Returns the sum of squared errors, each before its step.
 */
export function referenceEpoch(
  sides: Sides,
  ratings: Ratings,
  order: ArrayLike<number>,
  settings: DotSettings,
  rate: number,
  before = 0,
): number {
  const { batch, factors, output, low, high, l2, l2Bias } = settings
  let sum = 0
  for (let start = 0, step = before + 1; start < order.length; start += batch, step++) {
    const n = Math.min(batch, order.length - start)
    const gradients = { users: new Map<number, Float64Array>(), items: new Map<number, Float64Array>() }
    const gradientOf = (side: 'users' | 'items', row: number): Float64Array => {
      if (!gradients[side].has(row)) gradients[side].set(row, new Float64Array(factors + 1))
      return gradients[side].get(row)!
    }
    for (let k = start; k < start + n; k++) {
      const user = ratings.user[order[k]!]!
      const item = ratings.item[order[k]!]!
      const r = referencePrediction(sides, user, item, settings)
      const error = r - ratings.rating[order[k]!]!
      sum += error ** 2
      const slope = output === 'linear' ? 1 : ((r - low) * (high - r)) / (high - low)
      const bySum = (2 / n) * error * slope
      const forUser = gradientOf('users', user)
      const forItem = gradientOf('items', item)
      for (let d = 0; d < factors; d++) {
        const p = sides.users.factors[user * factors + d]!
        const q = sides.items.factors[item * factors + d]!
        forUser[d]! += bySum * q + (2 / n) * l2 * p
        forItem[d]! += bySum * p + (2 / n) * l2 * q
      }
      forUser[factors]! += bySum + (2 / n) * l2Bias * sides.users.biases[user]!
      forItem[factors]! += bySum + (2 / n) * l2Bias * sides.items.biases[item]!
    }
    for (const side of ['users', 'items'] as const) {
      for (const [row, gradient] of gradients[side]) {
        for (let d = 0; d < factors; d++) move(sides[side], 'factors', row * factors + d, gradient[d]!)
        move(sides[side], 'biases', row, gradient[factors]!)
      }
    }
    function move(side: ReferenceSide, part: 'factors' | 'biases', at: number, g: number): void {
      const { optimiser } = settings
      if (optimiser.kind === 'sgd') {
        side[part][at]! -= rate * g
        return
      }
      const { beta1, beta2, epsilon } = optimiser
      const m = beta1 * side.first[part][at]! + (1 - beta1) * g
      const v = beta2 * side.second[part][at]! + (1 - beta2) * g * g
      side.first[part][at] = m
      side.second[part][at] = v
      side[part][at]! -= (adamStepSize(optimiser, rate, step) * m) / (Math.sqrt(v) + epsilon)
    }
  }
  return sum
}
