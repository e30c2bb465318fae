import { parseCsv, records } from './csv.ts'

/** One thing that a file of another site says of one movie, before it is matched with ours. */
export interface Imported {
  readonly list: 'ratings' | 'watchlist' | 'watched'
  readonly title: string | null
  readonly year: number | null
  /** Digits only. */
  readonly imdb: string | null
  readonly tmdb: string | null
  /** In our stars, 0.5 to 5; null in the other lists. */
  readonly rating: number | null
  /** ISO 8601, or null where the file says none. */
  readonly time: string | null
}

export interface ReadFile {
  readonly site: 'letterboxd' | 'imdb' | 'trakt'
  /** In words: "Letterboxd diary". */
  readonly name: string
  readonly entries: readonly Imported[]
  /** Rows left out, by why: { "a series, not a movie": 3 }. */
  readonly skipped: Readonly<Record<string, number>>
}

/** A file that is none of those that can be read; `message` says which can. */
export class UnknownFile extends Error {
  override name = 'UnknownFile'
}

const known =
  'Marquee reads Letterboxd’s ratings.csv, watched.csv, watchlist.csv, diary.csv and reviews.csv; IMDb’s ratings.csv and watchlist.csv; Trakt’s CSV and JSON exports; and its own JSON export.'

const yearOf = (text: string | number | null | undefined) => {
  const year = Number.parseInt(String(text ?? ''), 10)
  return year >= 1870 && year <= 2200 ? year : null
}
const timeOf = (text: string | null | undefined) => {
  const time = Date.parse(text ?? '')
  return Number.isNaN(time) ? null : new Date(time).toISOString()
}
const digits = (text: string | number | null | undefined) => {
  const found = /^(?:tt)?0*(\d+)$/.exec(String(text ?? '').trim())
  return found === null || found[1] === '0' ? null : found[1]!
}
/** IMDb ids have at least seven digits in the data's links: 0114709. */
const imdbOf = (text: string | number | null | undefined) => digits(text)?.padStart(7, '0') ?? null

/** Stars in halves as Letterboxd has them; null where it is none. */
export function starsOfFive(text: string): number | null {
  const value = Number(text)
  return text.trim() !== '' && value >= 0.5 && value <= 5 ? Math.round(value * 2) / 2 : null
}
/** Points of 1 to 10 as IMDb and Trakt have them, halved: 7 becomes 3.5 stars. */
export function starsOfTen(text: string | number | null | undefined): number | null {
  const value = Number(text)
  return String(text ?? '').trim() !== '' && value >= 1 && value <= 10 ? Math.round(value) / 2 : null
}

class Reader {
  readonly entries: Imported[] = []
  readonly skipped: Record<string, number> = {}
  skip(why: string): void {
    this.skipped[why] = (this.skipped[why] ?? 0) + 1
  }
  add(entry: Imported): void {
    if (entry.imdb === null && entry.tmdb === null && (entry.title ?? '') === '') this.skip('no title and no id')
    else this.entries.push(entry)
  }
}

const wrongRating = 'a rating that is outside the scale'
const notMovie = 'a series or an episode, not a movie'

function letterboxd(columns: readonly string[], rows: readonly Map<string, string>[], fileName: string): ReadFile {
  const reader = new Reader()
  const rated = columns.includes('rating')
  const diary = columns.includes('watched date')
  const watchlist = !rated && !diary && /watchlist/i.test(fileName)
  for (const row of rows) {
    const text = row.get('rating') ?? ''
    const rating = text === '' ? null : starsOfFive(text)
    if (text !== '' && rating === null) {
      reader.skip(wrongRating)
      continue
    }
    reader.add({
      list: rating !== null ? 'ratings' : watchlist ? 'watchlist' : 'watched',
      title: row.get('name') ?? null,
      year: yearOf(row.get('year')),
      imdb: null,
      tmdb: null,
      rating,
      time: timeOf(row.get('watched date') || row.get('date')),
    })
  }
  const what = columns.includes('review')
    ? 'reviews'
    : diary
      ? 'diary'
      : rated
        ? 'ratings'
        : watchlist
          ? 'watchlist'
          : 'watched'
  return { site: 'letterboxd', name: `Letterboxd ${what}`, entries: reader.entries, skipped: reader.skipped }
}

function imdb(columns: readonly string[], rows: readonly Map<string, string>[], fileName: string): ReadFile {
  const reader = new Reader()
  // A watchlist has positions; its "Your Rating" column is filled where the movie was rated as well.
  const list = columns.includes('position') || /watchlist/i.test(fileName)
  for (const row of rows) {
    const type = (row.get('title type') ?? '').toLowerCase().replaceAll(' ', '')
    if (/^tv(series|episode|miniseries|short)|^videogame|^podcast|^musicvideo/.test(type)) {
      reader.skip(notMovie)
      continue
    }
    const text = row.get('your rating') ?? ''
    const rating = text === '' ? null : starsOfTen(text)
    if (text !== '' && rating === null) {
      reader.skip(wrongRating)
      continue
    }
    if (rating === null && !list) {
      reader.skip('no rating')
      continue
    }
    reader.add({
      list: rating === null ? 'watchlist' : 'ratings',
      title: row.get('title') ?? null,
      year: yearOf(row.get('year')),
      imdb: imdbOf(row.get('const')),
      tmdb: null,
      rating,
      time: timeOf(row.get('date rated') || row.get('created')),
    })
  }
  return { site: 'imdb', name: list ? 'IMDb list' : 'IMDb ratings', entries: reader.entries, skipped: reader.skipped }
}

