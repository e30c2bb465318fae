import type { Vocabulary } from './vocabulary.ts'

/** The range of ratings: every level is `min` plus a multiple of `step`; null where ratings are continuous or all equal. */
export interface RatingScale {
  readonly min: number
  readonly max: number
  readonly step: number | null
}

/** Compressed rows: the entries of row r stand at positions offsets[r] to offsets[r + 1] of the other arrays. */
export interface Csr {
  /** One more than there are rows. */
  readonly offsets: Int32Array
  /** The other side's index of every entry, ascending within a row. */
  readonly indices: Int32Array
  /** The rating of every entry. */
  readonly values: Float32Array
  /** Which row of the interactions the entry was. */
  readonly rows: Int32Array
}

/**
 * Ratings in columns: row n says that user user[n] gave item[n] the rating rating[n] at timestamp[n].
 * Users and items are indices into the vocabularies. Subsets (the parts of a split) share the vocabularies of the whole,
 * so an index means the same everywhere, and a user or an item may have no row in a part.
 */
export class Interactions {
  readonly users: Vocabulary
  readonly items: Vocabulary
  readonly user: Int32Array
  readonly item: Int32Array
  readonly rating: Float32Array
  /** Seconds since 1970, or null where the source has no times. */
  readonly timestamp: Float64Array | null
  readonly scale: RatingScale
  private csrByUser: Csr | null = null
  private csrByItem: Csr | null = null

  constructor(columns: {
    users: Vocabulary
    items: Vocabulary
    user: Int32Array
    item: Int32Array
    rating: Float32Array
    timestamp: Float64Array | null
    scale: RatingScale
    /** What byUser and byItem would build, where somebody has built it already. */
    rows?: CompressedBoth
  }) {
    const { user, item, rating, timestamp } = columns
    if (
      item.length !== user.length ||
      rating.length !== user.length ||
      (timestamp && timestamp.length !== user.length)
    ) {
      throw new RangeError('the columns of interactions must have one length')
    }
    this.users = columns.users
    this.items = columns.items
    this.user = user
    this.item = item
    this.rating = rating
    this.timestamp = timestamp
    this.scale = columns.scale
    if (columns.rows) {
      this.csrByUser = columns.rows.byUser
      this.csrByItem = columns.rows.byItem
    }
  }

  /** How many ratings there are. */
  get count(): number {
    return this.user.length
  }

  /** These rows, in this order, over the same vocabularies. */
  select(rows: Int32Array): Interactions {
    const n = rows.length
    const user = new Int32Array(n)
    const item = new Int32Array(n)
    const rating = new Float32Array(n)
    const timestamp = this.timestamp ? new Float64Array(n) : null
    for (let k = 0; k < n; k++) {
      const r = rows[k]!
      user[k] = this.user[r]!
      item[k] = this.item[r]!
      rating[k] = this.rating[r]!
      if (timestamp) timestamp[k] = this.timestamp![r]!
    }
    return new Interactions({ users: this.users, items: this.items, user, item, rating, timestamp, scale: this.scale })
  }

  /** Each user's ratings, items ascending. Built on first use and kept. */
  byUser(): Csr {
    this.csrByUser ??= compress(this.user, this.item, this.rating, this.users.size, this.items.size)
    return this.csrByUser
  }

  /** Each item's ratings, users ascending. Built on first use and kept. */
  byItem(): Csr {
    this.csrByItem ??= compress(this.item, this.user, this.rating, this.items.size, this.users.size)
    return this.csrByItem
  }

  /** The mean rating; NaN where there is none. */
  mean(): number {
    let sum = 0
    for (const r of this.rating) sum += r
    return sum / this.count
  }
}

export interface CompressedBoth {
  readonly byUser: Csr
  readonly byItem: Csr
}

/** byUser and byItem of columns, for a thread that has no vocabularies. */
export function compressBoth(
  { user, item, rating }: Pick<Interactions, 'user' | 'item' | 'rating'>,
  users: number,
  items: number,
): CompressedBoth {
  return { byUser: compress(user, item, rating, users, items), byItem: compress(item, user, rating, items, users) }
}

/** Two counting sorts, by column and then by row: linear time, rows stable, columns ascending. */
function compress(
  rowOf: Int32Array,
  columnOf: Int32Array,
  rating: Float32Array,
  rowCount: number,
  columnCount: number,
): Csr {
  const n = rowOf.length
  const byColumn = countingOrder(columnOf, columnCount, null)
  const rows = countingOrder(rowOf, rowCount, byColumn)
  const offsets = new Int32Array(rowCount + 1)
  for (let k = 0; k < n; k++) offsets[rowOf[k]! + 1]!++
  for (let r = 0; r < rowCount; r++) offsets[r + 1]! += offsets[r]!
  const indices = new Int32Array(n)
  const values = new Float32Array(n)
  for (let k = 0; k < n; k++) {
    indices[k] = columnOf[rows[k]!]!
    values[k] = rating[rows[k]!]!
  }
  return { offsets, indices, values, rows }
}

/** Positions 0..n-1 (or the given order) sorted by key in 0..keyCount-1, stable, in linear time. */
export function countingOrder(keys: Int32Array, keyCount: number, order: Int32Array | null): Int32Array {
  const starts = new Int32Array(keyCount + 1)
  for (let k = 0; k < keys.length; k++) starts[keys[k]! + 1]!++
  for (let r = 0; r < keyCount; r++) starts[r + 1]! += starts[r]!
  const sorted = new Int32Array(keys.length)
  for (let k = 0; k < keys.length; k++) {
    const at = order ? order[k]! : k
    const key = keys[at]!
    sorted[starts[key]!] = at
    starts[key]!++
  }
  return sorted
}
