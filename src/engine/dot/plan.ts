import { Random } from '../../core/random.ts'

/** Ratings in columns: what a trainer is given. Users are 0 .. users - 1, items 0 .. items - 1. */
export interface Ratings {
  readonly user: Int32Array
  readonly item: Int32Array
  readonly rating: Float32Array
}

/**
 * How ratings are cut for `threads` threads. Users and items are each divided into as many groups as there are threads,
 * with nearly equal numbers of ratings; block (g, h) holds the ratings of user group g and item group h. In round s
 * of an epoch thread t works on block (t, (t + s) mod threads): no two threads ever share a user or an item, so there
 * is nothing to lock and the result does not depend on who is faster.
 */
export interface Plan {
  readonly threads: number
  /** Place of a user's or item's row in its table: groups stand together, and within them what is used together. */
  readonly userPlace: Int32Array
  readonly itemPlace: Int32Array
  /** Where block (g, h), at index g * threads + h, stands among the ratings, sorted within by the user's place. */
  readonly blocks: readonly { readonly start: number; readonly count: number }[]
  /** For every position the index of the rating that stands there. */
  readonly source: Int32Array
}

/** The block of a thread in a round, as an index into `blocks`. */
export const blockOf = (threads: number, thread: number, round: number): number =>
  thread * threads + ((thread + round) % threads)

/** Linear time but for two sorts of users and items; the same arguments give the same plan. */
export function planBlocks(ratings: Ratings, users: number, items: number, threads: number, seed: number): Plan {
  const n = ratings.rating.length
  const random = new Random(seed).fork('blocks')
  // Users in random order: neighbours in the table share a tile, and must not be neighbours in the file for that.
  const userSide = group(countsOf(ratings.user, users), threads, (members) => random.shuffle(members))
  // Items by popularity: the many ratings of the few popular ones then stay in the nearest cache.
  const itemSide = group(countsOf(ratings.item, items), threads, (members) => members)

  const at = new Int32Array(users + 1)
  for (let k = 0; k < n; k++) at[userSide.place[ratings.user[k]!]! + 1]!++
  for (let u = 0; u < users; u++) at[u + 1]! += at[u]!
  const byUser = new Int32Array(n)
  for (let k = 0; k < n; k++) byUser[at[userSide.place[ratings.user[k]!]!]!++] = k

  const counts = new Int32Array(threads * threads)
  const blockAt = (k: number): number =>
    userSide.groupOf[ratings.user[k]!]! * threads + itemSide.groupOf[ratings.item[k]!]!
  for (let k = 0; k < n; k++) counts[blockAt(k)]!++
  const next = new Int32Array(counts.length)
  const blocks: { start: number; count: number }[] = []
  let start = 0
  for (let b = 0; b < counts.length; b++) {
    next[b] = start
    blocks.push({ start, count: counts[b]! })
    start += counts[b]!
  }
  const source = new Int32Array(n)
  for (let j = 0; j < n; j++) {
    const k = byUser[j]!
    source[next[blockAt(k)]!++] = k
  }
  return { threads, userPlace: userSide.place, itemPlace: itemSide.place, blocks, source }
}

function countsOf(rows: Int32Array, size: number): Int32Array {
  const counts = new Int32Array(size)
  for (let k = 0; k < rows.length; k++) counts[rows[k]!]!++
  return counts
}

/** Most ratings first, each to the group that has fewest so far; then a place for each, group after group. */
function group(
  counts: Int32Array,
  groups: number,
  arrange: (members: Int32Array) => Int32Array,
): { place: Int32Array; groupOf: Int32Array } {
  const order = Int32Array.from(counts, (_, row) => row).sort((a, b) => counts[b]! - counts[a]! || a - b)
  const load = new Float64Array(groups)
  const groupOf = new Int32Array(counts.length)
  const members: number[][] = Array.from({ length: groups }, () => [])
  for (const row of order) {
    let lightest = 0
    for (let g = 1; g < groups; g++) if (load[g]! < load[lightest]!) lightest = g
    load[lightest]! += counts[row]!
    groupOf[row] = lightest
    members[lightest]!.push(row)
  }
  const place = new Int32Array(counts.length)
  let next = 0
  for (const rows of members) for (const row of arrange(Int32Array.from(rows))) place[row] = next++
  return { place, groupOf }
}
