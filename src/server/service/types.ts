import type { z } from '@hono/zod-openapi'
import type * as routes from '../api/routes.ts'
import type * as shapes from '../api/shapes.ts'

type Routes = typeof routes
type Json<T> = T extends { content: { 'application/json': { schema: infer S } } }
  ? S extends z.ZodType
    ? z.output<S>
    : never
  : never
type Responses<N extends keyof Routes> = Routes[N] extends { responses: infer R } ? R : never
type Request<N extends keyof Routes> = Routes[N] extends { request: infer R } ? R : never

/** What a route answers when all is well, from its schema. */
export type Answer<N extends keyof Routes> = Json<Responses<N>[Extract<keyof Responses<N>, 200 | 201 | 202>]>
/** The body of a route's request, validated, defaults filled in. */
export type Body<N extends keyof Routes> = Request<N> extends { body: infer B } ? Json<B> : never
/** The query of a route's request, validated, defaults filled in. */
export type Query<N extends keyof Routes> =
  Request<N> extends { query: infer Q } ? (Q extends z.ZodType ? z.output<Q> : never) : never

export type Movie = z.output<typeof shapes.Movie>
export type ProfileEntry = z.output<typeof shapes.ProfileEntry>
export type Reason = z.output<typeof shapes.Reason>
export type Recommendation = z.output<typeof shapes.Recommendation>
export type RecommendationList = z.output<typeof shapes.RecommendationList>
export type Model = z.output<typeof shapes.Model>
export type Job = z.output<typeof shapes.Job>
/** How a list is asked for. */
export type RecommendQuery = Omit<Body<'recommendForSession'>, 'profile' | 'dislikes'>
