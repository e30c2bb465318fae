import { MarqueeError } from '../../core/errors.ts'
import type { OnProgress } from '../../core/progress.ts'
import type { ItemTable } from '../../data/dataset.ts'
import type { Interactions } from '../../data/interactions.ts'
import type { Recommender } from '../../models/recommender.ts'
import { type GenreConcentration, GenreCounts, rankIn } from './concentration.ts'
import { type Encoder, encoderOf } from './encoder.ts'
import { maximiseUnits } from './maximise.ts'

export interface ClusterOptions {
  /** Movies listed for each unit. Default 10. */
  readonly movies?: number
  /** Only movies with so many training ratings: fewer leave the encoder no say. Default 5. */
  readonly minimumRatings?: number
  /** Steps of the ascent. Default 120. */
  readonly steps?: number
  /** Random lists that genres are compared with. Default 1,000. */
  readonly rounds?: number
  /** Of the starts and of the random lists. Default 1. */
  readonly seed?: number
  readonly threads?: number
  readonly onProgress?: OnProgress
  readonly signal?: AbortSignal
}

/** The movies that activate one bottleneck unit. */
export interface Cluster {
  readonly unit: number
  readonly activation: number
  /** Root mean square of the other units' values at the same input, wanted to be 0. */
  readonly others: number
  /** Item indices, the strongest first; empty for a unit that nothing activates. */
  readonly movies: readonly number[]
  /** The input's value of each, as the model sees ratings. */
  readonly weights: readonly number[]
  /** The least likely first. */
  readonly genres: readonly GenreConcentration[]
  /** Chance that a random list has a genre as unlikely as the first: corrected for there being many genres. */
  readonly p: number | null
}

/** Plain JSON. */
export interface Clusters {
  /** All units of the bottleneck, in order. */
  readonly clusters: readonly Cluster[]
  readonly candidates: number
  readonly size: number
  /** Units that something activates. */
  readonly active: number
  /** Of those, units with p below 0.05; by chance one in twenty would be. */
  readonly concentrated: number
  /** How often two movies of a list have a genre in common: of active units (null without any), and of random lists. */
  readonly agreement: { readonly units: number | null; readonly chance: number }
}

/**
 * Lists, for every bottleneck unit of a fitted autoencoder, the movies whose ratings activate it alone, and how much they are of
 * one genre against lists drawn at random from the same candidates (Lund and Ng, Table I). Throws `not-able` for a model
 * without a bottleneck, `too-few-movies`, InterruptedError.
 */
export async function findClusters(
  model: Recommender,
  train: Interactions,
  items: ItemTable,
  options: ClusterOptions = {},
): Promise<Clusters> {
  const encoder = encoderOf(model, train, options.seed ?? 1)
  if (!encoder) {
    throw new MarqueeError('not-able', `${model.name} has no bottleneck to find clusters in`, {
      remedy: 'Train an autoencoder.',
    })
  }
  return clustersOf(encoder, train, items, options)
}

/** The same for any encoder over the items of `train`. */
export async function clustersOf(
  encoder: Encoder,
  train: Interactions,
  items: ItemTable,
  options: ClusterOptions = {},
): Promise<Clusters> {
  const { movies: size = 10, minimumRatings = 5, steps, rounds = 1000, seed = 1, threads, onProgress, signal } = options
  const { offsets } = train.byItem()
  const allowed = (item: number): boolean => offsets[item + 1]! - offsets[item]! >= minimumRatings
  const candidates = Array.from({ length: train.items.size }, (_, item) => item).filter(allowed)
  if (candidates.length < 2 * size) {
    const what = `${candidates.length} movies have ${minimumRatings} ratings, too few for lists of ${size}`
    throw new MarqueeError('too-few-movies', what, { remedy: 'Lower --min-ratings or --movies.' })
  }
  const found = await maximiseUnits(encoder, {
    allowed,
    ...(steps !== undefined && { steps }),
    ...(threads !== undefined && { threads }),
    ...(onProgress && { onProgress }),
    ...(signal && { signal }),
  })
  const counts = new GenreCounts(candidates, (item) => items.genres[item]!)
  const baseline = counts.baseline(size, rounds, seed)
  const clusters = found.map(({ unit, activation, others, input }): Cluster => {
    if (!(activation > 0)) return { unit, activation, others, movies: [], weights: [], genres: [], p: null }
    const movies = candidates.toSorted((a, b) => input[b]! - input[a]! || a - b).slice(0, size)
    const genres = counts.concentration(movies)
    const p = rankIn(baseline, genres[0]?.p ?? 1)
    return { unit, activation, others, movies, weights: movies.map((item) => input[item]!), genres, p }
  })
  const active = clusters.filter(({ movies }) => movies.length > 0)
  const agreements = active.map(({ movies }) => counts.agreement(movies))
  return {
    clusters,
    candidates: candidates.length,
    size,
    active: active.length,
    concentrated: active.filter(({ p }) => p! < 0.05).length,
    agreement: { units: mean(agreements), chance: baseline.agreement },
  }
}

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
