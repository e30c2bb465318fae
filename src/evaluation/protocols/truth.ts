import type { RankedList } from '../metrics/definition.ts'

/** The test items of one user that can be ranked, with what the user gave them. */
export interface Truth {
  readonly items: readonly number[]
  readonly ratings: readonly number[]
  /** Whether each of them is relevant. */
  readonly relevant: readonly boolean[]
}

/** Writes lists with their hits, by tables over all items that are filled and cleared for one user after another. */
export class ListMaker {
  private readonly rating: Float32Array
  private readonly relevant: Uint8Array

  constructor(items: number) {
    this.rating = new Float32Array(items)
    this.relevant = new Uint8Array(items)
  }

  /** The ranked items against what is true; `recommended` as in RankedList. */
  list(items: Int32Array, truth: Truth, recommended: number | null = null): RankedList {
    truth.items.forEach((item, t) => {
      this.rating[item] = truth.ratings[t]!
      this.relevant[item] = truth.relevant[t] ? 1 : 0
    })
    const hits = new Uint8Array(items.length)
    const ratings = new Float32Array(items.length)
    for (let r = 0; r < items.length; r++) {
      hits[r] = this.relevant[items[r]!]!
      ratings[r] = this.rating[items[r]!]!
    }
    for (const item of truth.items) {
      this.rating[item] = 0
      this.relevant[item] = 0
    }
    const idealRatings = Float32Array.from(truth.ratings).sort().reverse()
    return { items, hits, ratings, relevant: relevantCount(truth), recommended, idealRatings }
  }
}

export function relevantCount(truth: Truth): number {
  return truth.relevant.reduce((count, is) => count + (is ? 1 : 0), 0)
}
