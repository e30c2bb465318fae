import type { Interactions } from '../../data/interactions.ts'
import { BaseRecommender } from '../../models/base.ts'
import type { Rows } from '../../models/cosine.ts'
import type { ModelState, Pairs, ProfileRating } from '../../models/recommender.ts'
import { dot, emptyRow, type Layout } from './factors.ts'

/**
 * A model that scores by the dot product of a user row and an item row over a mean. A subclass fits the rows and solves
 * the user row of a profile by the very rule that gave the rows of the training users, so that a training user's own ratings
 * as a profile give that user's scores.
 */
export abstract class FactorModel extends BaseRecommender {
  protected layout: Layout = { factors: 0, biases: false, width: 0, unknowns: 0, userStart: 0, itemStart: 0 }
  protected mean = 0
  protected userRows = new Float64Array()
  protected itemRows = new Float64Array()

  /** The layout, by the hyper-parameters. */
  protected abstract layoutNow(): Layout
  /** The user row of a profile of at least one rating. */
  protected abstract solveProfile(items: Int32Array, ratings: Float32Array): Float64Array

  /** What a dot product becomes as a prediction: itself, unless the model of implicit feedback clips it. */
  protected predicted(score: number): number {
    return score
  }

  protected predictPairs({ user, item }: Pairs): Float32Array {
    const { width } = this.layout
    const noUser = this.emptyUser()
    const noItem = emptyRow(this.layout, 'item')
    return Float32Array.from(user, (u, n) => {
      const i = item[n]!
      const known = u >= 0 && this.isKnownUser(u)
      const users = known ? this.userRows : noUser
      const items = i >= 0 ? this.itemRows : noItem
      return this.predicted(this.mean + dot(users, known ? u * width : 0, items, i >= 0 ? i * width : 0, width))
    })
  }

  protected scoreUser(user: number): Float32Array {
    return this.scoreRow(this.userRows, user * this.layout.width)
  }

  protected scoreProfile(profile: readonly ProfileRating[]): Float32Array {
    if (profile.length === 0) return this.scoreRow(this.emptyUser(), 0)
    // In the order of the training rows, so that rounding is the same too.
    const sorted = [...profile].sort((a, b) => a.item - b.item)
    const items = Int32Array.from(sorted, ({ item }) => item)
    return this.scoreRow(
      this.solveProfile(
        items,
        Float32Array.from(sorted, ({ rating }) => rating),
      ),
      0,
    )
  }

  /** The row of a user without ratings. */
  protected emptyUser(): Float64Array {
    return emptyRow(this.layout, 'user')
  }

  protected override itemVectors(): Rows {
    const { factors, biases, width } = this.layout
    const items = this.itemRows.length / width
    const data = new Float32Array(items * factors)
    for (let i = 0; i < items; i++) {
      for (let k = 0; k < factors; k++) data[i * factors + k] = this.itemRows[i * width + k + (biases ? 1 : 0)]!
    }
    return { data, width: factors }
  }

  protected override isNeighbourCandidate(item: number): boolean {
    const { offsets } = this.train.byItem()
    return offsets[item + 1]! > offsets[item]!
  }

  protected snapshot(): ModelState {
    const { width } = this.layout
    return {
      tensors: {
        users: { shape: [this.userRows.length / width, width], data: this.userRows },
        items: { shape: [this.itemRows.length / width, width], data: this.itemRows },
      },
      values: { mean: this.mean },
    }
  }

  protected restore({ tensors, values }: ModelState): void {
    this.layout = this.layoutNow()
    this.userRows = tensors.users!.data as Float64Array<ArrayBuffer>
    this.itemRows = tensors.items!.data as Float64Array<ArrayBuffer>
    this.mean = values.mean as number
  }

  /** RMSE of clipped predictions, for choosing the epoch. */
  protected async validationError(validation: Interactions): Promise<number> {
    const { min, max } = validation.scale
    const predicted = await this.predictPairs(validation)
    let squares = 0
    for (let n = 0; n < predicted.length; n++) {
      squares += (Math.min(max, Math.max(min, predicted[n]!)) - validation.rating[n]!) ** 2
    }
    return Math.sqrt(squares / predicted.length)
  }

  private scoreRow(row: Float64Array, at: number): Float32Array {
    const { width } = this.layout
    const items = this.train.items.size
    const scores = new Float32Array(items)
    for (let i = 0; i < items; i++) scores[i] = this.mean + dot(row, at, this.itemRows, i * width, width)
    return scores
  }
}
