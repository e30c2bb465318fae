import type { z } from '@hono/zod-openapi'
import type * as routes from '../api/routes.ts'
import type * as shapes from '../api/shapes.ts'
import type { OperationId } from './operations.ts'

type Routes = typeof routes
type Request<N extends OperationId> = Routes[N] extends { request: infer R } ? R : unknown
type Responses<N extends OperationId> = Routes[N] extends { responses: infer R } ? R : never
type Json<T> = T extends { content: { 'application/json': { schema: infer S extends z.ZodType } } } ? S : never

/**
 * What a schema takes, as a caller writes it. Queries are numbers and lists here, and text only on the way: their type
 * is what the schema makes of the text, and optional where it has a default.
 */
type Written<S> = S extends z.ZodType
  ? {
      [K in keyof z.output<S> as undefined extends OptionalInput<S, K> ? never : K]: z.output<S>[K]
    } & {
      [K in keyof z.output<S> as undefined extends OptionalInput<S, K> ? K : never]?: z.output<S>[K]
    }
  : unknown
type OptionalInput<S extends z.ZodType, K> = K extends keyof z.input<S>
  ? Pick<z.input<S>, K> extends Required<Pick<z.input<S>, K>>
    ? null
    : undefined
  : undefined

type ParamsOf<R> = R extends { params: infer P extends z.ZodType } ? z.input<P> : unknown
type QueryOf<R> = R extends { query: infer Q } ? Written<Q> : unknown
type BodyOf<R> = R extends { body: infer B } ? z.input<Json<B>> : unknown
type Flat<T> = { [K in keyof T]: T[K] }

/** Everything an operation takes (path, query and body), in one object. */
export type Input<N extends OperationId> = Flat<ParamsOf<Request<N>> & QueryOf<Request<N>> & BodyOf<Request<N>>>

type Answers<N extends OperationId> = Json<Responses<N>[Extract<keyof Responses<N>, 200 | 201 | 202>]>

export type Recommendation = z.output<typeof shapes.Recommendation>
export type RecommendationList = z.output<typeof shapes.RecommendationList>
export type Movie = z.output<typeof shapes.Movie>
export type Feedback = z.output<typeof shapes.Feedback>
export type Model = z.output<typeof shapes.Model>
export type Job = z.output<typeof shapes.Job>
export type Problem = z.output<typeof shapes.Problem>
export type BatchLine = z.output<typeof shapes.BatchLine>

/** An event of a training: what happened, and the job as it is after it. */
export interface TrainingEvent {
  readonly event: 'progress' | 'epoch' | 'end'
  readonly job: Job
}

/** What an operation answers. */
export type Output<N extends OperationId> = N extends 'recommendBatch'
  ? AsyncIterable<BatchLine>
  : N extends 'trainingEvents'
    ? AsyncIterable<TrainingEvent>
    : Promise<z.output<Answers<N>>>

export interface CallOptions {
  readonly signal?: AbortSignal
}

/** One method for each operation of the API. Operations that need nothing may be called with nothing. */
export type Client = {
  readonly [N in OperationId]: Record<never, never> extends Input<N>
    ? (input?: Input<N>, options?: CallOptions) => Output<N>
    : (input: Input<N>, options?: CallOptions) => Output<N>
}
