import type { Interactions } from '../../data/interactions.ts'
import { countingOrder } from '../../data/interactions.ts'
import type { Pairs } from '../../models/recommender.ts'
import type { KnnJob } from './work.ts'

/** Pairs by user: those of users[n] stand at offsets[n] to offsets[n + 1] of `rows` and `items`. */
export interface GroupedPairs {
  readonly users: Int32Array
  readonly offsets: Int32Array
  /** Which pair it is. */
  readonly rows: Int32Array
  readonly items: Int32Array
}

/** The pairs of known items and of users that are taken, users ascending. */
export function groupByUser(pairs: Pairs, taken: (user: number) => boolean): GroupedPairs {
  const all = Int32Array.from(pairs.user.keys())
  const kept = all.filter((n) => pairs.item[n]! >= 0 && taken(pairs.user[n]!))
  const keys = kept.map((n) => pairs.user[n]!)
  const order = countingOrder(keys, keys.reduce((most, user) => Math.max(most, user), -1) + 1, null)
  const rows = order.map((at) => kept[at]!)
  const users: number[] = []
  const offsets: number[] = []
  for (const [at, row] of rows.entries()) {
    const user = pairs.user[row]!
    if (users.at(-1) === user) continue
    users.push(user)
    offsets.push(at)
  }
  return {
    users: Int32Array.from(users),
    offsets: Int32Array.from([...offsets, rows.length]),
    rows,
    items: rows.map((row) => pairs.item[row]!),
  }
}

const usersPerJob = 64

/** Jobs of a few users each; their results, one after another, are in the order of `rows`. */
export function jobsOf({ users, offsets, items }: GroupedPairs): KnnJob[] {
  const jobs: KnnJob[] = []
  for (let n = 0; n < users.length; n += usersPerJob) {
    const end = Math.min(users.length, n + usersPerJob)
    const start = offsets[n]!
    jobs.push({
      kind: 'predict',
      rows: users.slice(n, end),
      offsets: offsets.slice(n, end + 1).map((at) => at - start),
      columns: items.slice(start, offsets[end]!),
    })
  }
  return jobs
}

/** Starting threads takes as long as so many additions. */
const additionsWorthThreads = 1e8

/** Whether comparing these users is worth threads: an addition for every rating of every item that they rated. */
export function worthThreads(train: Interactions, users: Int32Array): boolean {
  const { offsets, indices } = train.byUser()
  const perItem = train.byItem().offsets
  let additions = 0
  for (const user of users) {
    for (let at = offsets[user]!; at < offsets[user + 1]!; at++) {
      additions += perItem[indices[at]! + 1]! - perItem[indices[at]!]!
    }
    if (additions > additionsWorthThreads) return true
  }
  return false
}
