import type { Recommender, Who } from '../models/recommender.ts'
import { scoresOf } from '../models/scores-of.ts'

/** One prediction and what its model tells of it; null where it tells nothing. Nothing here is made up. */
export interface Told {
  /** Predicted rating on the data's scale (unclipped), or the score of a model that predicts none. */
  readonly rating: number
  readonly strength: number | null
  readonly attention: { readonly user: number; readonly item: number } | null
}

/** The prediction of one item for somebody. */
export async function told(
  model: Pick<Recommender, 'scoreAll' | 'scoreItems' | 'explain'>,
  who: Who,
  item: number,
): Promise<Told> {
  if (!model.explain) {
    const [rating] = await scoresOf(model, who, Int32Array.of(item))
    return { rating: rating!, strength: null, attention: null }
  }
  const { rating, strength, attention } = await model.explain(who, Int32Array.of(item))
  return {
    rating: rating[0]!,
    strength: strength && strength[0]!,
    attention: attention && { user: attention.user[0]!, item: attention.item[0]! },
  }
}

/** The prediction alone. */
export async function ratingOf(
  model: Pick<Recommender, 'scoreAll' | 'scoreItems' | 'explain'>,
  who: Who,
  item: number,
): Promise<number> {
  return (await told(model, who, item)).rating
}
