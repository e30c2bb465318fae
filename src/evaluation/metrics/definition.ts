/** One user's ranked list (or one sampled positive's), as metrics see it. */
export interface RankedList {
  /** Best first, at least as long as the largest cut-off unless there are fewer candidates. */
  readonly items: Int32Array
  /** 1 where the item of that rank is relevant, else 0; as long as `items`. */
  readonly hits: Uint8Array
  /** The true rating of the item of that rank, 0 where the user has not rated it; as long as `items`. */
  readonly ratings: Float32Array
  /** How many relevant items there are, in the list or not. */
  readonly relevant: number
  /** How many items from the head on count as recommended; null where all do. Precision and recall look no further. */
  readonly recommended: number | null
  /** The true ratings of all the user's test items, descending: what graded gains are compared with. */
  readonly idealRatings: Float32Array
}

/** What is known of the items, for metrics of what is recommended rather than of how well. */
export interface ItemFacts {
  /** Training ratings of every item. */
  readonly popularity: Int32Array
  /** Users with a training rating. */
  readonly trainUsers: number
  /** How many items could be recommended. */
  readonly candidates: number
  /** Similarity of two items, where the caller has one. */
  readonly similarity: ((a: number, b: number) => number) | null
}

/** How often each item stands in the lists' first k, over all lists. */
export type Exposure = Int32Array

export type MetricDefinition = {
  /** As given and printed, without the cut-off. */
  readonly name: string
  /** True where the metric is of the first k. */
  readonly cutOff: boolean
  /** The definition in one sentence; `k` stands for the cut-off. */
  readonly words: string
} & (
  | { readonly kind: 'rating'; readonly error: (rating: number, prediction: number) => number; readonly root: boolean }
  | {
      readonly kind: 'list' /** Null where the definition is a division by zero. */
      readonly of: (list: RankedList, k: number) => number | null
    }
  | { readonly kind: 'items'; readonly of: (items: Int32Array, facts: ItemFacts) => number }
  | { readonly kind: 'exposure'; readonly of: (exposure: Exposure, facts: ItemFacts) => number }
  | { readonly kind: 'ranking'; readonly of: (positives: Float32Array, negatives: Float32Array) => number | null }
)
