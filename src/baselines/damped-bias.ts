import type { Csr, Interactions } from '../data/interactions.ts'
import type { ModelState, ProfileRating } from '../models/recommender.ts'

/**
 * The baseline estimate b_ui = mean + b_u + b_i that other baselines start from or fall back to: item biases are damped
 * means of what is left of the ratings after mean and user biases (0 at first), user biases of what is then left, `sweeps` times
 * (Koren 2008, section 2.1).
 * Sums run in the order of the compressed rows, so the order of the ratings in their file does not matter.
 */
export class DampedBias {
  readonly mean: number
  /** Ratings of "no deviation" that every user and item starts with. */
  readonly damping: number
  /** 0 for a user or an item without ratings. */
  readonly users: Float64Array
  readonly items: Float64Array

  private constructor(mean: number, damping: number, users: Float64Array, items: Float64Array) {
    this.mean = mean
    this.damping = damping
    this.users = users
    this.items = items
  }

  static fit(train: Interactions, damping: number, sweeps: number): DampedBias {
    const byUser = train.byUser()
    const byItem = train.byItem()
    const sums = sumsOf(byUser, (_, value) => value)
    const mean = sums.reduce((sum, x) => sum + x, 0) / train.count
    const divided = (csr: Csr, sum: number, row: number): number => {
      const n = csr.offsets[row + 1]! - csr.offsets[row]!
      return n === 0 ? 0 : sum / (n + damping)
    }
    let items = new Float64Array(train.items.size)
    let users = new Float64Array(train.users.size)
    for (let sweep = 0; sweep < sweeps; sweep++) {
      const ofUsers = users
      items = sumsOf(byItem, (user, value) => value - mean - ofUsers[user]!).map((sum, item) =>
        divided(byItem, sum, item),
      )
      const ofItems = items
      users = sumsOf(byUser, (item, value) => value - mean - ofItems[item]!).map((sum, user) =>
        divided(byUser, sum, user),
      )
    }
    return new DampedBias(mean, damping, users, items)
  }

  /** The bias of a user who gave these ratings: for a training user's own, that user's. */
  ofProfile(profile: readonly ProfileRating[]): number {
    let sum = 0
    for (const { item, rating } of profile) sum += rating - this.mean - this.items[item]!
    return profile.length === 0 ? 0 : sum / (profile.length + this.damping)
  }

  /** b_ui for a user's bias and an item, -1 for an unknown one. */
  estimate(userBias: number, item: number): number {
    return this.mean + userBias + (item < 0 ? 0 : this.items[item]!)
  }

  /** The estimate for a user index, -1 for an unknown one. */
  ofPair(user: number, item: number): number {
    return this.estimate(user < 0 ? 0 : this.users[user]!, item)
  }

  /** Tensors and values to put into a model's state under `prefix`. */
  state(prefix = 'baseline'): ModelState {
    return {
      tensors: {
        [`${prefix}Users`]: { shape: [this.users.length], data: this.users },
        [`${prefix}Items`]: { shape: [this.items.length], data: this.items },
      },
      values: { [`${prefix}Mean`]: this.mean, [`${prefix}Damping`]: this.damping },
    }
  }

  static restore({ tensors, values }: ModelState, prefix = 'baseline'): DampedBias {
    return new DampedBias(
      values[`${prefix}Mean`] as number,
      values[`${prefix}Damping`] as number,
      tensors[`${prefix}Users`]!.data as Float64Array,
      tensors[`${prefix}Items`]!.data as Float64Array,
    )
  }
}

/** For every row the sum over its entries. */
function sumsOf(
  { offsets, indices, values }: Csr,
  term: (column: number, value: number) => number,
): Float64Array<ArrayBuffer> {
  const sums = new Float64Array(offsets.length - 1)
  for (let row = 0; row < sums.length; row++) {
    for (let at = offsets[row]!; at < offsets[row + 1]!; at++) sums[row]! += term(indices[at]!, values[at]!)
  }
  return sums
}
