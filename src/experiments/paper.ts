import type { SplitSpec } from '../data/splits/index.ts'
import type { Protocol } from '../evaluation/index.ts'

/** The papers that can be reproduced, as given to `marquee reproduce`. */
export const paperNames = ['dnn', 'autoencoder', 'explainable-dnn', 'ncf', 'embedding-dot'] as const

export type PaperName = (typeof paperNames)[number]

/** Which ratings a system sees. */
export interface DataSpec {
  /** Registry name. */
  readonly dataset: string
  /** Movies with fewer ratings are dropped, in one pass. */
  readonly minPerItem?: number
  /** Only so many users, drawn with seed 1: for quick runs. */
  readonly users?: number
  /** Rows are shuffled with this seed before the split, so that equal timestamps fall another way. */
  readonly shuffle?: number
}

/** What is measured of a fitted model. Figures are named `id/metric`, or plain `metric` without an id. */
export type Measure =
  | {
      readonly kind: 'evaluate'
      readonly id?: string
      readonly metrics: readonly string[]
      readonly protocol?: Protocol
      /** `train` measures the fitted rows themselves. Default `test`. */
      readonly on?: 'test' | 'train'
    }
  /**
   * rmse and mae where each test rating is predicted from its user's own ratings strictly before it, training rows and
   * earlier test rows alike (fold-in): `rmse`, `mae`, `rows`, `empty` (rows without any earlier rating).
   */
  | {
      readonly kind: 'earlier'
      readonly id: string
      /** At most so many test rows, drawn with seed 1. */
      readonly most?: number
    }

/** What is taken out of a fitted model besides figures. */
export type Probe =
  /** The movies most similar to some, titles as in `marquee similar`; `ranks-6-to-10` is the list rule of the paper. */
  | {
      readonly kind: 'similar'
      readonly id: string
      readonly titles: readonly string[]
      readonly rule: 'joint' | 'ranks-6-to-10'
    }
  /** Predictions for (user, item) pairs of original ids. */
  | { readonly kind: 'pairs'; readonly id: string; readonly pairs: readonly (readonly [user: string, item: string])[] }
  /** How many weights the model has: the sizes of the tables and layers it saves. */
  | { readonly kind: 'parameters'; readonly id: string }
  /** A t-SNE map of the movie vectors. */
  | { readonly kind: 'map'; readonly id: string; readonly perplexity: number; readonly seed: number }
  /**
   * How attention weights stand to measured Shapley values over `users` x `items`, and how far taking the named ratings out
   * of `users` profiles moves a prediction beside random ones.
   */
  | { readonly kind: 'attention'; readonly id: string; readonly users: number; readonly items: number }
  /** Movies that activate single bottleneck units. */
  | { readonly kind: 'clusters'; readonly id: string; readonly units: number; readonly movies: number }

/** A model with frozen settings on data divided in a stated way: with a seed it is one cell. */
export interface System {
  readonly data: DataSpec
  /** Null trains on everything: then nothing can be measured on held-out rows. */
  readonly split: SplitSpec | null
  readonly model: string
  readonly hyperparameters?: Readonly<Record<string, unknown>>
  readonly measures: readonly Measure[]
  readonly probes?: readonly Probe[]
  /**
   * The test part is evaluated after every epoch to draw a curve or to read a fixed epoch off it; nothing is chosen by it, and
   * `measures` must be empty because the weights of the best epoch are what is left.
   */
  readonly watchTest?: boolean
  /** Solved, not trained: every seed gives the same, so one is run. */
  readonly unseeded?: boolean
}

/** A remark under an exhibit or a paper. */
export interface Note {
  /** What the paper says against itself; what cannot be right; what we chose where it is silent; what ours cannot show. */
  readonly kind: 'contradiction' | 'implausible' | 'choice' | 'limit'
  readonly text: string
}

/** A figure of a table: the mean over seeds of a metric of a system. Metric names: see metricsOf. */
export interface TableValue {
  readonly system: string
  readonly metric: string
  /** The paper's figure, or its figures of several runs. */
  readonly published?: number | readonly number[]
}

export interface Column {
  readonly header: string
  /** Decimals. Default 4. */
  readonly digits?: number
  readonly better?: 'lower' | 'higher'
}

export interface Row {
  readonly label: string
  /** One per column. */
  readonly values: readonly (TableValue | null)[]
  /** How the row is set apart. */
  readonly tone?: 'paper' | 'tuned' | 'baseline'
}

