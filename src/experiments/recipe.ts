import type { SplitSpec } from '../data/splits/index.ts'
import type { Protocol } from '../evaluation/index.ts'

/** A model with frozen settings. */
export interface RecipeModel {
  readonly model: string
  readonly hyperparameters?: Readonly<Record<string, unknown>>
}

/** A figure that somebody published for the protocol of a recipe. */
export interface PublishedFigure {
  /** As printed: "rmse". */
  readonly metric: string
  readonly value: number
  /** Paper and table, or where it was measured. */
  readonly source: string
}

/**
 * One experiment with every choice written down: committed, seeded, and never tuned on the test part.
 * The models are fitted to the whole training part (validation rows put back) and the test part is looked at once a seed.
 */
export interface Recipe {
  readonly name: string
  readonly title: string
  /** Registry name or path. */
  readonly dataset: string
  /** Its own seed is fixed here: `seeds` are those of the models. With `kfold` every fold is run. */
  readonly split: SplitSpec
  readonly models: readonly RecipeModel[]
  /** Each gives one fit and one look at the test part. */
  readonly seeds: readonly number[]
  readonly threads: number
  readonly metrics: readonly string[]
  readonly protocol?: Protocol
  /** The model that the others are compared with, pair by pair; one of `models`. */
  readonly baseline?: string
  readonly published: readonly PublishedFigure[]
  /** What must hold: the mean of a metric of a model is at most (or at least) a value. */
  readonly targets: readonly Target[]
  /** How the settings were chosen, with the validation figures that chose them. */
  readonly selection: string
}

export interface Target {
  readonly model: string
  readonly metric: string
  readonly atMost?: number
  readonly atLeast?: number
}
