import { Random } from '../core/random.ts'
import type { Dataset, Interactions } from '../data/index.ts'
import type { DataFacts } from './cell.ts'
import type { DataSpec } from './paper.ts'

/** The ratings that a spec asks for, over the vocabularies of the whole. */
export function prepare({ interactions }: Dataset, { users, shuffle }: DataSpec): Interactions {
  let rows = Int32Array.from({ length: interactions.count }, (_, row) => row)
  if (users !== undefined && users < interactions.users.size) {
    const order = Int32Array.from({ length: interactions.users.size }, (_, user) => user)
    const kept = new Set(new Random(1).fork('users').shuffle(order).subarray(0, users))
    rows = rows.filter((row) => kept.has(interactions.user[row]!))
  }
  if (shuffle !== undefined) new Random(shuffle).fork('rows').shuffle(rows)
  return rows.length === interactions.count && shuffle === undefined ? interactions : interactions.select(rows)
}

const ranksShown = 400

/** Counts for the plots: users and items with a rating, the histogram, and the curve of ratings per item. */
export function factsOf(ratings: Interactions): DataFacts {
  const counts = new Map<number, number>()
  for (const value of ratings.rating) counts.set(value, (counts.get(value) ?? 0) + 1)
  const perItem = new Int32Array(ratings.items.size)
  for (const item of ratings.item) perItem[item]!++
  const descending = perItem.filter((count) => count > 0).sort((a, b) => b - a)
  const step = Math.max(1, Math.ceil(descending.length / ranksShown))
  const ranks = Array.from(descending.keys()).filter((n) => n % step === 0 || n === descending.length - 1)
  return {
    users: new Set(ratings.user).size,
    items: descending.length,
    ratings: ratings.count,
    histogram: [...counts].sort(([a], [b]) => a - b).map(([value, count]) => ({ value, count })),
    perItem: ranks.map((n) => ({ rank: n + 1, count: descending[n]! })),
  }
}
