import type { Random } from './random.ts'

/**
 * Draws of indices in proportion to weights, in constant time each (Vose 1991, "A linear algorithm for generating random
 * numbers with a given distribution": the alias table).
 */
export class WeightedDraws {
  private readonly weights: Float64Array
  private readonly threshold: Float64Array
  private readonly alias: Int32Array

  /** One weight per index, none negative, not all zero; an index of weight 0 is never drawn. */
  constructor(weights: Float64Array) {
    const n = weights.length
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    if (!(total > 0) || !Number.isFinite(total)) throw new RangeError('weights must have a finite positive sum')
    this.weights = weights
    this.threshold = new Float64Array(n)
    this.alias = new Int32Array(n)
    const scaled = weights.map((weight) => (weight / total) * n)
    const order = new Int32Array(n)
    let small = 0
    let large = n
    for (let i = 0; i < n; i++) order[scaled[i]! < 1 ? small++ : --large] = i
    // `order` holds the small ones below `small` and the large ones from `large` on; a large one that shrinks below 1 joins the small.
    let next = 0
    while (next < small && large < n) {
      const poor = order[next++]!
      const rich = order[large]!
      this.threshold[poor] = scaled[poor]!
      this.alias[poor] = rich
      scaled[rich] = scaled[rich]! - (1 - scaled[poor]!)
      if (scaled[rich]! < 1) {
        large++
        order[small++] = rich
      }
    }
    // What rounding left over is 1 but for the last digits, unless its weight is 0: that one must never be drawn.
    let heaviest = 0
    for (let i = 1; i < n; i++) if (weights[i]! > weights[heaviest]!) heaviest = i
    for (; next < small; next++) this.settle(order[next]!, heaviest)
    for (; large < n; large++) this.settle(order[large]!, heaviest)
  }

  draw(random: Random): number {
    const column = random.int(this.threshold.length)
    return random.float() < this.threshold[column]! ? column : this.alias[column]!
  }

  /**
   * Up to `count` distinct indices, drawn one after another without replacement, into `out` from its start; returns how many.
   * An index with taken[i] >= stamp is passed over, and each one drawn gets taken[i] = stamp.
   */
  distinct(random: Random, count: number, taken: Int32Array, stamp: number, out: Int32Array): number {
    let drawn = 0
    for (let attempts = 8 * count + 64; drawn < count && attempts > 0; attempts--) {
      const index = this.draw(random)
      if (taken[index]! >= stamp) continue
      taken[index] = stamp
      out[drawn++] = index
    }
    return drawn === count ? drawn : this.distinctByKeys(random, count, drawn, taken, stamp, out)
  }

  /**
   * The rest of distinct(), where rejection has become slow: the smallest of exponential keys -log(u) / weight are
   * distributed as further draws without replacement (Efraimidis and Spirakis 2006).
   */
  private distinctByKeys(
    random: Random,
    count: number,
    drawn: number,
    taken: Int32Array,
    stamp: number,
    out: Int32Array,
  ): number {
    const left: { index: number; key: number }[] = []
    for (let index = 0; index < taken.length; index++) {
      if (taken[index]! >= stamp || this.weights[index] === 0) continue
      left.push({ index, key: -Math.log(1 - random.float()) / this.weights[index]! })
    }
    left.sort((a, b) => a.key - b.key)
    for (const { index } of left.slice(0, count - drawn)) {
      taken[index] = stamp
      out[drawn++] = index
    }
    return drawn
  }

  private settle(index: number, heaviest: number): void {
    this.threshold[index] = this.weights[index] === 0 ? 0 : 1
    this.alias[index] = this.weights[index] === 0 ? heaviest : index
  }
}
