import { MarqueeError } from '../../../core/errors.ts'
import type { Answer, Query } from '../types.ts'
import { type Catalogue, passes } from './catalogue.ts'

/** A page of the search, or without a query of all movies, the most rated first. Throws `bad-cursor`. */
export function listMovies(catalogue: Catalogue, query: Query<'listMovies'>): Answer<'listMovies'> {
  const { query: text, cursor, limit } = query
  const from = placeIn(cursor)
  const found: ArrayLike<number> =
    text === undefined || text.trim() === '' ? catalogue.byRatings : catalogue.search.find(text)
  const filtered = Array.from(found).filter((place) => passes(catalogue.entries[place]!, query))
  const page = filtered.slice(from, from + limit).map((place) => catalogue.movie(place))
  const next = from + limit < filtered.length ? cursorOf(from + limit) : null
  return { movies: page, next, total: filtered.length }
}

const cursorOf = (from: number): string => Buffer.from(`movies ${from}`).toString('base64url')

function placeIn(cursor: string | undefined): number {
  if (cursor === undefined) return 0
  const read = /^movies (\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString())
  if (read) return Number(read[1])
  throw new MarqueeError('bad-cursor', 'the cursor is not one of this list', {
    place: 'query.cursor',
    remedy: 'Give `next` of the page before, or none for the first page.',
  })
}

/** By ratings, those of the store included. */
export function popularMovies(
  catalogue: Catalogue,
  store: ReadonlyMap<string, number>,
  { k, genre }: Query<'popular'>,
): Answer<'popular'> {
  const total = (place: number): number => catalogue.ratings(place) + (store.get(catalogue.entries[place]!.id) ?? 0)
  const own = catalogue.byRatings.filter((place) => passes(catalogue.entries[place]!, { genre }))
  // Only movies with ratings in the store can rise: the order of the others stands.
  const ordered = store.size === 0 ? own.slice(0, k) : own.sort((a, b) => total(b) - total(a) || a - b).slice(0, k)
  return { movies: Array.from(ordered, (place) => catalogue.movie(place)) }
}

/** The newest first, then the most rated. */
export function latestMovies(catalogue: Catalogue, { k, genre }: Query<'latest'>): Answer<'latest'> {
  const movies: Answer<'latest'>['movies'] = []
  for (const place of catalogue.byYear) {
    if (movies.length === k) break
    if (passes(catalogue.entries[place]!, { genre })) movies.push(catalogue.movie(place))
  }
  return { movies }
}
