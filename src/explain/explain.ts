import type { Interactions } from '../data/interactions.ts'
import type { ProfileRating, Recommender, Who } from '../models/recommender.ts'
import { type Influence, type InfluenceOptions, type InfluenceResult, measureInfluence } from './influence.ts'
import { told } from './parts.ts'
import { profileOfUser } from './profile.ts'
import { type Shapley, shapley } from './shapley.ts'

/** Why a model predicts what it predicts. Plain JSON, items by index. */
export interface Explanation {
  readonly model: string
  readonly item: number
  /** The predicted rating on the data's scale; null for a model that predicts none. */
  readonly rating: number | null
  /** What the model ranks by: the rating before clipping, or its score. */
  readonly score: number
  /** In [0, 1]; null for models that have none. */
  readonly strength: number | null
  /** Weights that sum to 1, from the computation of this very prediction; null for models without attention. */
  readonly attention: { readonly user: number; readonly item: number } | null
  /** The prediction shared out between user and item, measured. */
  readonly shapley: Shapley
  /** Measured by leaving ratings out; null for models that cannot take profiles. */
  readonly influence: {
    /** The score when the whole profile is folded in: equal to `score` for a profile, near it for a user of the training data. */
    readonly folded: number
    /** The strongest first. */
    readonly ratings: readonly Influence[]
    /** How many ratings were left out in turn, and how many the profile has. */
    readonly measured: number
    readonly of: number
    readonly chosen: InfluenceResult['chosen']
  } | null
}

/** What explaining asks of a model: the contract, or what a browser has of it. */
export type Explained = Pick<Recommender, 'name' | 'abilities' | 'scoreAll' | 'scoreItems' | 'explain' | 'similar'>

export interface ExplainOptions extends InfluenceOptions {
  /** How many ratings to name. Default 5. */
  readonly k?: number
}

/**
 * Explains one prediction for a user of the training data or for a profile. What the model itself tells (weights and
 * strength) comes from the same computation as the prediction; everything else is measured on it.
 */
export async function explainPrediction(
  model: Explained,
  train: Pick<Interactions, 'scale' | 'byUser'>,
  who: Who,
  item: number,
  { k = 5, ...options }: ExplainOptions = {},
): Promise<Explanation> {
  const { rating: score, strength, attention } = await told(model, who, item)
  const { min, max } = train.scale
  const profile: readonly ProfileRating[] = 'user' in who ? profileOfUser(train, who.user) : who.profile
  const measured = model.abilities.foldIn ? await measureInfluence(model, profile, item, options) : null
  return {
    model: model.name,
    item,
    rating: model.abilities.ratings ? Math.min(max, Math.max(min, score)) : null,
    score,
    strength,
    attention,
    shapley: await shapley(model, who, item),
    influence: measured && {
      folded: measured.folded,
      ratings: measured.influences.slice(0, k),
      measured: measured.influences.length,
      of: measured.of,
      chosen: measured.chosen,
    },
  }
}
