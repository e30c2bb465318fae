import { MarqueeError } from '../core/errors.ts'
import { isStorable } from './checks.ts'
import type { Page, PageOptions } from './store.ts'

type List = 'users' | 'movies' | 'events' | 'current'

const defaultLimit = 100
const mostEntries = 1000

/** How many entries a page has. Throws `bad-limit`. */
export function limitOf({ limit = defaultLimit }: PageOptions): number {
  if (Number.isSafeInteger(limit) && limit >= 1 && limit <= mostEntries) return limit
  throw new MarqueeError('bad-limit', `${limit} is no number of entries`, {
    place: 'limit',
    remedy: `It is a whole number from 1 to ${mostEntries}.`,
  })
}

/**
 * The last key of the page before, null for the first page. A cursor names a place between keys, not a count of entries, so
 * what is added meanwhile neither repeats nor hides an entry. Throws `bad-cursor`, also for the cursor of another list.
 */
export function keyAfter<K extends string | number>(
  list: List,
  { cursor }: PageOptions,
  type: K extends string ? 'string' : 'number',
): K | null {
  if (cursor === undefined || cursor === null) return null
  try {
    const [of, key] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [unknown, unknown]
    if (of === list && typeof key === type && isKey(key)) return key as K
  } catch {
    // Said below.
  }
  throw new MarqueeError('bad-cursor', `${JSON.stringify(cursor)} is no cursor of this list`, {
    place: 'cursor',
    remedy: 'Pass `next` of the page before as it came, or nothing to begin.',
  })
}

/** A page of rows, of which one more than `limit` was asked for: it tells whether there is another page. */
export function pageOf<R, T>(
  list: List,
  rows: readonly R[],
  limit: number,
  key: (row: R) => string | number,
  entry: (row: R) => T,
): Page<T> {
  const shown = rows.slice(0, limit)
  const next =
    rows.length > limit ? Buffer.from(JSON.stringify([list, key(shown.at(-1)!)])).toString('base64url') : null
  return { entries: shown.map(entry), next }
}

/** Whether a database can compare with it: cursors come from outside, and anybody can make one up. */
const isKey = (key: unknown): boolean =>
  typeof key === 'string' ? isStorable(key) : Number.isSafeInteger(key) && Number(key) >= 0
