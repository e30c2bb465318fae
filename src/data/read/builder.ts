import { MarqueeError } from '../../core/errors.ts'
import type { RatingScale } from '../interactions.ts'
import { IdTable } from './ids.ts'

const blockRows = 1 << 20
const examplesKept = 5

interface Block {
  readonly user: Int32Array
  readonly item: Int32Array
  readonly rating: Float32Array
  readonly timestamp: Float64Array | null
}

export interface Rejection {
  readonly file: string
  readonly line: number
  readonly reason: string
}

/** Ratings as read: users and items are codes of the id tables. Whoever takes a column out may let go of it here. */
export interface RawColumns {
  user: Int32Array
  item: Int32Array
  rating: Float32Array
  timestamp: Float64Array | null
}

/** Collects ratings row by row into blocks of columns, so that memory grows with the data and never doubles. */
export class RatingsBuilder {
  readonly users = new IdTable()
  readonly items = new IdTable()
  rowsRead = 0
  rejected = 0
  readonly examples: Rejection[] = []
  private readonly strict: boolean
  /** The scale that ratings must keep, null where none was given. */
  readonly scale: RatingScale | null
  private readonly timed: boolean
  private blocks: Block[] = []
  private fill = blockRows
  private kept = 0

  /** `timed`: rows carry times. */
  constructor(options: { strict: boolean; scale: RatingScale | null; timed: boolean }) {
    this.strict = options.strict
    this.scale = options.scale
    this.timed = options.timed
  }

  /** Rows kept so far. */
  get count(): number {
    return this.kept
  }

  /** What is wrong with a rating, or null. */
  wrongRating(rating: number, written: () => string): string | null {
    if (!Number.isFinite(rating)) {
      const text = written()
      return text === '' ? 'no rating' : `rating "${text}" is not a number`
    }
    if (!this.scale) return null
    const { min, max, step } = this.scale
    if (rating < min || rating > max) return `rating ${rating} is outside the scale ${min} to ${max}`
    if (step !== null) {
      const steps = (rating - min) / step
      if (Math.abs(steps - Math.round(steps)) > 1e-6) return `rating ${rating} is not a step of ${step} from ${min}`
    }
    return null
  }

  add(user: number, item: number, rating: number, timestamp: number): void {
    if (this.fill === blockRows) {
      this.blocks.push({
        user: new Int32Array(blockRows),
        item: new Int32Array(blockRows),
        rating: new Float32Array(blockRows),
        timestamp: this.timed ? new Float64Array(blockRows) : null,
      })
      this.fill = 0
    }
    const block = this.blocks[this.blocks.length - 1]!
    block.user[this.fill] = user
    block.item[this.fill] = item
    block.rating[this.fill] = rating
    if (block.timestamp) block.timestamp[this.fill] = timestamp
    this.fill++
    this.kept++
  }

  /** Counts a row that cannot be used; where strict, throws a MarqueeError (`bad-row`). */
  reject(file: string, line: number, reason: string): void {
    if (this.strict) {
      throw new MarqueeError('bad-row', reason, {
        place: `${file}:${line}`,
        remedy: 'Correct the row, or read without strict to leave such rows out.',
      })
    }
    this.rejected++
    if (this.examples.length < examplesKept) this.examples.push({ file, line, reason })
  }

  /** The columns in file order; the builder is empty afterwards. */
  finish(): RawColumns {
    const { kept } = this
    const user = new Int32Array(kept)
    const item = new Int32Array(kept)
    const rating = new Float32Array(kept)
    const timestamp = this.timed ? new Float64Array(kept) : null
    const blocks = this.blocks
    this.blocks = []
    for (let b = 0; blocks.length > 0; b++) {
      // Blocks are let go one by one, so that at most one of them is held twice.
      const block = blocks.shift()!
      const rows = Math.min(blockRows, kept - b * blockRows)
      user.set(block.user.subarray(0, rows), b * blockRows)
      item.set(block.item.subarray(0, rows), b * blockRows)
      rating.set(block.rating.subarray(0, rows), b * blockRows)
      timestamp?.set(block.timestamp!.subarray(0, rows), b * blockRows)
    }
    return { user, item, rating, timestamp }
  }
}
