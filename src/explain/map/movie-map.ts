import { MarqueeError } from '../../core/errors.ts'
import type { OnProgress } from '../../core/progress.ts'
import type { ItemTable } from '../../data/dataset.ts'
import type { Interactions } from '../../data/interactions.ts'
import type { Recommender } from '../../models/recommender.ts'
import { narrowed } from './narrow.ts'
import { nearest, type Points } from './points.ts'
import { type Preservation, preservation } from './preservation.ts'
import { tsne } from './tsne.ts'

export interface MovieMapOptions {
  /** Default 30. */
  readonly perplexity?: number
  /** Default 1. */
  readonly seed?: number
  /** Default 1,000. */
  readonly iterations?: number
  /** Movies with at least so many training ratings, at least 1: those without any have vectors of noise. Default 5. */
  readonly minimumRatings?: number
  /** At most so many movies, the most rated. Default 10,000. */
  readonly most?: number
  readonly onProgress?: OnProgress
  readonly signal?: AbortSignal
}

export interface MappedMovie {
  /** Index. */
  readonly item: number
  /** The original id. */
  readonly id: string
  readonly title: string
  readonly genres: readonly string[]
  /** The genre it is coloured by: the rarest of its own on the map, which says most; "none" where it has none. */
  readonly genre: string
  /** Training ratings. */
  readonly ratings: number
  readonly x: number
  readonly y: number
}

/** Plain JSON. */
export interface MovieMap {
  readonly model: string
  readonly perplexity: number
  readonly seed: number
  readonly iterations: number
  readonly minimumRatings: number
  /** Kullback-Leibler divergence of the map from the vectors, in nats. */
  readonly divergence: number
  readonly preservation: Preservation
  /** Mean share of a movie's ten nearest on the map that share its genre, and what chance would give. */
  readonly genreAgreement: { readonly map: number; readonly vectors: number; readonly chance: number }
  /** The most rated first. */
  readonly movies: readonly MappedMovie[]
}

const neighbours = 10

/**
 * A t-SNE map of a fitted model's movies by what it learned of them: its vectors at unit length, so that near on the map
 * means a high cosine, as in `similar`. Vectors of more than 512 numbers are narrowed first, and all figures are of the narrowed ones. Throws `not-able` for a model without movie vectors, `too-few-movies` for the
 * perplexity, InterruptedError.
 */
export async function movieMap(
  model: Recommender,
  train: Interactions,
  table: ItemTable,
  options: MovieMapOptions = {},
): Promise<MovieMap> {
  const {
    perplexity = 30,
    seed = 1,
    iterations = 1000,
    minimumRatings = 5,
    most = 10_000,
    onProgress,
    signal,
  } = options
  const vectors = model.vectors?.() ?? null
  if (!vectors) {
    throw new MarqueeError('not-able', `${model.name} has no movie vectors to draw a map of`, {
      remedy: 'Choose a model that can find similar movies by vectors, such as embedding-dot.',
    })
  }
  const { offsets } = train.byItem()
  const ratings = (item: number): number => offsets[item + 1]! - offsets[item]!
  const items = Array.from({ length: train.items.size }, (_, item) => item)
    .filter((item) => ratings(item) >= minimumRatings)
    .sort((a, b) => ratings(b) - ratings(a) || a - b)
    .slice(0, most)
  const needed = Math.max(Math.floor(3 * perplexity) + 2, 3 * neighbours)
  if (items.length < needed) {
    throw new MarqueeError(
      'too-few-movies',
      `perplexity ${perplexity} needs ${needed} movies and there are ${items.length}`,
      {
        remedy: 'Lower --perplexity or --min-ratings.',
      },
    )
  }
  const points = unitVectors(narrowed(vectors), items)
  const work = { perplexity, seed, iterations, ...(onProgress && { onProgress }), ...(signal && { signal }) }
  const { coordinates, divergence } = await tsne(points, work)
  const map: Points = { data: coordinates, width: 2 }
  const genres = items.map((item) => table.genres[item]!)
  const colours = colourGenres(genres)
  onProgress?.({ stage: 'measuring the map', done: 0, total: null, unit: 'movies' })
  return {
    model: model.name,
    perplexity,
    seed,
    iterations,
    minimumRatings,
    divergence,
    preservation: preservation(points, map, { neighbours, seed }),
    genreAgreement: { map: agreement(map, colours), vectors: agreement(points, colours), chance: chance(colours) },
    movies: items.map((item, n) => ({
      item,
      id: train.items.id(item),
      title: table.titles[item]!,
      genres: genres[n]!,
      genre: colours[n]!,
      ratings: ratings(item),
      x: rounded(coordinates[2 * n]!),
      y: rounded(coordinates[2 * n + 1]!),
    })),
  }
}

/** Each movie's rarest genre among all these movies; ties by name. */
export function colourGenres(genres: readonly (readonly string[])[]): string[] {
  const counts = new Map<string, number>()
  for (const own of genres) for (const genre of own) counts.set(genre, (counts.get(genre) ?? 0) + 1)
  const rarer = (a: string, b: string): number => counts.get(a)! - counts.get(b)! || (a < b ? -1 : 1)
  return genres.map((own) => [...own].sort(rarer)[0] ?? 'none')
}

function unitVectors({ data, width }: { data: Float32Array; width: number }, items: readonly number[]): Points {
  const points = new Float32Array(items.length * width)
  items.forEach((item, n) => {
    const vector = data.subarray(item * width, item * width + width)
    const length = Math.hypot(...vector)
    if (length > 0) for (let d = 0; d < width; d++) points[n * width + d] = vector[d]! / length
  })
  return { data: points, width }
}

function agreement(points: Points, labels: readonly string[]): number {
  const { indices } = nearest(points, neighbours)
  let same = 0
  for (let at = 0; at < indices.length; at++) {
    if (labels[indices[at]!] === labels[Math.floor(at / neighbours)]) same++
  }
  return same / indices.length
}

/** How often two different movies drawn at random have one label. */
function chance(labels: readonly string[]): number {
  const counts = new Map<string, number>()
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1)
  const n = labels.length
  let pairs = 0
  for (const count of counts.values()) pairs += count * (count - 1)
  return pairs / (n * (n - 1))
}

const rounded = (x: number): number => Math.round(x * 1000) / 1000
