import type { Movie } from '../../api.ts'
import type { Entry, Lists, MovieBrief } from '../document.ts'
import type { Wanted } from '../store.ts'
import type { Imported } from './sites.ts'

/** What is asked for each entry; the body of POST /v1/movies/match. */
export interface Asked {
  readonly imdb: string | null
  readonly tmdb: string | null
  readonly title: string | null
  readonly year: number | null
}
export type Matcher = (asked: readonly Asked[]) => Promise<readonly (Movie | MovieBrief | null)[]>

export interface Plan {
  readonly wanted: readonly Wanted[]
  readonly unmatched: readonly Imported[]
  readonly counts: { readonly ratings: number; readonly watchlist: number; readonly watched: number }
  /** Entries that say nothing new: the same movie again, or as it is kept already. */
  readonly repeated: number
}

/** Most that one request asks. */
const most = 1_000

/**
 * Matches what files say with our movies and plans the change. Of several ratings of one movie the newest counts (a diary
 * has one for each viewing); a rated movie is neither watched nor on the watchlist.
 */
export async function planImport(
  entries: readonly Imported[],
  kept: Lists,
  match: Matcher,
  now: string,
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<Plan> {
  const unmatched: Imported[] = []
  const found: { entry: Imported; movie: MovieBrief }[] = []
  for (let from = 0; from < entries.length; from += most) {
    const part = entries.slice(from, from + most)
    const matches = await match(part.map(({ imdb, tmdb, title, year }) => ({ imdb, tmdb, title, year })))
    for (const [i, entry] of part.entries()) {
      const movie = matches[i] ?? null
      if (movie === null) unmatched.push(entry)
      else found.push({ entry, movie })
    }
    onProgress(Math.min(entries.length, from + most), entries.length)
  }
  const best = new Map<string, { entry: Imported; movie: MovieBrief }>()
  let repeated = 0
  const weight = { ratings: 2, watched: 1, watchlist: 0 }
  for (const next of found) {
    const before = best.get(next.movie.id)
    if (before !== undefined) repeated += 1
    const better =
      before === undefined ||
      weight[next.entry.list] > weight[before.entry.list] ||
      (next.entry.list === before.entry.list && (next.entry.time ?? '') >= (before.entry.time ?? ''))
    if (better) best.set(next.movie.id, next)
  }
  const wanted: Wanted[] = []
  const counts = { ratings: 0, watchlist: 0, watched: 0 }
  for (const { entry, movie } of best.values()) {
    const { id } = movie
    const before = kept[entry.list][id]
    if (
      (before !== undefined && before.rating === entry.rating) ||
      (entry.list !== 'ratings' && kept.ratings[id] !== undefined)
    ) {
      repeated += 1
      continue
    }
    const brief: MovieBrief = { id, title: movie.title, year: movie.year, genres: [...movie.genres] }
    const kind: Entry = { movie: brief, rating: entry.rating, time: entry.time ?? now, recommendation: null }
    wanted.push({ list: entry.list, id, entry: kind })
    counts[entry.list] += 1
    if (entry.list !== 'watchlist' && kept.watchlist[id] !== undefined)
      wanted.push({ list: 'watchlist', id, entry: null })
    if (entry.list === 'ratings' && kept.watched[id] !== undefined) wanted.push({ list: 'watched', id, entry: null })
    if (entry.list === 'ratings' && kept.dismissed[id] !== undefined)
      wanted.push({ list: 'dismissed', id, entry: null })
  }
  return { wanted, unmatched, counts, repeated }
}
