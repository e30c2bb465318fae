/** Where predictions from neighbours come from: similarities by row, and the deviations of the rows that have a column. */
export interface Candidates {
  /** By row; rows of 0 or less are no neighbours. */
  readonly similarities: Float32Array
  /** Rows that have the column, ascending, and their deviations, from `start` to `end`. */
  readonly rows: Int32Array
  readonly deviations: Float32Array
  readonly start: number
  readonly end: number
}

/**
 * The weighted mean deviation of the k most similar candidates (of equal ones those of lower index), weights being the
 * similarities: sum s d / sum s. NaN where there are fewer than `least` neighbours. One object serves many calls.
 */
export class NearestMean {
  private readonly k: number
  private readonly least: number
  private readonly weights: Float32Array
  private readonly at: Int32Array
  private size = 0

  /** k null: all candidates. */
  constructor(k: number | null, least: number, candidates: number) {
    this.k = k === null || k > candidates ? candidates : k
    this.least = least
    this.weights = new Float32Array(this.k)
    this.at = new Int32Array(this.k)
  }

  of({ similarities, rows, deviations, start, end }: Candidates): number {
    const { weights, at, k } = this
    this.size = 0
    let least = 0
    for (let t = start; t < end; t++) {
      const similarity = similarities[rows[t]!]!
      // Rows ascend, so an equal one never displaces one that is kept.
      if (similarity <= least) continue
      if (this.size < k) {
        weights[this.size] = similarity
        at[this.size++] = t
        if (this.size === k) {
          for (let p = (k >> 1) - 1; p >= 0; p--) this.sink(p)
          least = weights[0]!
        }
      } else {
        weights[0] = similarity
        at[0] = t
        this.sink(0)
        least = weights[0]!
      }
    }
    if (this.size < this.least) return Number.NaN
    let weight = 0
    let sum = 0
    for (let p = 0; p < this.size; p++) {
      weight += weights[p]!
      sum += weights[p]! * deviations[at[p]!]!
    }
    return sum / weight
  }

  /** A heap with the neighbour that goes first at its root: least similar, then of highest index. */
  private sink(start: number): void {
    const { weights, at, size } = this
    const weight = weights[start]!
    const place = at[start]!
    let p = start
    for (let child = 2 * p + 1; child < size; child = 2 * p + 1) {
      if (child + 1 < size && this.goesBefore(weights[child + 1]!, at[child + 1]!, child)) child++
      if (this.goesBefore(weight, place, child)) break
      weights[p] = weights[child]!
      at[p] = at[child]!
      p = child
    }
    weights[p] = weight
    at[p] = place
  }

  private goesBefore(weight: number, place: number, other: number): boolean {
    const than = this.weights[other]!
    return weight < than || (weight === than && place > this.at[other]!)
  }
}
