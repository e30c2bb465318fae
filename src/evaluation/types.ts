import type { OnProgress } from '../core/progress.ts'

/**
 * Full ranking: for every test user all candidate items are ranked, less those that the user has rated in training,
 * validation or profile. The default.
 */
export interface FullProtocol {
  readonly kind: 'full'
  /** `training` (default): items with at least one training row. `all`: every item of the vocabulary. */
  readonly candidates?: 'training' | 'all'
  /** Test ratings from here on are relevant. Default: every test rating is. */
  readonly threshold?: number
}

/** What a user counts whose precision (nothing recommended) or recall (nothing relevant) would be a division by zero. */
export type EmptyRule = 'zero' | 'one' | 'leave-out'

/** Rated candidates only: a user's test items are ranked by predicted rating. Relevant: true rating >= threshold. */
export interface RatedProtocol {
  readonly kind: 'rated'
  readonly threshold: number
  /**
   * What counts as recommended. `at-threshold` (default): the items among the first k whose predicted rating is >= threshold.
   * `first-k`: the first k, or all where there are fewer; precision then divides by how many those are.
   */
  readonly recommended?: 'at-threshold' | 'first-k'
  /** Default `zero`. */
  readonly empty?: EmptyRule
}

/** Every relevant test rating is ranked on its own against sampled items that the user has not rated; ties count against it. */
export interface SampledProtocol {
  readonly kind: 'sampled'
  /** How many negatives. Default 99. */
  readonly negatives?: number
  /** `uniform` (default) over the training items, or by how many training ratings an item has. */
  readonly by?: 'uniform' | 'popularity'
  /** Default 1. */
  readonly seed?: number
  readonly threshold?: number
  /** The negatives (item indices) of a row of the test part, where they were published; then nothing is drawn. */
  readonly given?: (row: number) => Iterable<number>
}

export type Protocol = FullProtocol | RatedProtocol | SampledProtocol

export interface EvaluateOptions {
  /** Metric names, as a list or joined by commas: "rmse,ndcg@10,map". Default: rmse, mae, precision, recall, ndcg, map, mrr, hit. */
  readonly metrics?: string | readonly string[]
  /** The cut-off of metrics named without one, and the length of recommendation lists. Default 10. */
  readonly k?: number
  /** Default full ranking of training items. */
  readonly protocol?: Protocol
  /** Which part is predicted. Default `test`. */
  readonly part?: 'test' | 'validation'
  /** Similarity of two items in [-1, 1] or [0, 1], wanted by `diversity`. */
  readonly similarity?: (a: number, b: number) => number
  /** Keep the values behind the means, for significance. Default false. */
  readonly details?: boolean
  /** Write every predicted rating of the part: `user,item,rating,prediction`, original ids. */
  readonly predictionsFile?: string
  /** Write every list's first k: `user,item,score,rank`, original ids, rank from 1. */
  readonly recommendationsFile?: string
  /** Most bytes of scores at a time. Default 64 MiB. */
  readonly blockBytes?: number
  readonly onProgress?: OnProgress
  readonly signal?: AbortSignal
}

/** Rows of the evaluated part and what became of them. */
export interface EvaluationCounts {
  readonly trainRows: number
  readonly validationRows: number
  /** Rows of the evaluated part. */
  readonly rows: number
  /** Rows that rmse and mae are over; 0 where none was asked for. */
  readonly ratedRows: number
  /** Rows of users without a training row (or profile): not ranked. */
  readonly droppedUnknownUser: number
  /** Rows of items that are no candidates: not ranked. */
  readonly droppedUnknownItem: number
  /** Rows of pairs that were seen in training: not ranked. */
  readonly droppedSeen: number
  /** Rows below the relevance threshold: ranked, but no positives. */
  readonly notRelevant: number
  /** Rows that ranking metrics count as positives. */
  readonly positives: number
  /** Ranked lists that the ranking metrics are the mean of: users, or for `sampled` positives. */
  readonly lists: number
  /** Candidate items. */
  readonly candidates: number
  /** (user, item) pairs that were ranked. */
  readonly rankedPairs: number
}

/** The values behind a mean, for paired comparison of two models on the same test. */
export interface MetricDetails {
  /** What a value belongs to: a user, a test row. */
  readonly unit: 'user' | 'row'
  /** User indices or rows of the evaluated part, ascending. */
  readonly ids: readonly number[]
  /** The metric of that user or row; for rmse the squared error, for mae the absolute error. */
  readonly values: readonly number[]
}

/** Plain JSON. */
export interface EvaluationResult {
  readonly model: { readonly name: string; readonly hyperparameters: Readonly<Record<string, unknown>> }
  readonly part: 'test' | 'validation'
  readonly protocol: {
    readonly kind: Protocol['kind']
    /** True where metrics are over sampled negatives and must not be compared with full ranking. */
    readonly sampled: boolean
    /** The protocol in words, thresholds and exclusions included. */
    readonly words: string
  }
  /** By printed name ("rmse", "ndcg@10"); null where the model cannot be measured so. */
  readonly metrics: Readonly<Record<string, number | null>>
  /** Every metric in words. */
  readonly definitions: Readonly<Record<string, string>>
  readonly counts: EvaluationCounts
  readonly details?: Readonly<Record<string, MetricDetails>>
  readonly seconds: number
}
