import type { Dataset } from './dataset.ts'
import type { RatingScale } from './interactions.ts'

/** How many ratings the users have, or the items: plain data. */
export interface Distribution {
  readonly min: number
  readonly max: number
  readonly mean: number
  /** Linear interpolation between order statistics (type 7), at 5, 25, 50, 75 and 95 per cent. */
  readonly quantiles: {
    readonly p5: number
    readonly p25: number
    readonly p50: number
    readonly p75: number
    readonly p95: number
  }
  /** Bins 1, 2-3, 4-7, 8-15, …: each `from` to `to` inclusive, and how many users or items have so many ratings. */
  readonly bins: readonly { readonly from: number; readonly to: number; readonly count: number }[]
}

/** What `marquee data info` shows. JSON-able; times are seconds since 1970. */
export interface DatasetInfo {
  readonly name: string
  readonly users: number
  readonly items: number
  readonly ratings: number
  /** ratings / (users x items), in [0, 1]. */
  readonly density: number
  readonly meanRating: number
  readonly scale: RatingScale
  /** Levels of the rating scale with their counts; 20 equal intervals (by their lower end) where ratings are continuous. */
  readonly histogram: readonly { readonly rating: number; readonly count: number }[]
  readonly ratingsPerUser: Distribution
  readonly ratingsPerItem: Distribution
  readonly time: { readonly first: number; readonly last: number } | null
  /** How many items have them. */
  readonly itemFacts: {
    readonly titles: number
    readonly years: number
    readonly genres: number
    readonly tags: number
    readonly imdb: number
    readonly tmdb: number
  }
  readonly cleaning: Dataset['cleaning']
  readonly source: Dataset['source']
  readonly fingerprint: string
}

/** Describes a data set in one pass over its columns. */
export function describeDataset(dataset: Dataset): DatasetInfo {
  const { interactions, items } = dataset
  const { users, items: vocabulary, count, scale } = interactions
  return {
    name: dataset.name,
    users: users.size,
    items: vocabulary.size,
    ratings: count,
    density: count / (users.size * vocabulary.size),
    meanRating: interactions.mean(),
    scale,
    histogram: histogramOf(interactions.rating, scale),
    ratingsPerUser: distributionOf(interactions.user, users.size),
    ratingsPerItem: distributionOf(interactions.item, vocabulary.size),
    time: interactions.timestamp && rangeOf(interactions.timestamp),
    itemFacts: {
      titles: items.titles.filter((title, k) => title !== vocabulary.id(k)).length,
      years: items.years.filter((year) => year > 0).length,
      genres: items.genres.filter((genres) => genres.length > 0).length,
      tags: items.tags.filter((tags) => tags.length > 0).length,
      imdb: items.imdb.filter((id) => id !== null).length,
      tmdb: items.tmdb.filter((id) => id !== null).length,
    },
    cleaning: dataset.cleaning,
    source: dataset.source,
    fingerprint: dataset.fingerprint,
  }
}

function histogramOf(ratings: Float32Array, { min, max, step }: RatingScale): DatasetInfo['histogram'] {
  const levels = step === null ? (max > min ? 20 : 1) : Math.round((max - min) / step) + 1
  const width = step ?? (max > min ? (max - min) / levels : 1)
  const counts = new Array<number>(levels).fill(0)
  const shift = step === null ? 0 : 0.5
  for (const rating of ratings) {
    const level = Math.floor((rating - min) / width + shift)
    counts[Math.min(levels - 1, Math.max(0, level))]!++
  }
  return counts.map((count, k) => ({ rating: Number((min + k * width).toPrecision(7)), count }))
}

/** The distribution of how often each of 0 .. size-1 stands in a column. */
export function distributionOf(column: Int32Array, size: number): Distribution {
  const counts = new Int32Array(size)
  for (const index of column) counts[index]!++
  counts.sort()
  const at = (share: number): number => {
    const place = share * (size - 1)
    const below = Math.floor(place)
    const low = counts[below] ?? 0
    return low + (place - below) * ((counts[below + 1] ?? low) - low)
  }
  const max = counts[size - 1] ?? 0
  const bins: { from: number; to: number; count: number }[] = []
  for (let from = 1; from <= max; from *= 2) bins.push({ from, to: 2 * from - 1, count: 0 })
  for (const count of counts) if (count > 0) bins[31 - Math.clz32(count)]!.count++
  return {
    min: counts[0] ?? 0,
    max,
    mean: column.length / size,
    quantiles: { p5: at(0.05), p25: at(0.25), p50: at(0.5), p75: at(0.75), p95: at(0.95) },
    bins,
  }
}

function rangeOf(times: Float64Array): { first: number; last: number } {
  let first = Number.POSITIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  for (const time of times) {
    if (time < first) first = time
    if (time > last) last = time
  }
  return { first, last }
}
