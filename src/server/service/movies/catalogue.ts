import { MarqueeError } from '../../../core/errors.ts'
import type { Store, StoredMovie } from '../../../store/store.ts'
import type { Live } from '../shelf/live.ts'
import type { Movie } from '../types.ts'
import { MovieMatcher } from './match.ts'
import { TitleSearch } from './search.ts'

/** Movies of the store are read in pages of so many. */
const page = 1000

/** A movie with its place in the model; -1 where only the store knows it. */
export interface Entry extends StoredMovie {
  readonly item: number
}

/**
 * The movies of the main live version and those that only the store knows, in the order of the vocabulary, the store's
 * behind. Made anew when another version goes live; whoever holds an old one goes on with it.
 */
export class Catalogue {
  readonly live: Live
  readonly entries: readonly Entry[]
  /** Places in `entries`, the most rated first. */
  readonly byRatings: Int32Array
  /** Places, the newest first, then the most rated. */
  readonly byYear: Int32Array
  readonly search: TitleSearch
  readonly genres: readonly { genre: string; movies: number }[]
  private readonly places: ReadonlyMap<string, number>
  private matching: MovieMatcher | null = null

  private constructor(live: Live, entries: readonly Entry[], search: TitleSearch) {
    this.live = live
    this.entries = entries
    this.search = search
    this.places = new Map(entries.map(({ id }, place) => [id, place]))
    const places = Int32Array.from(entries, (_, place) => place)
    this.byRatings = places.slice().sort((a, b) => this.ratings(b) - this.ratings(a) || a - b)
    this.byYear = this.byRatings
      .filter((place) => entries[place]!.year !== null)
      .sort((a, b) => entries[b]!.year! - entries[a]!.year! || this.ratings(b) - this.ratings(a) || a - b)
    const genres = new Map<string, number>()
    for (const { genres: own } of entries) for (const genre of own) genres.set(genre, (genres.get(genre) ?? 0) + 1)
    this.genres = [...genres]
      .map(([genre, movies]) => ({ genre, movies }))
      .sort((a, b) => b.movies - a.movies || (a.genre < b.genre ? -1 : 1))
  }

  static async create(live: Live, store: Store): Promise<Catalogue> {
    const { items, train } = live
    const entries: Entry[] = train.items.ids().map((id, item) => ({
      item,
      id,
      title: items.titles[item]!,
      year: items.years[item] || null,
      genres: items.genres[item]!,
      tags: items.tags[item]!.map(({ tag }) => tag),
      imdb: items.imdb[item] ?? null,
      tmdb: items.tmdb[item] ?? null,
    }))
    let cursor: string | null = null
    do {
      const found: Awaited<ReturnType<Store['movies']>> = await store.movies({ cursor, limit: page })
      for (const movie of found.entries) if (train.items.indexOf(movie.id) < 0) entries.push({ ...movie, item: -1 })
      cursor = found.next
    } while (cursor !== null)
    return new Catalogue(live, entries, await TitleSearch.create(entries, (place) => countOf(live, entries[place]!)))
  }

  /** Place of an id, or -1. */
  placeOf(id: string): number {
    return this.places.get(id) ?? -1
  }

  ratings(place: number): number {
    return countOf(this.live, this.entries[place]!)
  }

  movie(place: number): Movie {
    const { id, title, year, genres, imdb, tmdb, item } = this.entries[place]!
    const ratings = this.ratings(place)
    const meanRating = ratings === 0 ? null : this.live.meanRatings()[item]!
    return { id, title, year, genres: genres as string[], imdb, tmdb, ratings, meanRating }
  }

  /** Throws `unknown-movie`. */
  get(id: string): Movie {
    const place = this.placeOf(id)
    if (place >= 0) return this.movie(place)
    throw new MarqueeError('unknown-movie', `there is no movie with the id ${JSON.stringify(id)}`, {
      remedy: 'GET /v1/movies?query=… finds ids by title.',
    })
  }

  get matcher(): MovieMatcher {
    this.matching ??= new MovieMatcher(this.entries, (place) => this.ratings(place))
    return this.matching
  }
}

const countOf = ({ counts }: Live, { item }: Entry): number => (item < 0 ? 0 : counts[item]!)

/** Whether a movie has a genre (whatever its letter case) and a year within limits. */
export function passes(
  { genres, year }: StoredMovie,
  filter: { genre?: string | undefined; yearFrom?: number | undefined; yearTo?: number | undefined },
): boolean {
  const { genre, yearFrom, yearTo } = filter
  if (genre !== undefined && !genres.some((own) => own.toLowerCase() === genre.toLowerCase())) return false
  if (yearFrom === undefined && yearTo === undefined) return true
  return year !== null && year >= (yearFrom ?? 1) && year <= (yearTo ?? 9999)
}
