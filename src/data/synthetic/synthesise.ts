import { Random } from '../../core/random.ts'
import { WeightedDraws } from '../../core/weighted.ts'
import type { ItemTable } from '../dataset.ts'
import { Interactions } from '../interactions.ts'
import { Vocabulary } from '../vocabulary.ts'
import { countsByWeight, zipfWeights } from './activity.ts'
import { expectedRating, observe } from './floor.ts'
import { resolveOptions, type SyntheticOptions, type SyntheticParameters } from './options.ts'
import { inventItems } from './titles.ts'

/** What manifest.json says of synthetic ratings. */
export interface SyntheticManifest {
  readonly kind: 'synthetic'
  readonly parameters: SyntheticParameters
  readonly floor: {
    /** Best reachable RMSE on these ratings: that of the expected rating given the noise-free signal. */
    readonly rmse: number
    /** RMSE of the noise-free signal itself against the ratings; above `rmse` only where ratings are clipped or rounded. */
    readonly signalRmse: number
    /** Share of ratings that clipping moved; 0 without a scale. */
    readonly clipped: number
    readonly words: string
  }
}

/** What the ratings were made from. Factors are row-major. */
export interface SyntheticTruth {
  readonly userBias: Float32Array
  readonly itemBias: Float32Array
  /** users x factors */
  readonly userFactors: Float32Array
  /** items x factors */
  readonly itemFactors: Float32Array
}

export interface SyntheticData {
  /** User after user, each one's ratings in order of time; ids are 1 to n. */
  readonly interactions: Interactions
  readonly items: ItemTable
  readonly manifest: SyntheticManifest
  readonly truth: SyntheticTruth
}

const firstDay = 946_684_800
const fifteenYears = 473_385_600

/**
 * Makes ratings of known structure and known noise (a biased matrix factorisation, run forwards). The same options give the same ratings.
 * Memory: 20 bytes a rating, and the factors. Throws `bad-synthetic`.
 */
export function synthesise(options: SyntheticOptions): SyntheticData {
  const parameters = resolveOptions(options)
  const { users, items, ratings, factors, noise, mean, scale, tasteSd } = parameters
  const random = new Random(parameters.seed)
  const truth = inventTruth(parameters, random)
  const signalOf = signalFunction(truth, factors, mean)
  const deviation = Math.hypot(parameters.userSd, parameters.itemSd, tasteSd)
  const expected = expectedRating(scale, noise, mean - 6 * deviation, mean + 6 * deviation)
  const weights = zipfWeights(users, parameters.userSkew, random.fork('activity'))
  const counts = countsByWeight(weights, ratings, items, random.fork('counts'))
  const draws = new WeightedDraws(zipfWeights(items, parameters.skew, random.fork('popularity')))
  const choice = random.fork('items')
  const error = random.fork('noise')
  const clock = random.fork('times')

  const user = new Int32Array(ratings)
  const item = new Int32Array(ratings)
  const rating = new Float32Array(ratings)
  const timestamp = parameters.timestamps ? new Float64Array(ratings) : null
  const taken = new Int32Array(items)
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  let signalSquares = 0
  let bestSquares = 0
  let clipped = 0
  let row = 0
  for (let u = 0; u < users; u++) {
    const own = item.subarray(row, row + counts[u]!)
    draws.distinct(choice, own.length, taken, u + 1, own)
    // Popular items are drawn first: shuffled, the order in time says nothing.
    choice.shuffle(own)
    let time = firstDay + clock.int(fifteenYears)
    for (let n = 0; n < own.length; n++, row++) {
      const signal = signalOf(u, own[n]!)
      const noisy = signal + noise * error.normal()
      const given = Math.fround(observe(noisy, scale))
      user[row] = u
      rating[row] = given
      if (timestamp) {
        time += clock.int(20) === 0 ? 1 + clock.int(2_592_000) : 1 + clock.int(120)
        timestamp[row] = time
      }
      if (given < low) low = given
      if (given > high) high = given
      if (scale && (noisy < scale.min || noisy > scale.max)) clipped++
      signalSquares += (given - signal) ** 2
      bestSquares += (given - expected(signal)) ** 2
    }
    if (u % 4096 === 4095 || u === users - 1) {
      options.onProgress?.({ stage: 'making ratings', done: row, total: ratings, unit: 'ratings' })
    }
  }
  const interactions = new Interactions({
    users: Vocabulary.of(Float64Array.from({ length: users }, (_, u) => u + 1)),
    items: Vocabulary.of(Float64Array.from({ length: items }, (_, i) => i + 1)),
    user,
    item,
    rating,
    timestamp,
    scale: scale ?? { min: low, max: high, step: null },
  })
  const floor = {
    rmse: Math.sqrt(bestSquares / ratings),
    signalRmse: Math.sqrt(signalSquares / ratings),
    clipped: clipped / ratings,
    words: scale
      ? 'ratings were clipped or rounded: rmse is that of the expected rating given the noise-free signal, against the ratings'
      : 'ratings are continuous: rmse is that of the noise-free signal against the ratings, the realised standard deviation of the noise',
  }
  return {
    interactions,
    items: inventItems(items, truth.itemFactors, factors, random.fork('titles')),
    manifest: { kind: 'synthetic', parameters, floor },
    truth,
  }
}

function inventTruth(parameters: SyntheticParameters, random: Random): SyntheticTruth {
  const { users, items, factors, userSd, itemSd, tasteSd } = parameters
  // The variance of p . q is factors x var(p) x var(q).
  const factorSd = factors === 0 ? 0 : Math.sqrt(tasteSd / Math.sqrt(factors))
  const normals = (count: number, sd: number, label: string): Float32Array => {
    const source = random.fork(label)
    return Float32Array.from({ length: count }, () => sd * source.normal())
  }
  return {
    userBias: normals(users, userSd, 'user bias'),
    itemBias: normals(items, itemSd, 'item bias'),
    userFactors: normals(users * factors, factorSd, 'user factors'),
    itemFactors: normals(items * factors, factorSd, 'item factors'),
  }
}

/** The noise-free rating of a user and an item. */
export function signalFunction(
  truth: SyntheticTruth,
  factors: number,
  mean: number,
): (user: number, item: number) => number {
  const { userBias, itemBias, userFactors, itemFactors } = truth
  return (user, item) => {
    let signal = mean + userBias[user]! + itemBias[item]!
    for (let f = 0; f < factors; f++) signal += userFactors[user * factors + f]! * itemFactors[item * factors + f]!
    return signal
  }
}
