import type { MarqueeError } from '../../core/errors.ts'
import type { NewFeedback, Store } from '../../store/store.ts'
import type { Answer, Body, Job, Model, Movie, Query, RecommendationList, RecommendQuery } from './types.ts'

export interface ServiceOptions {
  readonly store: Store
  /** Where the service keeps what is not in the store: artefacts it trains, jobs, cached maps. Made if absent. */
  readonly folder: string
  /** An artefact to register; it answers where the store has no traffic in force. Without one, those of the store are loaded. */
  readonly artefact?: string
  /** Train again after so many milliseconds since the last training, if there are new ratings. Default: never. */
  readonly retrainEvery?: number | null
  /** Train again once the store has so many ratings the live model was not trained on. Default: never. */
  readonly retrainAfter?: number | null
  /** Milliseconds between two looks whether another instance has changed the traffic. Default 5,000. */
  readonly followEvery?: number
  /** Threads of a training. Default: all cores but one, at least one. */
  readonly trainingThreads?: number
  /** Told of what happens in the background: no personal data in it. */
  readonly onEvent?: (event: ServiceEvent) => void
}

/** What happened in the background. `level` is how it should be logged. */
export interface ServiceEvent {
  readonly level: 'info' | 'warn' | 'error'
  /** Stable, kebab-case: "model-loaded", "training-failed". */
  readonly event: string
  readonly fields: Readonly<Record<string, unknown>>
  readonly error?: unknown
}

/** A line of a batch: a list, or why there is none. */
export type BatchLine =
  | { readonly user: string; readonly list: RecommendationList }
  | { readonly user: string; readonly problem: MarqueeError }

export interface TrainingEvent {
  readonly event: 'progress' | 'epoch' | 'end'
  readonly job: Job
}

/**
 * What the routes need of the models; one method for each. Inputs are validated by the routes' schemas. Everything a
 * caller can get wrong is a MarqueeError:
 *
 * | code | meaning | status |
 * |---|---|---|
 * | `unknown-movie`, `unknown-user`, `unknown-model`, `unknown-job`, `unknown-study` | there is none of that id | 404 |
 * | `bad-rating` | outside the scale of the data | 400 |
 * | `bad-request` | anything else wrong in a valid shape | 400 |
 * | `bad-cursor` | not a cursor of this list | 400 |
 * | `not-able` | the model cannot do that | 409 |
 * | `in-use`, `answered`, `training`, `cannot-warm-start`, `no-autoencoder`, `different-training`, `too-few-profiles`, `same-artefact` | conflicts with what is there | 409 |
 * | `bad-hyperparameter`, `no-artefact`, `broken-artefact`, `other-version` | the artefact or the settings are refused | 400 |
 * | `no-model`, `closing` | not now | 503 |
 *
 * Errors of the store (`store-busy`, `store-full`, `store-broken`) pass through.
 */
export interface Service {
  // movies
  listMovies(query: Query<'listMovies'>): Promise<Answer<'listMovies'>>
  getMovie(id: string): Promise<Movie>
  /** Kept when it resolves, and rated from then on; in the catalogue of this instance a moment later. */
  putMovies(body: Body<'putMovies'>): Promise<Answer<'putMovies'>>
  listGenres(): Promise<Answer<'listGenres'>>
  firstPicks(query: Query<'firstPicks'>): Promise<Answer<'firstPicks'>>
  popular(query: Query<'popular'>): Promise<Answer<'popular'>>
  latest(query: Query<'latest'>): Promise<Answer<'latest'>>
  matchMovies(body: Body<'matchMovies'>): Promise<Answer<'matchMovies'>>

