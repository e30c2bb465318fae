import type { EpochRecord, OnProgress } from '../core/progress.ts'
import type { ItemTable } from '../data/dataset.ts'
import type { Interactions } from '../data/interactions.ts'

/** One rating of a profile; `item` is an item index. */
export interface ProfileRating {
  readonly item: number
  readonly rating: number
}

/**
 * For whom: a user seen in training by index, or a profile, the ratings of anybody at all.
 * A profile may be empty: then every model answers with what it would say to a user it knows nothing of.
 */
export type Who = { readonly user: number } | { readonly profile: readonly ProfileRating[] }

/** (user, item) pairs in two columns of one length; indices of the training vocabularies, -1 for an unknown user or item. */
export interface Pairs {
  readonly user: Int32Array
  readonly item: Int32Array
}

export interface Recommendation {
  readonly item: number
  /** What the list is ordered by; higher is better. Comparable within one list only. */
  readonly score: number
  /** The predicted rating on the data's scale, or null for a model that predicts none. */
  readonly rating: number | null
}

export interface Neighbour {
  readonly item: number
  /** Cosine similarity in [-1, 1]. */
  readonly similarity: number
}

export interface RecommendOptions {
  /** How many; fewer come back where fewer candidates are left. Default 10. */
  readonly k?: number
  /** Items left out besides those the user has rated. */
  readonly exclude?: Iterable<number>
  /** Only items for which this is true. */
  readonly filter?: (item: number) => boolean
  /** Recommend rated items too. Default false. */
  readonly includeSeen?: boolean
}

/** What a model can do; a call of anything else fails with a MarqueeError of code `not-able`. */
export interface Abilities {
  /** predict() gives ratings on the data's scale. Models of implicit feedback cannot. */
  readonly ratings: boolean
  /** Takes profiles of users never seen in training, without retraining. */
  readonly foldIn: boolean
  /** similar() works. */
  readonly similar: boolean
  /** Learns from what is known of the items: fit() needs `items`. Absent: it does not. */
  readonly itemFeatures?: boolean
  /** Items without a training rating, but with features, get answers of their own. Absent: they do not. */
  readonly unseenItems?: boolean
  /** fit() can start from the weights of an earlier fit: see FitOptions.start. Absent: it cannot. */
  readonly warmStart?: boolean
}

export interface FitOptions {
  /** What is known of the items, in the order of the vocabulary; models that learn from it say so where it is absent. */
  readonly items?: ItemTable
  /** Held-out ratings for early stopping and schedules; never used to fit weights. */
  readonly validation?: Interactions
  /** Default 1. */
  readonly seed?: number
  /** Default: the cores of the machine. 1 makes every model repeatable bit for bit. */
  readonly threads?: number
  readonly onProgress?: OnProgress
  /** Raised by Ctrl-C: training stops at a clean point, writes a checkpoint if it was given a folder, and throws InterruptedError. */
  readonly signal?: AbortSignal
  /**
   * Weights to start from: what save() gave of the same model with the same shape, fitted on vocabularies of which these are the
   * continuation (the same ids first, in the same order; new ones behind). Users and items without weights of their own there get
   * fresh ones. Models that cannot (see `warmStart`) throw `cannot-warm-start`.
   */
  readonly start?: ModelState
  /** Where to keep the checkpoint, and whether to go on from the one that is there. */
  readonly checkpoint?: { readonly directory: string; readonly resume: boolean }
}

export interface FitReport {
  /** Empty for models that are solved, not trained. */
  readonly epochs: readonly EpochRecord[]
  /** The epoch whose weights were kept, from 1; null for models without epochs. */
  readonly bestEpoch: number | null
  readonly stopped: 'finished' | 'early'
  readonly seconds: number
  /** Whether the same seed, threads and data give the same model again. */
  readonly repeatable: boolean
}

/** An array that has a shape: what artefacts and checkpoints hold. */
export interface Tensor {
  readonly shape: readonly number[]
  readonly data: Float32Array | Float64Array | Int32Array
}

