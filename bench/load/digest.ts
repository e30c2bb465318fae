import type { Interactions } from '../../src/data/index.ts'

/** Numbers that change when any rating does, or the order of two: sums weighted by place. */
export interface Digest {
  readonly count: number
  readonly users: number
  readonly items: number
  readonly ratings: number
  readonly times: number
}

/** By the ids that stand in the file, so that it does not depend on how they were indexed. */
export function digestOf({ user, item, rating, timestamp, users, items, count }: Interactions): Digest {
  const userIds = Float64Array.from(users.ids(), Number)
  const itemIds = Float64Array.from(items.ids(), Number)
  const sums = { users: 0, items: 0, ratings: 0, times: 0 }
  for (let row = 0; row < count; row++) {
    const weight = 1 + (row % 9973)
    sums.users += weight * userIds[user[row]!]!
    sums.items += weight * itemIds[item[row]!]!
    sums.ratings += weight * rating[row]!
    sums.times += weight * (timestamp?.[row] ?? 0)
  }
  return { count, ...sums }
}
