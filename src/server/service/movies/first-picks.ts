import type { ItemTable } from '../../../data/dataset.ts'
import type { RatingScale } from '../../../data/interactions.ts'
import type { Vocabulary } from '../../../data/vocabulary.ts'
import type { Recommender } from '../../../models/recommender.ts'
import type { Live } from '../shelf/live.ts'

/** Picks are made among so many of the most rated movies, and are to tell about so many. */
const candidates = 400
const targets = 2000
/** Ratings that are taken as known at most, those of the most rated movies: so many leave little to ask, and each takes as long as a pick. */
const mostKnown = 200

export interface FirstPick {
  readonly item: number
  /** Share of the uncertainty about somebody's ratings that asking for this one is expected to remove, after those before it. */
  readonly information: number
  readonly why: string
}

/** What picks are made from: a loaded version, or what a browser has downloaded of it. */
export interface PickSource extends Pick<Live, 'counts' | 'units'> {
  readonly items: Pick<ItemTable, 'genres'>
  readonly bare: Pick<Recommender, 'vectors'>
  readonly train: { readonly scale: RatingScale; readonly users: Pick<Vocabulary, 'size'> }
}

/** The picks of a loaded version. */
export const firstPicks = (live: Live, rated: readonly number[], k: number): FirstPick[] =>
  picksOf(live, (item) => deviationOf(live, item), rated, k)

/**
 * Movies to ask somebody new about, one after the other the most informative (greedy experimental design).
 *
 * Ratings are taken as r(i) = p . q(i) + noise with the model's movie vectors q, p from a normal prior of unit variance, and noise
 * as large as the mean signal |q|^2. A rating of i lowers the variance of r(j) by c(i,j)^2 / (c(i,i) + noise), c being the covariance
 * given what is rated already; the gain of i is that, summed over the most rated movies j, each weighted by its share of the
 * ratings: what is rated often matters often. It is multiplied by the chance that i has been seen at all, its training ratings over
 * the users: a question about a movie that nobody knows tells nothing. Models without vectors: rating variance for the
 * gain, and only one movie for each set of genres. `deviationOf`: the standard deviation of a movie's training ratings.
 */
export function picksOf(
  live: PickSource,
  deviationOf: (item: number) => number,
  rated: readonly number[],
  k: number,
): FirstPick[] {
  const pool = mostRated(live, candidates)
  const vectors = live.units() ? live.bare.vectors!() : null
  const design = vectors ? new Design(live, vectors, pool) : null
  const deviations = pool.map(deviationOf)
  const open = new Set(pool.keys())
  const { counts } = live
  for (const item of [...rated].sort((a, b) => counts[b]! - counts[a]! || a - b).slice(0, mostKnown)) {
    design?.observe(item)
  }
  for (const item of rated) {
    const place = pool.indexOf(item)
    if (place >= 0) open.delete(place)
  }
  const genres = new Map<string, number>()
  const known = pool.map((item) => live.counts[item]! / live.train.users.size)
  const picks: FirstPick[] = []
  while (picks.length < k && open.size > 0) {
    let best = -1
    let most = -1
    for (const place of open) {
      const gain = design
        ? design.gain(place)
        : deviations[place]! ** 2 / 10 / (1 + (genres.get(genresOf(live, pool[place]!)) ?? 0))
      const value = gain * known[place]!
      if (value > most) {
        most = value
        best = place
      }
    }
    open.delete(best)
    const item = pool[best]!
    picks.push({ item, information: most, why: why(live, item, deviations[best]!, picks.length > 0) })
    design?.observe(item)
    genres.set(genresOf(live, item), (genres.get(genresOf(live, item)) ?? 0) + 1)
  }
  return picks
}

/** Posterior covariances of the pool with the user vector, kept up to date by rank-one steps. */
class Design {
  private readonly width: number
  private readonly vectors: Float32Array
  private readonly pool: readonly number[]
  /** C q(i) and M C q(i) of every candidate, C being the covariance of p and M the weighted sum of q(j) q(j)'. */
  private readonly y: Float64Array
  private readonly my: Float64Array
  private readonly moment: Float64Array
  private readonly noise: number
  private readonly total: number
  /** C as the identity less the outer products of these. */
  private readonly removed: Float64Array[] = []

