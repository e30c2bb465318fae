import type { z } from '@hono/zod-openapi'
import type * as routes from '../../src/server/api/routes.ts'
import type * as shapes from '../../src/server/api/shapes.ts'
import { createClient, type Input, type OperationId, ApiError as Refusal } from '../../src/server/client/index.ts'

/** The server's own client as the page uses it: the key of this tab, and failures in words for a person. */

type Routes = typeof routes
export type Movie = z.infer<typeof shapes.Movie>
export type ProfileEntry = z.infer<typeof shapes.ProfileEntry>
export type Reason = z.infer<typeof shapes.Reason>
export type Recommendation = z.infer<typeof shapes.Recommendation>
export type RecommendationList = z.infer<typeof shapes.RecommendationList>
export type SimilarMovie = z.infer<typeof shapes.SimilarMovie>
export type Model = z.infer<typeof shapes.Model>
export type Job = z.infer<typeof shapes.Job>
export type NewFeedback = z.input<typeof shapes.NewFeedback>
export type FeedbackKind = z.infer<typeof shapes.FeedbackKind>

type Schema<C> = C extends { content: { 'application/json': { schema: infer S extends z.ZodType } } } ? S : never
type Ok<R> = R extends { 200: infer C } ? C : R extends { 201: infer C } ? C : R extends { 202: infer C } ? C : never

/** What an operation answers when all is well. */
export type Answer<N extends keyof Routes> = Routes[N] extends { responses: infer R } ? z.infer<Schema<Ok<R>>> : never

/** The body that an operation takes. */
export type Body<N extends keyof Routes> = Routes[N] extends { request: { body: infer B } } ? z.input<Schema<B>> : never

/** A problem body of the server, or that it could not be reached, in words for a person. */
export class ApiError extends Error {
  override name = 'ApiError'
  /** 0 where no answer came. */
  readonly status: number
  readonly code: string
  readonly remedy: string | null
  readonly requestId: string | null
  constructor(status: number, code: string, message: string, remedy: string | null, requestId: string | null) {
    super(message)
    this.status = status
    this.code = code
    this.remedy = remedy
    this.requestId = requestId
  }
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined
}

const adminKeyName = 'marquee.key'
/** The API key that an administrator typed in, kept for this tab only. */
export const apiKey = {
  get: () => sessionStorage.getItem(adminKeyName),
  set: (key: string | null) =>
    key === null ? sessionStorage.removeItem(adminKeyName) : sessionStorage.setItem(adminKeyName, key),
}

const client = createClient('', { key: () => apiKey.get() })

/** One operation; throws the page's {@link ApiError} and lets an abort through as it is. */
async function call<N extends OperationId>(name: N, input: Input<N>, { signal }: CallOptions = {}): Promise<Answer<N>> {
  const ask = client[name] as (input: Input<N>, options: { signal?: AbortSignal }) => Promise<Answer<N>>
  try {
    return await ask(input, signal === undefined ? {} : { signal })
  } catch (error) {
    if (signal?.aborted === true) throw error
    if (error instanceof Refusal)
      throw new ApiError(error.status, error.code, error.message, error.remedy ?? null, error.requestId)
    throw new ApiError(
      0,
      'unreachable',
      'The server does not answer.',
      'Check that Marquee is running (marquee serve), then try again. Nothing you entered is lost.',
      null,
    )
  }
}

/** An operation whose input goes in as it is. */
const op =
  <N extends OperationId>(name: N) =>
  (input: Input<N>, options?: CallOptions) =>
    call(name, input, options)
/** One whose input may be left out, with {} for nothing. */
const ask =
  <N extends OperationId>(name: N) =>
  (input: Input<N> = {} as Input<N>, options?: CallOptions) =>
    call(name, input, options)
/** One that needs nothing. */
const plain =
  <N extends OperationId>(name: N) =>
  (options?: CallOptions) =>
    call(name, {} as Input<N>, options)

/** One function for each operation that the page uses, named by its operationId. */
export const api = {
  listMovies: ask('listMovies'),
  getMovie: (id: string, o?: CallOptions) => call('getMovie', { id }, o),
  listGenres: plain('listGenres'),
  firstPicks: ask('firstPicks'),
  popular: ask('popular'),
  latest: ask('latest'),
  matchMovies: op('matchMovies'),
  recommendForSession: op('recommendForSession'),
  explain: op('explain'),
  predict: op('predict'),
  similarMovies: op('similarMovies'),
  addFeedback: op('addFeedback'),
  deleteFeedback: op('deleteFeedback'),
  eraseUser: (id: string, o?: CallOptions) => call('eraseUser', { id }, o),
  getMap: ask('getMap'),
  getClusters: ask('getClusters'),
  browserModel: ask('browserModel'),
  listModels: plain('listModels'),
  activateModel: (version: string) => call('activateModel', { version }),
  addModel: op('addModel'),
  removeModel: (version: string) => call('removeModel', { version }),
  getTraffic: plain('getTraffic'),
  setTraffic: op('setTraffic'),
  startTraining: op('startTraining'),
  listTraining: plain('listTraining'),
  listTrainable: plain('listTrainable'),
  getTraining: (id: string, o?: CallOptions) => call('getTraining', { id }, o),
  cancelTraining: (id: string) => call('cancelTraining', { id }),
  listStudies: plain('listStudies'),
  createStudy: op('createStudy'),
  studyQuestion: (id: string, participant: string, o?: CallOptions) => call('studyQuestion', { id, participant }, o),
  answerQuestion: (id: string, body: Body<'answerQuestion'>) => call('answerQuestion', { id, ...body }),
  studyResults: (id: string, o?: CallOptions) => call('studyResults', { id }, o),
  dataInfo: plain('dataInfo'),
  listReports: plain('listReports'),
  listKeys: plain('listKeys'),
  createKey: op('createKey'),
  revokeKey: (id: string) => call('revokeKey', { id }),
  storeInfo: plain('storeInfo'),
}
