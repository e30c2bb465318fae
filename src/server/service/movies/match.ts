import { parseTitle } from '../../../catalogue/title-words.ts'
import type { StoredMovie } from '../../../store/store.ts'
import type { Body } from '../types.ts'

type Asked = Body<'matchMovies'>['movies'][number]
type Known = Pick<StoredMovie, 'imdb' | 'tmdb' | 'title' | 'year'>
type By = 'imdb' | 'tmdb' | 'title-year' | 'title'

/** Other lists date a movie by another premiere. */
const yearsApart = 1

/** Finds movies that another site's export names. */
export class MovieMatcher {
  private readonly movies: readonly Known[]
  private readonly ratings: (place: number) => number
  private readonly imdb = new Map<string, number>()
  private readonly tmdb = new Map<string, number>()
  /** By name with its article in front, by name without it, and by what stands before a colon. */
  private readonly full = new Map<string, number[]>()
  private readonly bare = new Map<string, number[]>()
  private readonly short = new Map<string, number[]>()

  constructor(movies: readonly Known[], ratings: (place: number) => number) {
    this.movies = movies
    this.ratings = ratings
    movies.forEach(({ imdb, tmdb, title }, place) => {
      if (imdb !== null) this.imdb.set(digits(imdb), place)
      if (tmdb !== null) this.tmdb.set(digits(tmdb), place)
      for (const { text, article } of parseTitle(title).names) {
        add(this.full, `${article} ${text}`.trim(), place)
        add(this.bare, text, place)
      }
      const colon = title.indexOf(':')
      if (colon > 0) for (const { text } of parseTitle(title.slice(0, colon)).names) add(this.short, text, place)
    })
  }

  /**
   * The place of a movie and what found it: an id; else the title, article moved or not, with the year, at most one apart, or
   * what stands before a colon with the very year ("Star Wars" 1977); else, where no year is given, the title if one movie
   * alone bears it. A wrong year finds nothing: better none than another.
   */
  find({ imdb, tmdb, title, year }: Asked): { readonly place: number; readonly by: By } | null {
    const byImdb = imdb === null ? undefined : this.imdb.get(digits(imdb))
    if (byImdb !== undefined) return { place: byImdb, by: 'imdb' }
    const byTmdb = tmdb === null ? undefined : this.tmdb.get(digits(tmdb))
    if (byTmdb !== undefined) return { place: byTmdb, by: 'tmdb' }
    if (title === null) return null
    const parsed = parseTitle(title)
    const wanted = year ?? parsed.year
    const named = (index: ReadonlyMap<string, number[]>, article: boolean): number[] => {
      const keys = parsed.names.map((name) => (article ? `${name.article} ${name.text}`.trim() : name.text))
      return [...new Set(keys.flatMap((key) => index.get(key) ?? []))]
    }
    const tries = [named(this.full, true), named(this.bare, false)]
    if (wanted === null) {
      const only = tries.find((places) => places.length > 0)
      return only?.length === 1 ? { place: only[0]!, by: 'title' } : null
    }
    const apart = (place: number): number => Math.abs((this.movies[place]!.year ?? Number.POSITIVE_INFINITY) - wanted)
    const nearest = (places: readonly number[], limit: number): number | undefined =>
      places
        .filter((place) => apart(place) <= limit)
        .sort((a, b) => apart(a) - apart(b) || this.ratings(b) - this.ratings(a))[0]
    const place =
      nearest(tries[0]!, yearsApart) ?? nearest(tries[1]!, yearsApart) ?? nearest(named(this.short, false), 0)
    return place === undefined ? null : { place, by: 'title-year' }
  }
}

function add(index: Map<string, number[]>, key: string, place: number): void {
  const same = index.get(key)
  if (!same) index.set(key, [place])
  else if (same.at(-1) !== place) same.push(place)
}

/** "tt0114709" and "114709" are one id. */
const digits = (id: string): string => id.replace(/^tt/i, '').replace(/^0+/, '')
