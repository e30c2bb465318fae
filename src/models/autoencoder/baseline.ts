import type { Csr } from '../../data/interactions.ts'
import type { ModelState } from '../recommender.ts'

/** What of a row's ratings the network sees and predicts: the ratings themselves, or what they differ from the baseline. */
export type Encoding = 'raw' | 'centred'

/** Some ratings of one row: columns and values. */
export interface RowRatings {
  readonly columns: ArrayLike<number>
  readonly values: ArrayLike<number>
}

/**
 * The damped baseline of a table of rows and columns (users and items, or the other way round):
 * mean + deviation of the column + offset of the row, each a damped mean of what is left before it (Koren 2008, section 2.1).
 * The row's offset is computed from whatever ratings of it are known, so it folds in by nature. With `raw` encoding the
 * baseline is 0 and only the mean and the columns are kept, for first values and unknown columns.
 */
export class RowBaseline {
  readonly encoding: Encoding
  readonly mean: number
  readonly damping: number
  /** The deviation of every column from the mean; 0 without ratings. */
  readonly columns: Float64Array
  /** Ratings of every column. */
  readonly counts: Int32Array

  constructor(encoding: Encoding, mean: number, damping: number, columns: Float64Array, counts: Int32Array) {
    this.encoding = encoding
    this.mean = mean
    this.damping = damping
    this.columns = columns
    this.counts = counts
  }

  /** `byColumn`: the ratings, compressed by column. */
  static fit(byColumn: Csr, mean: number, { encoding, damping }: { encoding: Encoding; damping: number }): RowBaseline {
    const { offsets, values } = byColumn
    const columns = new Float64Array(offsets.length - 1)
    const counts = new Int32Array(columns.length)
    for (let column = 0; column < columns.length; column++) {
      const [from, to] = [offsets[column]!, offsets[column + 1]!]
      let sum = 0
      for (let at = from; at < to; at++) sum += values[at]! - mean
      counts[column] = to - from
      if (to > from) columns[column] = sum / (to - from + damping)
    }
    return new RowBaseline(encoding, mean, damping, columns, counts)
  }

  get centred(): boolean {
    return this.encoding === 'centred'
  }

  /** The offset of a row from `sum`, the total of rating - mean - column deviation over `count` ratings. */
  offset(sum: number, count: number): number {
    return this.centred && count > 0 ? sum / (count + this.damping) : 0
  }

  /** The offset of a row of which these ratings are known. */
  offsetOf({ columns, values }: RowRatings): number {
    let sum = 0
    for (let n = 0; n < columns.length; n++) sum += this.surplus(columns[n]!, values[n]!)
    return this.offset(sum, columns.length)
  }

  /** What a rating differs from its column's level. */
  surplus(column: number, rating: number): number {
    return rating - this.mean - this.columns[column]!
  }

  /** The prediction's part that the network does not give; column -1 is an unknown one. */
  of(column: number, offset: number): number {
    if (!this.centred) return column < 0 ? this.mean : 0
    return this.mean + offset + (column < 0 ? 0 : this.columns[column]!)
  }

  /**
   * The same as if this rating had not been there when the column's deviation was computed: what a rating that is
   * withheld is to be compared with, else the baseline would have seen the answer.
   */
  without(column: number, rating: number, offset: number): number {
    if (!this.centred) return 0
    const count = this.counts[column]!
    const sum = this.columns[column]! * (count + this.damping) - (rating - this.mean)
    return this.mean + offset + (count > 1 ? sum / (count - 1 + this.damping) : 0)
  }

  state(): ModelState {
    const shape = [this.columns.length]
    return {
      tensors: { baseline: { shape, data: this.columns }, baselineCounts: { shape, data: this.counts } },
      values: { encoding: this.encoding, mean: this.mean, damping: this.damping },
    }
  }

  static restore({ tensors, values }: ModelState): RowBaseline {
    return new RowBaseline(
      values.encoding as Encoding,
      values.mean as number,
      values.damping as number,
      tensors.baseline!.data as Float64Array,
      tensors.baselineCounts!.data as Int32Array,
    )
  }
}
