import { MarqueeError } from '../core/errors.ts'
import type { Recommender } from '../models/recommender.ts'
import { mean, pearson, spearman } from './correlation.ts'
import { shared } from './shapley.ts'

/** How the attention weights of many predictions stand to their measured Shapley values. Plain JSON. */
export interface AttentionCheck {
  readonly pairs: number
  /** Of the user's weight with the user's share of the Shapley value, |user| / (|user| + |item|); null where one does not vary. */
  readonly pearson: number | null
  readonly spearman: number | null
  /** Of the user's weight with the size of the user's Shapley value, and of the item's with the item's. */
  readonly spearmanUser: number | null
  readonly spearmanItem: number | null
  /** Means and the range of the user's weight. */
  readonly userWeight: { readonly mean: number; readonly least: number; readonly most: number }
  readonly userShare: number
}

/**
 * Compares attention with what it claims to tell, over the given users and items (each user with each item). Throws
 * `not-able` for a model without attention.
 */
export async function checkAttention(
  model: Recommender,
  users: readonly number[],
  items: readonly number[],
): Promise<AttentionCheck> {
  const asked = Int32Array.of(...items, -1)
  const nobody = (await model.explain?.({ profile: [] }, asked)) ?? null
  if (!nobody?.attention) {
    throw new MarqueeError('not-able', `${model.name} has no attention to check`, {
      remedy: 'Only explainable-dnn with attention=true has.',
    })
  }
  const weights: number[] = []
  const shares: number[] = []
  const sizes = { user: [] as number[], item: [] as number[] }
  for (const user of users) {
    const { rating, attention } = await model.explain!({ user }, asked)
    for (let n = 0; n < items.length; n++) {
      const value = shared({
        both: rating[n]!,
        user: rating.at(-1)!,
        item: nobody.rating[n]!,
        none: nobody.rating.at(-1)!,
      })
      const total = Math.abs(value.user) + Math.abs(value.item)
      weights.push(attention!.user[n]!)
      sizes.user.push(Math.abs(value.user))
      sizes.item.push(Math.abs(value.item))
      shares.push(total === 0 ? 0.5 : Math.abs(value.user) / total)
    }
  }
  const itemWeights = weights.map((weight) => 1 - weight)
  const sorted = [...weights].sort((a, b) => a - b)
  return {
    pairs: weights.length,
    pearson: pearson(weights, shares),
    spearman: spearman(weights, shares),
    spearmanUser: spearman(weights, sizes.user),
    spearmanItem: spearman(itemWeights, sizes.item),
    userWeight: { mean: mean(weights), least: sorted[0]!, most: sorted.at(-1)! },
    userShare: mean(shares),
  }
}
