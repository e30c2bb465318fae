import { loadArtefact } from '../../../catalogue/artefact-load.ts'
import { MarqueeError } from '../../../core/errors.ts'
import { findClusters } from '../../../explain/clusters/index.ts'
import { colourGenres, movieMap } from '../../../explain/map/index.ts'
import { narrowed } from '../../../explain/map/narrow.ts'
import { principalCoordinates } from '../../../explain/map/principal-axes.ts'
import { unitRows } from '../../../models/cosine.ts'
import type { Answer } from '../types.ts'

/** Every movie with a rating is on the map, up to the most rated so many: t-SNE's neighbours take time by the square. */
const mostOnMap = 20_000
const movieList = 12

export type MapColumns = Omit<Answer<'getMap'>, 'model' | 'ready'>
export type ClusterList = Answer<'getClusters'>['clusters']

export type Task = { readonly kind: 'map' | 'clusters'; readonly artefact: string }
/** `map` twice: by principal axes at once, by t-SNE at last. */
export type Result =
  | { readonly kind: 'map'; readonly map: MapColumns }
  | { readonly kind: 'clusters'; readonly clusters: ClusterList }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }

/** Does the work; called in a thread. Throws `not-able` for models without vectors, or without a bottleneck. */
export async function work({ kind, artefact }: Task, answer: (result: Result) => void): Promise<void> {
  if (kind === 'map') await drawMap(artefact, answer)
  else answer({ kind: 'clusters', clusters: await clustersIn(artefact) })
}

async function drawMap(directory: string, answer: (result: Result) => void): Promise<void> {
  const { model, train, items } = await loadArtefact(directory)
  const vectors = model.vectors?.() ?? null
  if (!vectors) {
    throw new MarqueeError('not-able', `${model.name} has no movie vectors to draw a map of`, {
      remedy: 'Ask for the map of another model.',
    })
  }
  const { offsets } = train.byItem()
  const ratings = (item: number): number => offsets[item + 1]! - offsets[item]!
  const shown = Array.from({ length: train.items.size }, (_, item) => item)
    .filter((item) => ratings(item) > 0)
    .sort((a, b) => ratings(b) - ratings(a) || a - b)
    .slice(0, mostOnMap)
  const unit = unitRows(narrowed(vectors))
  const { width } = unit
  const points = new Float32Array(shown.length * width)
  shown.forEach((item, n) => {
    points.set(unit.data.subarray(item * width, (item + 1) * width), n * width)
  })
  const axes = principalCoordinates({ data: points, width }, 2)
  const columns = (
    method: string,
    order: readonly number[],
    at: (n: number) => readonly [number, number],
    preservation: number | null,
  ): MapColumns => {
    const colours = colourGenres(order.map((item) => items.genres[item]!))
    const genres = [...new Set(colours)].filter((genre) => genre !== 'none').sort()
    const places = new Map(genres.map((genre, n) => [genre, n]))
    return {
      method,
      ids: order.map((item) => train.items.id(item)),
      x: order.map((_, n) => at(n)[0]),
      y: order.map((_, n) => at(n)[1]),
      genre: colours.map((genre) => places.get(genre) ?? -1),
      genres,
      titles: order.map((item) => items.titles[item]!),
      ratings: order.map(ratings),
      preservation,
    }
  }
  const rounded = (x: number): number => Math.round(x * 1e4) / 1e4
  const first = columns('principal-axes', shown, (n) => [rounded(axes[2 * n]!), rounded(axes[2 * n + 1]!)], null)
  answer({ kind: 'map', map: first })
  const map = await movieMap(model, train, items, { minimumRatings: 1, most: mostOnMap })
  const { movies, preservation } = map
  const order = movies.map(({ item }) => item)
  const drawn = columns('tsne', order, (n) => [movies[n]!.x, movies[n]!.y], preservation.trustworthiness)
  answer({ kind: 'map', map: drawn })
}

async function clustersIn(directory: string): Promise<ClusterList> {
  const { model, train, items } = await loadArtefact(directory)
  const { clusters, agreement } = await findClusters(model, train, items, { movies: movieList, threads: 1 })
  return clusters
    .filter(({ movies }) => movies.length > 0)
    .sort((a, b) => (a.p ?? 2) - (b.p ?? 2) || (a.genres[0]?.p ?? 1) - (b.genres[0]?.p ?? 1) || a.unit - b.unit)
    .map(({ unit, movies, weights, genres, p }) => ({
      unit,
      movies: movies.map((item, n) => ({
        item: train.items.id(item),
        title: items.titles[item]!,
        genres: [...items.genres[item]!],
        weight: weights[n]!,
      })),
      concentration: shared(movies.map((item) => items.genres[item]!)),
      chance: agreement.chance,
      p,
      topGenre: genres[0]?.genre ?? null,
    }))
}

/** How often two movies of a list have a genre in common. */
function shared(lists: readonly (readonly string[])[]): number | null {
  let pairs = 0
  let common = 0
  lists.forEach((a, n) => {
    for (const b of lists.slice(n + 1)) {
      pairs++
      if (a.some((genre) => b.includes(genre))) common++
    }
  })
  return pairs === 0 ? null : common / pairs
}
