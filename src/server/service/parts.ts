import type { Store } from '../../store/store.ts'
import type { Background } from './background/background.ts'
import type { ModelDesk } from './models/desk.ts'
import type { StoreRatings } from './movies/store-ratings.ts'
import type { RecommendationIds } from './recommend/ids.ts'
import type { ServedCounts } from './served.ts'
import type { ServiceOptions } from './service.ts'
import type { TrainingJobs } from './training/jobs.ts'
import type { NewRatings } from './training/retraining.ts'

/** What the calls of the service stand on; a file of `…Calls` for each idea takes of it what it needs. */
export interface Parts {
  readonly options: ServiceOptions
  readonly store: Store
  readonly desk: ModelDesk
  readonly ids: RecommendationIds
  readonly served: ServedCounts
  readonly storeRatings: StoreRatings
  readonly background: Background
  readonly jobs: TrainingJobs
  readonly fresh: NewRatings
  /** Whether the service has been told to end. */
  closing(): boolean
  /** Throws `closing` once it has. */
  refuseClosing(): void
  warn(event: string, error: unknown, fields?: Readonly<Record<string, unknown>>): void
}
