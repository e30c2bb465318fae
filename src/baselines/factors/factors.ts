import type { Random } from '../../core/random.ts'

/**
 * How user and item rows are laid out so that a prediction is one dot product and each side's unknowns lie together.
 * With biases a user row is [1, p, b_user] and an item row [b_item, q, 1]: solving for a user, the unknowns (p, b_user) have
 * the features (q, 1); solving for an item, (b_item, q) have (1, p). Without biases the rows are p and q.
 */
export interface Layout {
  readonly factors: number
  readonly biases: boolean
  /** Numbers in a row. */
  readonly width: number
  /** Unknowns of a row. */
  readonly unknowns: number
  /** Where the unknowns of a row start; the features for them start at the same place of the other side's row. */
  readonly userStart: number
  readonly itemStart: number
}

export function layoutOf(factors: number, biases: boolean): Layout {
  if (!biases) return { factors, biases, width: factors, unknowns: factors, userStart: 0, itemStart: 0 }
  return { factors, biases, width: factors + 2, unknowns: factors + 1, userStart: 1, itemStart: 0 }
}

/** Rows of a side: zero but for the ones of the layout, the factors drawn from N(0, sd). */
export function drawRows(
  rows: number,
  layout: Layout,
  side: 'user' | 'item',
  sd: number,
  random: Random,
): Float64Array<ArrayBuffer> {
  const { factors, biases, width } = layout
  const data = new Float64Array(rows * width)
  for (let row = 0; row < rows; row++) {
    const at = row * width
    if (biases) data[side === 'user' ? at : at + width - 1] = 1
    for (let k = 0; k < factors; k++) data[at + k + (biases ? 1 : 0)] = sd * random.normal()
  }
  return data
}

/** The row of somebody nothing is known of: what drawRows gives with no deviation. */
export function emptyRow({ width, biases }: Layout, side: 'user' | 'item'): Float64Array<ArrayBuffer> {
  const row = new Float64Array(width)
  if (biases) row[side === 'user' ? 0 : width - 1] = 1
  return row
}

export function dot(a: Float64Array, at: number, b: Float64Array, from: number, width: number): number {
  let sum = 0
  for (let k = 0; k < width; k++) sum += a[at + k]! * b[from + k]!
  return sum
}
