import type { Logger } from 'pino'
import type { Scope as RouteScope } from '../api/routes/route.ts'
import { type AuthOptions, authorise } from './auth.ts'
import { allowOrigin } from './cors.ts'
import type { Keyring } from './keys.ts'
import type { Lifecycle } from './lifecycle.ts'
import { errorFields } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { AppOptions } from './options.ts'
import { bucketOf, hostOf, isCrossSite, isLoopbackHost, peerAddress } from './peer.ts'
import { HttpProblem } from './problem.ts'
import { RateLimiter, type Taken } from './rate-limit.ts'
import { problemReply, type Reply } from './reply.ts'
import { type RequestContext, requestIdOf } from './request.ts'
import { apiHeaders } from './security.ts'

/** One request on its way: what its handler may want to know. */
export interface Passage {
  readonly c: RequestContext
  readonly requestId: string
  /** Id of the key that was sent; null without. */
  readonly key: string | null
  /** Takes more from the caller's bucket, once it is known how much work was asked for. Throws 429. */
  readonly charge: (cost: number) => void
}

export interface GateRoute {
  /** Names it in logs and metrics: the operation id. */
  readonly name: string
  readonly scope: RouteScope
  /** Requests' worth of work, as far as it is known without the body. Default 1; 0: not limited. */
  readonly cost?: number
  /** Headers instead of the API's. */
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * Everything that happens around a handler, in one function and without middleware: each layer of it would cost a copy of
 * the headers. Order: Host, origin, key, rate limit, handler; whatever is thrown becomes a problem answer.
 */
export class Gate {
  readonly #keyring: Keyring
  readonly #lifecycle: Lifecycle
  readonly #metrics: Metrics
  readonly #log: Logger
  readonly #cors: ReadonlySet<string>
  readonly #auth: AuthOptions
  readonly #loopbackOnly: boolean
  readonly #limiter: RateLimiter | null

  constructor(parts: {
    readonly keyring: Keyring
    readonly lifecycle: Lifecycle
    readonly metrics: Metrics
    readonly log: Logger
    readonly options: AppOptions
  }) {
    const { keyring, lifecycle, metrics, log, options } = parts
    const { publicScopes = [], trustProxy = false, cors = [], loopbackOnly = false, rateLimit = null } = options
    this.#keyring = keyring
    this.#lifecycle = lifecycle
    this.#metrics = metrics
    this.#log = log
    this.#cors = new Set(cors)
    this.#auth = { publicScopes, trustProxy }
    this.#loopbackOnly = loopbackOnly && !trustProxy
    this.#limiter = rateLimit === null ? null : new RateLimiter(rateLimit)
  }

  /** A handler for Hono. */
  through(
    route: GateRoute,
    handle: (passage: Passage) => Promise<Reply> | Reply,
  ): (c: RequestContext) => Promise<Response> {
    return async (c) => {
      const began = performance.now()
      const requestId = requestIdOf(c)
      const headers: Record<string, string> = { ...(route.headers ?? apiHeaders), 'x-request-id': requestId }
      let reply: Reply
      try {
        const key = await this.#admit(c, route, headers)
        const charge = (cost: number): void =>
          this.#take(key ?? bucketOf(peerAddress(c, this.#auth.trustProxy)), cost, headers, route.cost ?? 1)
        reply = await handle({ c, requestId, key, charge })
      } catch (error) {
        reply = this.#problem(error, requestId, route)
      }
      const ms = performance.now() - began
      this.#metrics.request(route.name, reply.status, ms / 1000)
      if (this.#log.isLevelEnabled('info')) {
        const { name } = route
        const line = {
          requestId,
          method: c.req.method,
          route: name,
          status: reply.status,
          ms: Math.round(ms * 100) / 100,
        }
        this.#log.info(line, 'request')
      }
      return this.#respond(c, reply, headers)
    }
  }

  async #admit(c: RequestContext, route: GateRoute, headers: Record<string, string>): Promise<string | null> {
    const { trustProxy } = this.#auth
    if (this.#loopbackOnly && !isLoopbackHost(hostOf(c, false))) {
      throw new HttpProblem(
        403,
        'wrong-host',
        `the Host header "${hostOf(c, false).slice(0, 100)}" is not this machine's`,
        {
          place: 'host',
          remedy: 'Use http://localhost, or start with --trust-proxy behind a proxy, or with --host.',
        },
      )
    }
    const listed = allowOrigin(c, this.#cors, headers)
    const { method } = c.req
    if (method !== 'GET' && method !== 'HEAD' && !listed && isCrossSite(c, trustProxy)) {
      throw new HttpProblem(403, 'cross-site', 'a page of another site sent this', {
        place: 'origin',
        remedy: 'Start the server with --cors and that origin, if it is yours. A proxy must pass the Host header on.',
      })
    }
    let key: string | null
    try {
      key = await authorise(c, route.scope, this.#keyring, this.#auth)
    } catch (error) {
      // Guessing keys costs what asking costs.
      this.#take(bucketOf(peerAddress(c, trustProxy)), 1, headers)
      throw error
    }
    this.#take(key ?? bucketOf(peerAddress(c, trustProxy)), route.cost ?? 1, headers)
    return key
  }

  #take(bucket: string, cost: number, headers: Record<string, string>, before = 0): void {
    if (!this.#limiter || cost === 0) return
    const taken: Taken = this.#limiter.take(bucket, cost, before)
    headers['ratelimit-limit'] = String(this.#limiter.burst)
    headers['ratelimit-remaining'] = String(taken.remaining)
    headers['ratelimit-reset'] = String(taken.reset)
    if (taken.allowed) return
    const { limit } = this.#limiter
    throw new HttpProblem(429, 'too-many-requests', `more than ${limit} requests a second`, {
      remedy: `Come back in ${taken.retryAfter} s.`,
      headers: { 'retry-after': String(taken.retryAfter) },
    })
  }

  #problem(error: unknown, requestId: string, route: GateRoute): Reply {
    const reply = problemReply(error, requestId)
    this.#metrics.problem(reply.problem.code)
    if (reply.status >= 500) {
      const fields = { requestId, route: route.name, ...errorFields(error, this.#log) }
      if (reply.status === 500) this.#log.error(fields, 'a mistake of ours')
      else this.#log.warn(fields, 'not now')
    }
    return reply
  }

  #respond(c: RequestContext, { status, body, headers: own }: Reply, headers: Record<string, string>): Response {
    // Nobody will read it, so nobody would end it.
    if (c.req.method === 'HEAD' && body instanceof ReadableStream) void body.cancel()
    const vary = own.vary !== undefined && headers.vary !== undefined ? `${headers.vary}, ${own.vary}` : own.vary
    Object.assign(headers, own)
    if (vary !== undefined) headers.vary = vary
    if (this.#lifecycle.draining) headers.connection = 'close'
    return new Response(body, { status, headers })
  }
}