  constructor(live: PickSource, { data, width }: { data: Float32Array; width: number }, pool: readonly number[]) {
    this.width = width
    this.vectors = data
    this.pool = pool
    this.moment = momentOf(live, { data, width })
    let trace = 0
    for (let d = 0; d < width; d++) trace += this.moment[d * width + d]!
    this.total = trace || 1
    this.noise = trace || 1
    this.y = new Float64Array(pool.length * width)
    this.my = new Float64Array(pool.length * width)
    pool.forEach((item, place) => {
      const q = Float64Array.from(data.subarray(item * width, (item + 1) * width))
      this.y.set(q, place * width)
      this.my.set(this.times(q), place * width)
    })
  }

  /** Share of the uncertainty that a rating of this candidate removes. */
  gain(place: number): number {
    const { width, y, my, pool, vectors } = this
    let removed = 0
    let own = 0
    for (let d = 0, at = place * width, q = pool[place]! * width; d < width; d++) {
      removed += y[at + d]! * my[at + d]!
      own += vectors[q + d]! * y[at + d]!
    }
    return removed / (own + this.noise) / this.total
  }

  /** Takes the rating of an item as known. */
  observe(item: number): void {
    const { width, vectors } = this
    const q = vectors.subarray(item * width, (item + 1) * width)
    const direction = Float64Array.from(q)
    for (const past of this.removed) {
      const share = dot(past, q)
      for (let d = 0; d < width; d++) direction[d]! -= share * past[d]!
    }
    const scale = 1 / Math.sqrt(dot(direction, q) + this.noise)
    for (let d = 0; d < width; d++) direction[d]! *= scale
    this.removed.push(direction)
    const moved = this.times(direction)
    for (let place = 0; place < this.pool.length; place++) {
      const share = dot(direction, vectors.subarray(this.pool[place]! * width, (this.pool[place]! + 1) * width))
      for (let d = 0, at = place * width; d < width; d++) {
        this.y[at + d]! -= share * direction[d]!
        this.my[at + d]! -= share * moved[d]!
      }
    }
  }

  private times(vector: Float64Array): Float64Array {
    const { width, moment } = this
    const out = new Float64Array(width)
    for (let a = 0; a < width; a++) {
      let sum = 0
      for (let b = 0; b < width; b++) sum += moment[a * width + b]! * vector[b]!
      out[a] = sum
    }
    return out
  }
}

const moments = new WeakMap<PickSource, Float64Array>()

/** M of a version: the most rated movies' q q', each weighted by its share of the ratings. */
function momentOf(live: PickSource, { data, width }: { data: Float32Array; width: number }): Float64Array {
  const there = moments.get(live)
  if (there) return there
  const moment = new Float64Array(width * width)
  let weights = 0
  for (const item of mostRated(live, targets)) {
    const weight = live.counts[item]!
    weights += weight
    const q = data.subarray(item * width, (item + 1) * width)
    for (let a = 0; a < width; a++) for (let b = 0; b < width; b++) moment[a * width + b]! += weight * q[a]! * q[b]!
  }
  for (let at = 0; at < moment.length; at++) moment[at]! /= weights
  moments.set(live, moment)
  return moment
}

function dot(a: Float64Array, b: Float32Array | Float64Array): number {
  let sum = 0
  for (let d = 0; d < a.length; d++) sum += a[d]! * b[d]!
  return sum
}

function mostRated({ counts }: Pick<Live, 'counts'>, n: number): number[] {
  return Array.from(counts, (_, item) => item)
    .filter((item) => counts[item]! > 0)
    .sort((a, b) => counts[b]! - counts[a]! || a - b)
    .slice(0, n)
}

function deviationOf({ train, counts }: Live, item: number): number {
  const { offsets, values } = train.byItem()
  let sum = 0
  let squares = 0
  for (let at = offsets[item]!; at < offsets[item + 1]!; at++) {
    sum += values[at]!
    squares += values[at]! ** 2
  }
  return deviationOfSums(counts[item]!, sum, squares)
}

/** The standard deviation of so many numbers, by their sum and the sum of their squares. */
export function deviationOfSums(count: number, sum: number, squares: number): number {
  return Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2))
}

const genresOf = ({ items }: Pick<PickSource, 'items'>, item: number): string =>
  [...items.genres[item]!].sort().join('|')

function why({ counts, train }: PickSource, item: number, deviation: number, later: boolean): string {
  const { min, max } = train.scale
  const judged = deviation > 0.23 * (max - min) ? 'judged very differently' : 'judged differently'
  return (
    `rated by ${counts[item]} of ${train.users.size}, ${judged} (deviation ${deviation.toFixed(2)})` +
    (later ? ', and tells what the movies before it do not' : '')
  )
}
