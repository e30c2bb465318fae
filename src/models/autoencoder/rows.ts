import { Random } from '../../core/random.ts'
import type { Csr } from '../../data/interactions.ts'
import { drawKeys } from '../../engine/kernels/draws.ts'
import type { Slot } from '../../engine/trainer/step.ts'
import type { RowBaseline, RowRatings } from './baseline.ts'

/** How the weights of a bag are scaled by the row's number of inputs n: not, by 1 / sqrt(n), by 1 / n. */
export type Normalise = 'none' | 'root' | 'mean'

/** What of a row is withheld from the input to be predicted: `none` (all is input, all is predicted), one rating, or a share. */
export type Withhold = 'none' | 'one' | number

export interface RowBatchesOptions {
  readonly csr: Csr
  readonly baseline: RowBaseline
  readonly withhold: Withhold
  /** Share of the inputs left out at random besides. */
  readonly inputDropout: number
  readonly normalise: Normalise
  /** Parameters of the bags to fill: the rating's and, if there is one, the presence's. */
  readonly bags: readonly ['input'] | readonly ['input', 'presence']
  /** Rows in a batch. */
  readonly batch: number
  /** Width of the last hidden layer: what a column of the output costs. */
  readonly width: number
  readonly seed: number
}

/** Most bytes of one array of output columns of a batch; what would go beyond is neither input nor target then. */
const columnBytes = 256 << 20

export const scaleOf = (normalise: Normalise, count: number): number =>
  normalise === 'none' ? 1 : 1 / (normalise === 'root' ? Math.sqrt(Math.max(1, count)) : Math.max(1, count))

/** What the bag of a row is weighted by: its ratings as the baseline encodes them, scaled. Returns the row's offset. */
export function encodeRow(
  baseline: RowBaseline,
  normalise: Normalise,
  ratings: RowRatings,
  weights: Float32Array,
): { offset: number; scale: number } {
  const { columns, values } = ratings
  const scale = scaleOf(normalise, columns.length)
  const offset = baseline.offsetOf(ratings)
  for (let n = 0; n < columns.length; n++) {
    weights[n] = (values[n]! - baseline.of(columns[n]!, offset)) * scale
  }
  return { offset, scale }
}

/**
 * Makes the batches of a row autoencoder: which ratings of each row are input, which are targets, and the union of the
 * target columns. What is withheld depends on the seed, the epoch and the example only.
 */
export class RowBatches {
  /** Examples in an epoch: rows with ratings, or with `one` ratings. */
  readonly examples: number
  /** Most entries of the bags of a batch. */
  readonly entries: number
  /** Most output columns of a batch. */
  readonly columns: number
  private readonly options: RowBatchesOptions
  /** Rows with ratings. */
  private readonly rows: Int32Array
  /** With `one`: the row of every entry. */
  private readonly rowOf: Int32Array | null
  /** 1 + the place of a column in the batch's union, 0 outside it. */
  private readonly place: Int32Array
  private readonly withheld: Uint8Array
  private readonly order: Int32Array
  private epoch = 1

  constructor(options: RowBatchesOptions) {
    const { csr, withhold, batch, baseline, width } = options
    const { offsets } = csr
    this.options = options
    const sizes: number[] = []
    const rows: number[] = []
    for (let row = 0; row + 1 < offsets.length; row++) {
      const count = offsets[row + 1]! - offsets[row]!
      if (count === 0) continue
      rows.push(row)
      sizes.push(count)
    }
    this.rows = Int32Array.from(rows)
    sizes.sort((a, b) => b - a)
    const longest = sizes[0]!
    this.rowOf = withhold === 'one' ? rowsOfEntries(offsets) : null
    this.examples = this.rowOf ? this.rowOf.length : rows.length
    const largest = Math.min(batch, this.examples)
    // With `one`, a batch may hold the longest row again and again.
    this.entries = this.rowOf ? largest * longest : sizes.slice(0, largest).reduce((a, b) => a + b, 0)
    const all = baseline.columns.length
    const most = Math.max(256, Math.floor(columnBytes / (4 * width)))
    this.columns = this.rowOf ? Math.min(all, largest) : Math.min(all, most, this.entries)
    this.place = new Int32Array(all)
    this.withheld = new Uint8Array(longest)
    this.order = new Int32Array(longest)
  }

  /** What is withheld is drawn afresh. */
  beginEpoch(epoch: number): void {
    this.epoch = epoch
  }