  // recommendations
  recommendForUser(user: string, options: RecommendQuery): Promise<RecommendationList>
  recommendForSession(body: Body<'recommendForSession'>): Promise<RecommendationList>
  /** In order, each as it is ready; a user's problem is a line, not the end. Stop by returning from the loop. */
  recommendBatch(body: Body<'recommendBatch'>): AsyncIterable<BatchLine>
  similarMovies(query: Query<'similarMovies'>): Promise<Answer<'similarMovies'>>
  predict(body: Body<'predict'>): Promise<Answer<'predict'>>
  explain(body: Body<'explain'>): Promise<Answer<'explain'>>

  // map and clusters
  getMap(query: Query<'getMap'>): Promise<Answer<'getMap'>>
  getClusters(query: Query<'getClusters'>): Promise<Answer<'getClusters'>>

  // models and traffic
  listModels(): Promise<{ models: Model[] }>
  addModel(body: Body<'addModel'>): Promise<Model>
  activateModel(version: string): Promise<Model>
  removeModel(version: string): Promise<{ removed: string }>
  /** Throws `no-model` while nothing is live. */
  getTraffic(): Promise<Answer<'getTraffic'>>
  setTraffic(body: Body<'setTraffic'>): Promise<Answer<'setTraffic'>>

  // training
  startTraining(body: Body<'startTraining'>): Promise<Job>
  listTraining(): Promise<{ jobs: Job[] }>
  getTraining(id: string): Promise<Job>
  /** Begins with the job as it is; ends after `end`. Throws `unknown-job` at once, not on iteration. */
  trainingEvents(id: string, signal?: AbortSignal): AsyncIterable<TrainingEvent>
  cancelTraining(id: string): Promise<Job>
  listTrainable(): Promise<Answer<'listTrainable'>>

  // studies
  listStudies(): Promise<Answer<'listStudies'>>
  createStudy(body: Body<'createStudy'>): Promise<Answer<'createStudy'>>
  studyQuestion(id: string, participant: string): Promise<Answer<'studyQuestion'>>
  answerQuestion(id: string, body: Body<'answerQuestion'>): Promise<Answer<'answerQuestion'>>
  studyResults(id: string): Promise<Answer<'studyResults'>>

  // lab
  dataInfo(): Promise<Answer<'dataInfo'>>
  /** For `GET /v1/store`: ratings the live model was not trained on, and how many of them start a training. */
  retraining(): Promise<{ newRatings: number; retrainAfter: number | null; retrainEvery: number | null }>

  /** Folder of the artefact of a version (default: the live one) and its manifest's files, for serving its graphs to the browser. */
  artefactOf(version?: string): { readonly version: string; readonly directory: string }
  /** Before feedback is written: throws `unknown-movie` or `bad-rating` for what no model and no store knows. */
  checkFeedback(events: readonly NewFeedback[]): Promise<void>
  /** Before feedback is taken back: throws `unknown-user` for somebody neither the store nor the model knows. */
  checkTakingBack(user: string): Promise<void>
  /** After feedback is durable: what was cached of its users is forgotten, and a retraining may be due. */
  onFeedback(events: readonly NewFeedback[]): void
  /** Versions that answer, and those that should and cannot be loaded here. Throws `no-model` while there is none. */
  ready(): { readonly models: readonly string[]; readonly missing: readonly string[] }
  /** Figures for /metrics, gathered in memory. */
  figures(): ServiceFigures
  /** Ends trainings and workers, writes what has gathered, unloads. Requests under way are waited for, up to ten seconds. */
  close(): Promise<void>
}

export interface ServiceFigures {
  /** Lists served since the start, by version. */
  readonly served: Readonly<Record<string, number>>
  readonly loaded: number
  /** Requests under way in each loaded version. */
  readonly inFlight: Readonly<Record<string, number>>
  /** Versions with traffic that this instance cannot load: it keeps to what answered before. */
  readonly missing: readonly string[]
  readonly training: 'idle' | 'running'
}

/** Registers and loads what the options name. Throws what loading the artefact throws where nothing else could answer. */
export async function createService(options: ServiceOptions): Promise<Service> {
  const { startService } = await import('./marquee-service.ts')
  return startService(options)
}
