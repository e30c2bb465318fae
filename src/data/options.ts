import type { OnProgress } from '../core/progress.ts'
import type { Dataset } from './dataset.ts'
import type { Interactions, RatingScale } from './interactions.ts'

/** Which column of a table is what: a column's name, or its position counted from 1. */
export interface ColumnMapping {
  readonly user?: string | number
  readonly item?: string | number
  /** Where a table has no rating column, every row is a rating of 1 (implicit feedback). */
  readonly rating?: string | number
  readonly timestamp?: string | number
}

export interface ReadOptions {
  /** Default: the usual names (user, user_id, userId, …), else user, item, rating, timestamp in this order. */
  readonly columns?: ColumnMapping
  /** Ratings outside this scale, or between its steps, are rejected. Default: the registry's scale, else what is there. */
  readonly scale?: RatingScale
  /** Stop at the first row that cannot be read instead of counting it. Default false. */
  readonly strict?: boolean
  readonly onProgress?: OnProgress
  readonly signal?: AbortSignal
}

export interface LoadOptions extends ReadOptions {
  /** Users with fewer ratings are dropped. Default 1. */
  readonly minPerUser?: number
  /** Items with fewer ratings are dropped. Default 1. */
  readonly minPerItem?: number
  /** Repeat both minima until nothing changes (default), or drop items once and then users once. */
  readonly core?: 'iterated' | 'single'
}

/** The files of a given split. */
export interface PartFiles {
  readonly train: string
  readonly validation?: string
  readonly test: string
}

export interface LoadPartsOptions extends ReadOptions {
  /** A data set (registry name or path) to take titles and genres from. Default: what lies beside the training file. */
  readonly metadata?: string
}

/** Given parts over one vocabulary, and all their rows as one data set: train, then validation, then test. */
export interface LoadedParts {
  readonly dataset: Dataset
  readonly train: Interactions
  readonly validation: Interactions | null
  readonly test: Interactions
}
