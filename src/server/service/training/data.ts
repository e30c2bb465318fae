import type { ItemTable } from '../../../data/dataset.ts'
import { Interactions, type RatingScale } from '../../../data/interactions.ts'
import { Vocabulary } from '../../../data/vocabulary.ts'
import type { StoredMovie } from '../../../store/store.ts'

/** A current rating of the store; time in seconds since 1970. */
export type StoreRating = readonly [user: string, item: string, value: number, time: number]

export interface TrainingBase {
  readonly users: readonly string[]
  readonly items: readonly string[]
  readonly table: ItemTable
  readonly ratings: Pick<Interactions, 'user' | 'item' | 'rating' | 'timestamp' | 'scale'>
  /** How many of the rows, the first, came with the data; those behind them came from the store and are asked of it again. */
  readonly base: number
}

export interface TrainingData {
  /** Rows of the data first, in their order, then those of the store. */
  readonly train: Interactions
  readonly items: ItemTable
  /** How many rows, the last, came from the store. */
  readonly storeRatings: number
  readonly newUsers: number
  readonly newItems: number
}

/**
 * The ratings a model was trained on, overlaid by those of the store now: where both have a pair, the store's counts; a pair in
 * `takenBack` (user and item) is gone. The vocabularies begin with the old ones, id by id, so that old weights fit; behind
 * them come users and movies that only the store knows, movies without ratings too.
 */
export function trainingData(
  base: TrainingBase,
  store: readonly StoreRating[],
  takenBack: readonly (readonly [user: string, item: string])[],
  movies: readonly StoredMovie[],
): TrainingData {
  const users = new Index(base.users)
  const items = new Index(base.items)
  const overlaid = new Map<string, StoreRating>()
  for (const rating of store) overlaid.set(pair(rating[0], rating[1]), rating)
  const gone = new Set(takenBack.map(([user, item]) => pair(user, item)))
  const kept: number[] = []
  for (let row = 0; row < base.base; row++) {
    const key = pair(base.users[base.ratings.user[row]!]!, base.items[base.ratings.item[row]!]!)
    if (!overlaid.has(key) && !gone.has(key)) kept.push(row)
  }
  const added = [...overlaid.values()]
  const known = new Map(movies.map((movie) => [movie.id, movie]))
  for (const [user, item] of added) {
    users.add(user)
    items.add(item)
  }
  for (const { id } of movies) items.add(id)
  const { scale, timestamp } = base.ratings
  const count = kept.length + added.length
  const columns = {
    user: new Int32Array(count),
    item: new Int32Array(count),
    rating: new Float32Array(count),
    timestamp: timestamp ? new Float64Array(count) : null,
  }
  kept.forEach((row, n) => {
    columns.user[n] = base.ratings.user[row]!
    columns.item[n] = base.ratings.item[row]!
    columns.rating[n] = base.ratings.rating[row]!
    if (columns.timestamp) columns.timestamp[n] = timestamp![row]!
  })
  added.forEach(([user, item, value, time], k) => {
    const n = kept.length + k
    columns.user[n] = users.add(user)
    columns.item[n] = items.add(item)
    columns.rating[n] = within(scale, value)
    if (columns.timestamp) columns.timestamp[n] = time
  })
  const [userIds, itemIds] = [Vocabulary.of(users.ids), Vocabulary.of(items.ids)]
  return {
    train: new Interactions({ ...columns, users: userIds, items: itemIds, scale }),
    items: grown(base.table, items.ids.slice(base.items.length), known),
    storeRatings: added.length,
    newUsers: users.ids.length - base.users.length,
    newItems: items.ids.length - base.items.length,
  }
}

class Index {
  readonly ids: string[]
  private readonly places: Map<string, number>

  constructor(ids: readonly string[]) {
    this.ids = [...ids]
    this.places = new Map(ids.map((id, place) => [id, place]))
  }

  add(id: string): number {
    let place = this.places.get(id)
    if (place === undefined) {
      place = this.ids.length
      this.places.set(id, place)
      this.ids.push(id)
    }
    return place
  }
}

function grown(table: ItemTable, ids: readonly string[], known: ReadonlyMap<string, StoredMovie>): ItemTable {
  const movies = ids.map((id) => known.get(id) ?? null)
  const years = new Int16Array(table.years.length + ids.length)
  years.set(table.years)
  movies.forEach((movie, n) => {
    years[table.years.length + n] = movie?.year ?? 0
  })
  return {
    titles: [...table.titles, ...movies.map((movie, n) => movie?.title ?? ids[n]!)],
    years,
    genres: [...table.genres, ...movies.map((movie) => movie?.genres ?? [])],
    tags: [...table.tags, ...movies.map((movie) => (movie?.tags ?? []).map((tag) => ({ tag, count: 1 })))],
    imdb: [...table.imdb, ...movies.map((movie) => movie?.imdb ?? null)],
    tmdb: [...table.tmdb, ...movies.map((movie) => movie?.tmdb ?? null)],
  }
}

const pair = (user: string, item: string): string => `${user}\u0000${item}`

const within = ({ min, max }: RatingScale, value: number): number => Math.min(max, Math.max(min, value))