interface ExhibitHead {
  /** Unique within the paper: "table-5". */
  readonly id: string
  /** "Table 5", or what it stands beside where the paper numbers nothing. */
  readonly label: string
  /** What --table or --figure is compared with; null for what has no number. */
  readonly number: { readonly kind: 'table' | 'figure'; readonly n: number } | null
  readonly title: string
  /** The data it is on, where there is one like it for other data; shown after the title. */
  readonly set?: string
  /** The protocol of this exhibit in words. */
  readonly text?: string
  readonly notes?: readonly Note[]
}

export interface TableExhibit extends ExhibitHead {
  readonly kind: 'table'
  /** Rows are put in the order of what we find in this column, the best first. */
  readonly orderBy?: number
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
}

/** Lines over epochs. */
export interface CurvesExhibit extends ExhibitHead {
  readonly kind: 'curves'
  readonly yLabel: string
  readonly series: readonly {
    readonly label: string
    readonly system: string
    /** `root` is the square root of the loss. */
    readonly of: 'loss' | 'root' | 'validation'
  }[]
  /** A final value that the paper prints. */
  readonly published?: { readonly label: string; readonly value: number }
}

export interface BarsExhibit extends ExhibitHead {
  readonly kind: 'bars'
  readonly metrics: readonly { readonly header: string; readonly metric: string }[]
  readonly bars: readonly { readonly label: string; readonly system: string }[]
}

/** A histogram of the rating values, or the ratings per movie in descending order. */
export interface DistributionExhibit extends ExhibitHead {
  readonly kind: 'distribution'
  readonly of: 'ratings' | 'ratings-per-movie'
  readonly data: DataSpec
}

export interface SimilarExhibit extends ExhibitHead {
  readonly kind: 'similar'
  readonly lists: readonly {
    readonly title: string
    readonly published: readonly { readonly title: string; readonly similarity: number }[]
    readonly ours: readonly { readonly header: string; readonly system: string; readonly probe: string }[]
  }[]
}

/** Known answers: counts that must come out exactly. */
export interface ChecksExhibit extends ExhibitHead {
  readonly kind: 'checks'
  readonly checks: readonly {
    readonly label: string
    readonly published: number
    readonly value:
      | { readonly system: string; readonly count: string }
      | { readonly system: string; readonly probe: string }
      | { readonly data: DataSpec; readonly count: 'users' | 'items' | 'ratings' }
      /** (users + items) x (factors + 1): two tables and two biases. */
      | { readonly users: number; readonly items: number; readonly factors: number }
    readonly remark?: string
  }[]
}

/** Predictions for the pairs that a paper prints. */
export interface PairsExhibit extends ExhibitHead {
  readonly kind: 'pairs'
  readonly system: string
  readonly probe: string
  readonly published: readonly number[]
}

/** Named figures that a probe finds, systems side by side. */
export interface FactsExhibit extends ExhibitHead {
  readonly kind: 'facts'
  readonly columns: readonly { readonly header: string; readonly system: string; readonly probe: string }[]
}

export interface MapExhibit extends ExhibitHead {
  readonly kind: 'map'
  readonly system: string
  readonly probe: string
}

export interface ClustersExhibit extends ExhibitHead {
  readonly kind: 'clusters'
  readonly system: string
  readonly probe: string
  readonly published: readonly string[]
}

export type Exhibit =
  | TableExhibit
  | CurvesExhibit
  | BarsExhibit
  | DistributionExhibit
  | SimilarExhibit
  | ChecksExhibit
  | PairsExhibit
  | FactsExhibit
  | MapExhibit
  | ClustersExhibit

/** A line of the table that a report opens with: one figure of one table, in rows named by their labels. */
export interface Glance {
  /** The measure and the data, in words. */
  readonly what: string
  /** Which table, by id, and which of its columns. */
  readonly exhibit: string
  readonly column: number
  /** The model as the paper has it; the paper's own figure stands in this row unless it is given apart. */
  readonly printed: string
  readonly published?: number
  readonly tuned: string
  readonly yardstick: string
  /** What the yardstick is called here; its row's label unless given. */
  readonly yardstickName?: string
}

/** A paper: what it claims, how it measured, and every table and figure as exhibits over named systems. Plain JSON. */
export interface Paper {
  readonly name: PaperName
  readonly title: string
  readonly authors: string
  readonly claim: string
  /** The protocol in words, a paragraph each. */
  readonly protocol: readonly string[]
  /** How tuned settings were chosen. */
  readonly selection: string
  readonly notes: readonly Note[]
  /** Why our figures and the paper's differ, a paragraph each, without figures of ours. */
  readonly findings: readonly string[]
  readonly seeds: readonly number[]
  readonly systems: Readonly<Record<string, System>>
  readonly exhibits: readonly Exhibit[]
  readonly glances: readonly Glance[]
}