function traktCsv(columns: readonly string[], rows: readonly Map<string, string>[], fileName: string): ReadFile {
  const reader = new Reader()
  const rated = columns.includes('rating')
  const watched = columns.includes('watched_at') || columns.includes('last_watched_at')
  for (const row of rows) {
    if ((row.get('type') ?? 'movie') !== 'movie') {
      reader.skip(notMovie)
      continue
    }
    const text = row.get('rating') ?? ''
    const rating = text === '' ? null : starsOfTen(text)
    if (text !== '' && rating === null) {
      reader.skip(wrongRating)
      continue
    }
    const seen = (row.get('watched_at') || row.get('last_watched_at')) ?? ''
    reader.add({
      list:
        rating !== null
          ? 'ratings'
          : seen !== '' || (watched && !/watchlist/i.test(fileName))
            ? 'watched'
            : 'watchlist',
      title: row.get('title') ?? null,
      year: yearOf(row.get('year')),
      imdb: imdbOf(row.get('imdb_id')),
      tmdb: digits(row.get('tmdb_id')),
      rating,
      time: timeOf(row.get('rated_at') || seen || row.get('listed_at') || row.get('watchlisted_at')),
    })
  }
  const what = rated ? 'ratings' : watched ? 'history' : 'watchlist'
  return { site: 'trakt', name: `Trakt ${what}`, entries: reader.entries, skipped: reader.skipped }
}

interface TraktEntry {
  readonly type?: string
  readonly rating?: number
  readonly rated_at?: string
  readonly watched_at?: string
  readonly last_watched_at?: string
  readonly plays?: number
  readonly action?: string
  readonly listed_at?: string
  readonly movie?: { title?: string; year?: number; ids?: { imdb?: string | null; tmdb?: number | null } }
  readonly show?: unknown
}

function traktJson(given: readonly TraktEntry[]): ReadFile {
  const reader = new Reader()
  const kinds = new Set<string>()
  for (const entry of given) {
    if (typeof entry !== 'object' || entry === null || entry.movie === undefined) {
      reader.skip(entry?.show === undefined ? 'not understood' : notMovie)
      continue
    }
    const rating = entry.rating === undefined ? null : starsOfTen(entry.rating)
    if (entry.rating !== undefined && rating === null) {
      reader.skip(wrongRating)
      continue
    }
    const seen = entry.watched_at ?? entry.last_watched_at ?? null
    const list = rating !== null ? 'ratings' : seen !== null || entry.plays !== undefined ? 'watched' : 'watchlist'
    kinds.add(list)
    reader.add({
      list,
      title: entry.movie.title ?? null,
      year: yearOf(entry.movie.year),
      imdb: imdbOf(entry.movie.ids?.imdb),
      tmdb: digits(entry.movie.ids?.tmdb),
      rating,
      time: timeOf(entry.rated_at ?? seen ?? entry.listed_at),
    })
  }
  return {
    site: 'trakt',
    name: `Trakt ${[...kinds].join(', ') || 'export'}`,
    entries: reader.entries,
    skipped: reader.skipped,
  }
}

/** What a file says, by its columns rather than its name: exports get renamed. Throws {@link UnknownFile}. */
export function readSiteFile(fileName: string, text: string): ReadFile {
  const start = text.trimStart()
  if (/^\ufeff?\s*[[{]/.test(start)) {
    let parsed: unknown
    try {
      parsed = JSON.parse(start.replace(/^\ufeff/, ''))
    } catch (error) {
      throw new UnknownFile(`${fileName} is not whole JSON (${(error as Error).message}). Export it again.`)
    }
    if (Array.isArray(parsed) && parsed.some((entry) => entry?.movie !== undefined || entry?.show !== undefined))
      return traktJson(parsed as TraktEntry[])
    throw new UnknownFile(`${fileName} is JSON, but not an export that is known. ${known}`)
  }
  const { columns, rows } = records(parseCsv(text))
  const has = (...names: string[]) => names.every((name) => columns.includes(name))
  if (has('name', 'year', 'letterboxd uri')) return letterboxd(columns, rows, fileName)
  if (has('const')) return imdb(columns, rows, fileName)
  if (has('title', 'trakt_id') || has('imdb_id', 'type') || has('tmdb_id', 'type'))
    return traktCsv(columns, rows, fileName)
  throw new UnknownFile(
    `${fileName} has the columns ${columns.slice(0, 6).join(', ') || '(none)'}, which no known export has. ${known}`,
  )
}
