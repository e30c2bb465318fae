import type { Recommender, Who } from '../models/recommender.ts'

/**
 * A prediction shared out between two players, the user and the item (Shapley 1953): with the prediction v(S) when only
 * the players in S are there, user = (v(user) - v() + v(both) - v(item)) / 2 and the item alike, so that
 * none + user + item is the prediction.
 */
export interface Shapley {
  /** What the user adds, in rating units. */
  readonly user: number
  readonly item: number
  /** The prediction with neither. */
  readonly none: number
  /** What stands for a missing item: the model's unknown one, or, for models that tell nothing of it, the mean over all items. */
  readonly reference: 'unknown' | 'mean'
}

/**
 * The two-player Shapley value of one prediction. A missing user is one of whom nothing is known (an empty profile).
 * A missing item is the model's unknown item where the model has `explain`, else the mean of the scores of all items.
 */
export async function shapley(
  model: Pick<Recommender, 'scoreAll' | 'explain'>,
  who: Who,
  item: number,
): Promise<Shapley> {
  const nobody: Who = { profile: [] }
  const values = model.explain ? unknownItem(model) : meanItem(model)
  const [both, user] = await values(who, item)
  const [alone, none] = await values(nobody, item)
  return { ...shared({ both, user, item: alone, none }), none, reference: model.explain ? 'unknown' : 'mean' }
}

/** The formula alone. */
export function shared(v: { both: number; user: number; item: number; none: number }): { user: number; item: number } {
  return { user: (v.user - v.none + v.both - v.item) / 2, item: (v.item - v.none + v.both - v.user) / 2 }
}

type Values = (who: Who, item: number) => Promise<[withItem: number, withoutItem: number]>

function unknownItem(model: Pick<Recommender, 'scoreAll' | 'explain'>): Values {
  return async (who, item) => {
    const { rating } = await model.explain!(who, Int32Array.of(item, -1))
    return [rating[0]!, rating[1]!]
  }
}

function meanItem(model: Pick<Recommender, 'scoreAll' | 'explain'>): Values {
  return async (who, item) => {
    const scores = await model.scoreAll(who)
    return [scores[item]!, scores.reduce((sum, score) => sum + score, 0) / scores.length]
  }
}
