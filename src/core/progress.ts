/** One report of long work. Whoever started the work decides whether to draw it, log it or drop it. */
export interface Progress {
  /** What is being done, in the present tense: "training", "reading ratings.csv". */
  readonly stage: string
  /** How much is done, in `unit`s. */
  readonly done: number
  /** How much there is, or null where that is not known. */
  readonly total: number | null
  /** What `done` and `total` count: "ratings", "bytes", "users". */
  readonly unit: string
  /** Which epoch of how many, from 1, for training. */
  readonly epoch?: number
  readonly epochs?: number
  /** Figures worth seeing on the way: loss, validation error. */
  readonly figures?: Readonly<Record<string, number>>
  /** In the report at the end of an epoch: all of it. */
  readonly ended?: EpochRecord
}

export type OnProgress = (progress: Progress) => void

/** One epoch as it went. Losses are per rating, as the model's objective counts them without regularisation. */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number
  readonly loss: number
  /** The validation metric, null without validation data. Lower is better. */
  readonly validation: number | null
  readonly learningRate: number
  readonly seconds: number
}
