import {
  type Entry,
  emptyDocument,
  type Lists,
  listNames,
  newestFirst,
  type ProfileDocument,
  readDocument,
} from './document.ts'

/** Names the kind of file, so that an import recognises it. */
const format = 'marquee-profile'

/** Everything, to be read back by {@link fromJson}: no steps to undo, no ids of this browser. */
export function toJson(lists: Lists, time: string): string {
  const { ratings, watchlist, dismissed, watched } = lists
  return `${JSON.stringify({ format, version: 1, exported: time, ratings, watchlist, dismissed, watched }, null, 2)}\n`
}

/** The lists of an exported file, or null where it is none. */
export function fromJson(value: unknown): ProfileDocument | null {
  if (typeof value !== 'object' || value === null || (value as { format?: unknown }).format !== format) return null
  return readDocument({ ...emptyDocument(), ...value, undo: [], redo: [] })?.document ?? null
}

function cell(value: string | number | null): string {
  const text = value === null ? '' : String(value)
  // A cell that a spreadsheet would take for a formula is quoted with an apostrophe in front.
  const safe = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

const listOf: Record<(typeof listNames)[number], string> = {
  ratings: 'rating',
  watchlist: 'watchlist',
  dismissed: 'not interested',
  watched: 'watched',
}

/** One line for each entry of each list: list, movieId, title, year, genres (by "|"), rating, time. */
export function toCsv(lists: Lists): string {
  const lines = ['list,movieId,title,year,genres,rating,time']
  for (const list of listNames)
    for (const { movie, rating, time } of newestFirst(lists[list]) satisfies Entry[])
      lines.push(
        [listOf[list], movie.id, movie.title, movie.year, movie.genres.join('|'), rating, time].map(cell).join(','),
      )
  return `${lines.join('\r\n')}\r\n`
}
