import type { z } from '@hono/zod-openapi'
import type * as routes from '../../api/routes.ts'
import type { Answer, Body, Query } from '../../service/types.ts'
import type { Passage } from '../gate.ts'
import type { Keyring } from '../keys.ts'
import type { Lifecycle } from '../lifecycle.ts'
import type { Metrics } from '../metrics.ts'
import type { AppContext } from '../options.ts'
import type { Reply } from '../reply.ts'

export type OperationId = keyof typeof routes

type Request<N extends OperationId> = (typeof routes)[N] extends { request: infer R } ? R : never
export type Params<N extends OperationId> =
  Request<N> extends { params: infer P } ? (P extends z.ZodType ? z.output<P> : never) : never

/** A validated request. */
export interface Call<N extends OperationId> extends Passage {
  readonly params: Params<N>
  readonly query: Query<N>
  readonly body: Body<N>
}

/** Routes that answer with a stream make their own reply. */
export type Streamed = 'recommendBatch' | 'trainingEvents'

/** One function for each route: the answer of its schema, which the types hold it to; answers are not validated again. */
export type Handlers<N extends OperationId = OperationId> = {
  readonly [K in N]: (call: Call<K>) => K extends Streamed ? Promise<Reply> : Promise<Answer<K>> | Answer<K>
}

/** What handlers are made from. */
export interface HandlerContext extends AppContext {
  readonly keyring: Keyring
  readonly lifecycle: Lifecycle
  readonly metrics: Metrics
}
