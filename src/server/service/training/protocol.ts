import type { EpochRecord } from '../../../core/progress.ts'

/** What a training is asked to do: job.json in its folder, beside the files that `inputs` names. */
export interface TrainingSpec {
  /** Folder of the artefact that gives ratings, movies and, for a warm start, weights. */
  readonly artefact: string
  readonly model: string
  readonly hyperparameters: Readonly<Record<string, unknown>>
  readonly seed: number
  readonly warmStart: boolean
  readonly threads: number
  /** Highest seq of the feedback in the inputs. */
  readonly trainedThrough: number
  /** Folder of the artefact to be made. */
  readonly out: string
}

/** Inputs, a JSON value a line: blocks of store ratings, pairs taken back, movies of the store. */
export const inputs = { ratings: 'ratings.ndjson', takenBack: 'taken-back.ndjson', movies: 'movies.ndjson' } as const

/** What the process of a training says. */
export type Told =
  | {
      readonly kind: 'progress'
      readonly stage: string
      readonly done: number
      readonly total: number | null
      readonly epoch: number | null
      readonly epochs: number | null
      /** An epoch that is over, and whose: of the fit that is measured, or of the one that is served. */
      readonly ended: (EpochRecord & { readonly fit: 'measured' | 'final' }) | null
    }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly remedy: string | null }