  /** Fills bags, targets, masks and output columns for examples. */
  fill(slot: Slot, examples: Int32Array): void {
    const { csr, baseline, normalise, bags } = this.options
    const columns = slot.ids.output!
    let union = 0
    // First the columns: the layout of targets depends on how many there are.
    const chosen = Array.from(examples, (example) => this.choose(example))
    for (const { from, out } of chosen) {
      for (const n of out) {
        const column = csr.indices[from + n]!
        if (this.place[column] !== 0 || union === this.columns) continue
        columns[union++] = column
        this.place[column] = union
      }
    }
    const wide = Math.min(this.columns, roomFor(union))
    columns.fill(-1, union, wide)
    slot.ids['output.bias']!.set(columns.subarray(0, wide))
    slot.sizes.U = wide
    const target = slot.inputs.target!.fill(0, 0, examples.length * wide)
    const known = slot.inputs.known!.fill(0, 0, examples.length * wide)
    const bag = slot.bags.input!
    let at = 0
    for (let b = 0; b < chosen.length; b++) {
      const { from, inputs, out } = chosen[b]!
      bag.offsets[b] = at
      let sum = 0
      for (const n of inputs) sum += baseline.surplus(csr.indices[from + n]!, csr.values[from + n]!)
      const offset = baseline.offset(sum, inputs.length)
      const scale = scaleOf(normalise, inputs.length)
      for (const n of inputs) {
        const column = csr.indices[from + n]!
        bag.ids[at] = column
        bag.weights[at++] = (csr.values[from + n]! - baseline.of(column, offset)) * scale
      }
      const seen = this.options.withhold === 'none'
      for (const n of out) {
        const column = csr.indices[from + n]!
        const rating = csr.values[from + n]!
        const place = this.place[column]! - 1
        if (place < 0) continue
        const base = seen ? baseline.of(column, offset) : baseline.without(column, rating, offset)
        target[b * wide + place] = rating - base
        known[b * wide + place] = 1
      }
      if (bags.length === 2) slot.bags.presence!.weights.fill(scale, bag.offsets[b]!, at)
    }
    bag.offsets[chosen.length] = at
    if (bags.length === 2) {
      slot.bags.presence!.offsets.set(bag.offsets)
      slot.bags.presence!.ids.set(bag.ids.subarray(0, at))
    }
    for (let n = 0; n < union; n++) this.place[columns[n]!] = 0
  }

  /** Which entries of an example's row (counted from `from`) are inputs and which targets. */
  private choose(example: number): { from: number; inputs: number[]; out: number[] } {
    const { csr, withhold, inputDropout, seed } = this.options
    const row = this.rowOf ? this.rowOf[example]! : this.rows[example]!
    const from = csr.offsets[row]!
    const count = csr.offsets[row + 1]! - from
    const [low, high] = drawKeys(seed, this.epoch * 2 ** 32 + example)
    const random = new Random((high & 0x1f_ffff) * 2 ** 32 + low)
    const { withheld, order } = this
    withheld.fill(0, 0, count)
    const inputs: number[] = []
    const out: number[] = []
    if (withhold === 'none') for (let n = 0; n < count; n++) out.push(n)
    else if (withhold === 'one') out.push(example - from)
    else {
      const most = Math.max(1, count - 1)
      const number = Math.min(most, Math.max(1, Math.round(withhold * count)))
      for (let n = 0; n < count; n++) order[n] = n
      for (let n = 0; n < number; n++) {
        const other = n + random.int(count - n)
        const kept = order[n]!
        order[n] = order[other]!
        order[other] = kept
        out.push(order[n]!)
      }
    }
    if (withhold !== 'none') for (const n of out) withheld[n] = 1
    for (let n = 0; n < count; n++) {
      if (withheld[n] === 0 && (inputDropout === 0 || random.float() >= inputDropout)) inputs.push(n)
    }
    return { from, inputs, out }
  }
}

/** So few different sizes occur that buffers are bound seldom: the next of 16, 20, 24, 28, 32, 40, … */
export function roomFor(count: number): number {
  let step = 4
  while (count > 8 * step) step *= 2
  return Math.max(4 * step, Math.ceil(count / step) * step)
}

function rowsOfEntries(offsets: Int32Array): Int32Array {
  const rows = new Int32Array(offsets.at(-1)!)
  for (let row = 0; row + 1 < offsets.length; row++) rows.fill(row, offsets[row]!, offsets[row + 1]!)
  return rows
}