/** Everything a fitted model needs to be itself again; JSON and tensors only. */
export interface ModelState {
  readonly tensors: Readonly<Record<string, Tensor>>
  /** Anything else, as JSON: rating scale, means. */
  readonly values: Readonly<Record<string, unknown>>
}

/** ONNX files of a fitted model, by file name, with the signature in words. */
export interface OnnxFile {
  readonly name: string
  readonly bytes: Uint8Array
  /** Documented signature: inputs and outputs with their shapes. */
  readonly signature: string
}

/** How predictions came about, read from the computation that made them: columns of one entry per item asked for. */
export interface Explained {
  /** Predicted ratings, unclipped, as scoreAll gives them. */
  readonly rating: Float32Array
  /** In [0, 1]: how strongly the model is for the item; null where a model has nothing of the kind. */
  readonly strength: Float32Array | null
  /** How much of each prediction was let in from the user's and from the item's side, which sum to 1; null without attention. */
  readonly attention: { readonly user: Float32Array; readonly item: Float32Array } | null
}

/**
 * The contract that every model and baseline keeps. Indices are those of the training vocabularies.
 * Unknown users and items (-1, or without a training row), empty profiles and single ratings are ordinary inputs:
 * the answer falls back to what the model knows (bias, popularity), never to NaN.
 */
export interface Recommender {
  readonly name: string
  /** As given, defaults filled in. */
  readonly hyperparameters: Readonly<Record<string, unknown>>
  readonly abilities: Abilities
  /** Fits to the training ratings. May be called once. */
  fit(train: Interactions, options?: FitOptions): Promise<FitReport>
  /** Predicted ratings (clipped to the scale) or, for implicit models, probabilities; one per pair. */
  predict(pairs: Pairs): Promise<Float32Array>
  /** One score per item of the vocabulary, higher is better. Models of ratings score with the predicted rating, unclipped. */
  scoreAll(who: Who): Promise<Float32Array>
  /**
   * scoreAll's entries at `items` (known ones), in their order, but for rounding. Only where a few cost less than all;
   * absent elsewhere: scoresOf() serves for every model.
   */
  scoreItems?(who: Who, items: Int32Array): Promise<Float32Array>
  /** scoreAll for many known users at once, row-major, users.length x items: what full ranking runs on. */
  scoreUsers(users: Int32Array): Promise<Float32Array>
  /** The best k items, best first, ties by item index; items the user or profile has rated are left out. */
  recommend(who: Who, options?: RecommendOptions): Promise<Recommendation[]>
  /** Nearest items by cosine with the mean of the given items' unit vectors; the given ones left out. */
  similar(items: readonly number[], k?: number): Promise<Neighbour[]>
  /** What `similar` compares: one vector per item, row-major; null or absent for models without. What maps are drawn of. */
  vectors?(): { readonly data: Float32Array; readonly width: number } | null
  /** Items (-1: the unknown one) for somebody, with what the model can tell of its own way to each; absent where it can tell nothing. */
  explain?(who: Who, items: Int32Array): Promise<Explained>
  /**
   * Scores of `items` with ratings of a profile left out in turn, left.length x items.length, row-major: row n is what scoreAll
   * gives for the profile without the rating at position left[n], but for rounding. Only where the model has a faster
   * way than that; absent elsewhere. The profile's items are known ones, each once.
   */
  leaveOut?(profile: readonly ProfileRating[], left: Int32Array, items: Int32Array): Promise<Float32Array>
  /** What load() needs. Exact: a loaded model answers with the same bits. */
  save(): ModelState
  load(state: ModelState, train: TrainingFacts): void
  /**
   * Frees what the model holds outside of JavaScript (sessions of ONNX Runtime). To be called when no other call is under way; a
   * call that comes afterwards opens anew what it needs. Absent where there is nothing to free.
   */
  release?(): Promise<void>
  /** Standard ONNX files of the fitted model; empty where the model has no graph. */
  onnx(): Promise<OnnxFile[]>
}

/** What a loaded model is told of the data it was fitted to, so that seen items and fallbacks work without the ratings file. */
export interface TrainingFacts {
  /** The training ratings, with the vocabularies. */
  readonly train: Interactions
  /** What is known of the items. */
  readonly items?: ItemTable
}
