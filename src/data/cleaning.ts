import { throwIfAborted } from '../core/errors.ts'
import { countingOrder } from './interactions.ts'
import type { RawColumns } from './read/builder.ts'

export interface Filters {
  readonly minPerUser: number
  readonly minPerItem: number
  readonly core: 'iterated' | 'single'
}

export interface Kept {
  /** 1 where the row is kept. */
  readonly rows: Uint8Array
  readonly count: number
  readonly duplicates: number
  readonly filtered: {
    readonly users: number
    readonly items: number
    readonly ratings: number
    readonly passes: number
  }
}

/**
 * Decides which rows stay. Of several ratings of one user for one item the one with the latest timestamp stays, among
 * equal times (or without times) the last in the file; it keeps its place. Then users and items with too few ratings go:
 * `iterated` drops both in turn until every one left has enough (a k-core), `single` drops items once, then users once.
 */
export function clean(
  columns: RawColumns,
  userCount: number,
  itemCount: number,
  filters: Filters,
  signal?: AbortSignal,
): Kept {
  const rows = new Uint8Array(columns.user.length).fill(1)
  const duplicates = dropDuplicates(columns, userCount, itemCount, rows)
  throwIfAborted(signal, 'cleaning the ratings')
  const filtered = dropRare(columns, userCount, itemCount, filters, rows)
  return { rows, count: rows.length - duplicates - filtered.ratings, duplicates, filtered }
}

function dropDuplicates(columns: RawColumns, userCount: number, itemCount: number, rows: Uint8Array): number {
  const { user, item, timestamp } = columns
  const order = countingOrder(user, userCount, null)
  // For the user at hand: the row that holds each item so far.
  const holder = new Int32Array(itemCount).fill(-1)
  let duplicates = 0
  for (const row of order) {
    const i = item[row]!
    const other = holder[i]!
    if (other >= 0 && user[other] === user[row]) {
      duplicates++
      const earlier = timestamp !== null && timestamp[row]! < timestamp[other]!
      rows[earlier ? row : other] = 0
      if (!earlier) holder[i] = row
    } else holder[i] = row
  }
  return duplicates
}

function dropRare(
  columns: RawColumns,
  userCount: number,
  itemCount: number,
  filters: Filters,
  rows: Uint8Array,
): Kept['filtered'] {
  const { minPerUser, minPerItem, core } = filters
  if (minPerUser <= 1 && minPerItem <= 1) return { users: 0, items: 0, ratings: 0, passes: 0 }
  const before = [present(columns.user, userCount, rows), present(columns.item, itemCount, rows)] as const
  let ratings = 0
  let passes = 0
  for (;;) {
    passes++
    const dropped =
      dropBelow(columns.item, itemCount, minPerItem, rows) + dropBelow(columns.user, userCount, minPerUser, rows)
    ratings += dropped
    if (dropped === 0 || core === 'single') break
  }
  return {
    users: before[0] - present(columns.user, userCount, rows),
    items: before[1] - present(columns.item, itemCount, rows),
    ratings,
    passes,
  }
}

function countsOf(codes: Int32Array, codeCount: number, rows: Uint8Array): Int32Array {
  const counts = new Int32Array(codeCount)
  for (let r = 0; r < codes.length; r++) counts[codes[r]!]! += rows[r]!
  return counts
}

function present(codes: Int32Array, codeCount: number, rows: Uint8Array): number {
  let n = 0
  for (const count of countsOf(codes, codeCount, rows)) if (count > 0) n++
  return n
}

function dropBelow(codes: Int32Array, codeCount: number, min: number, rows: Uint8Array): number {
  if (min <= 1) return 0
  const counts = countsOf(codes, codeCount, rows)
  let dropped = 0
  for (let r = 0; r < codes.length; r++) {
    if (rows[r] === 1 && counts[codes[r]!]! < min) {
      rows[r] = 0
      dropped++
    }
  }
  return dropped
}
