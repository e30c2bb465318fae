import { Hono } from 'hono'
import type { Scope as RouteScope } from '../api/routes/route.ts'
import * as routes from '../api/routes.ts'
import { readJson, standardBodyLimit } from './body.ts'
import { preflightHeaders } from './cors.ts'
import { extraRoutes } from './extra-routes.ts'
import { Gate, type Passage } from './gate.ts'
import { createHandlers } from './handlers/index.ts'
import type { Call, OperationId } from './handlers/types.ts'
import { Keyring } from './keys.ts'
import { Lifecycle } from './lifecycle.ts'
import { createLog } from './log.ts'
import { Metrics } from './metrics.ts'
import { openApiDocument } from './openapi.ts'
import type { AppContext } from './options.ts'
import { pages } from './pages.ts'
import { HttpProblem } from './problem.ts'
import { etagOf, jsonReply, matches, type Reply } from './reply.ts'
import { type AppEnv, type Bindings, header } from './request.ts'
import { paramsOf, queryOf, validate } from './validate.ts'

export interface App {
  /** The one handler of everything: API, page, docs, metrics. */
  readonly fetch: (request: Request, bindings?: Bindings) => Response | Promise<Response>
  readonly lifecycle: Lifecycle
  readonly metrics: Metrics
}

/** Bodies that may be larger than the standard, in bytes. */
const bodyLimits: Partial<Record<OperationId, number>> = {
  addFeedback: 8 * 1_048_576,
  matchMovies: 4 * 1_048_576,
  putMovies: 8 * 1_048_576,
  recommendBatch: 24 * 1_048_576,
  predict: 8 * 1_048_576,
  explain: 2 * 1_048_576,
}
const costs: Partial<Record<OperationId, number>> = { live: 0, ready: 0, startTraining: 20, explain: 2 }

/** Users that cost what a request costs, where many are asked for in one: each is folded in and scored, but nothing else. */
const usersInRequest = 10
/** What the work that a body asks for costs beyond the request itself. */
const workOf: { readonly [N in OperationId]?: (call: Call<N>) => number } = {
  recommendBatch: ({ body }) => Math.ceil((body.users.length * (1 + body.reasons)) / usersInRequest),
  predict: ({ body }) => Math.ceil(new Set(body.pairs.map(({ user }) => user)).size / usersInRequest),
}

interface RouteShape {
  readonly method: string
  readonly path: string
  readonly 'x-scope'?: RouteScope
  readonly request?: { readonly params?: Schema; readonly query?: Schema; readonly body?: unknown }
  readonly responses: Readonly<Record<string, unknown>>
}
type Schema = Parameters<typeof validate>[0]

/** The scope a route needs, as its definition and the OpenAPI document have it. */
export const scopeOf = (route: object): RouteScope => (route as { 'x-scope': RouteScope })['x-scope']

export function createApp({ service, store, options }: AppContext): App {
  const lifecycle = new Lifecycle()
  const metrics = new Metrics(service)
  const keyring = new Keyring(store, options.keysFor)
  const log = options.log ?? createLog('silent')
  const gate = new Gate({ keyring, lifecycle, metrics, log, options })
  const handlers = createHandlers({ service, store, options, keyring, lifecycle, metrics })
  const app = new Hono<AppEnv>()

  // The first that fits answers, so "/v1/movies/first-picks" has to stand before "/v1/movies/{id}".
  const all = Object.entries(routes) as [OperationId, RouteShape][]
  for (const [name, route] of all.sort(([, a], [, b]) => places(a.path) - places(b.path))) {
    const { method, path } = route
    const handle = handlers[name] as (call: Call<OperationId>) => unknown
    const cost = costs[name]
    const work = workOf[name] as ((call: Call<OperationId>) => number) | undefined
    const read = reader(name, route)
    const status = Number(Object.keys(route.responses).find((code) => code.startsWith('2')))
    const streamed = name === 'recommendBatch' || name === 'trainingEvents'
    app.on(
      method,
      path.replaceAll(/\{(\w+)\}/g, ':$1'),
      gate.through({ name, scope: scopeOf(route), ...(cost !== undefined && { cost }) }, async (passage) => {
        const call = { ...passage, ...(await read(passage)) } as Call<OperationId>
        if (work) passage.charge(work(call))
        const answer = await handle(call)
        return streamed ? (answer as Reply) : jsonReply(passage.c, status, answer)
      }),
    )
  }

  const document = JSON.stringify(openApiDocument())
  const etag = etagOf(document)
  app.get(
    '/openapi.json',
    gate.through({ name: 'openapi', scope: 'open' }, ({ c }) => {
      const headers = { 'content-type': 'application/json', 'cache-control': 'no-cache', etag }
      const same = matches(header(c, 'if-none-match'), etag)
      return same ? { status: 304, body: null, headers } : { status: 200, body: document, headers }
    }),
  )
  app.get(
    '/metrics',
    gate.through({ name: 'metrics', scope: 'admin', cost: 0 }, async () => ({
      status: 200,
      body: await metrics.registry.metrics(),
      headers: { 'content-type': metrics.registry.contentType },
    })),
  )
  for (const { method, path, handle, ...route } of extraRoutes({ service, store, options })) {
    app.on(method, path, gate.through(route, handle))
  }
  pages(app, gate, options)
  app.all('*', (c) => gate.through({ name: 'none', scope: 'open' }, (passage) => elsewhere(passage))(c))
  app.onError((error) => {
    // Only what the gate itself breaks on ends here.
    log.fatal({ error: error.name }, 'outside the gate')
    return new Response(null, { status: 500 })
  })
  return { fetch: (request, bindings) => app.fetch(request, bindings), lifecycle, metrics }
}

/** Parameters in a path. */
const places = (path: string): number => path.split('{').length

/** Validates the parts of a request that a route has; a body or query that it has not is refused too. */
function reader(name: OperationId, { request }: RouteShape): (passage: Passage) => Promise<Partial<Call<OperationId>>> {
  const { params, query, body } = request ?? {}
  const schema = (body as { content: { 'application/json': { schema: Schema } } } | undefined)?.content[
    'application/json'
  ].schema
  const limit = bodyLimits[name] ?? standardBodyLimit
  return async ({ c }) => {
    const given = queryOf(c)
    const unknown = query ? undefined : Object.keys(given)[0]
    if (unknown !== undefined) {
      throw new HttpProblem(400, 'invalid-request', 'this route takes no query', {
        place: `query.${unknown.slice(0, 60)}`,
      })
    }
    return {
      ...(params && { params: validate(params, paramsOf(c), 'path') as never }),
      ...(query && { query: validate(query, given, 'query') as never }),
      ...(schema && { body: validate(schema, await readJson(c, limit), 'body') as never }),
    }
  }
}

const patterns = Object.values(routes).map(({ method, path }) => ({
  method: method.toUpperCase(),
  pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
}))

/** What no route takes: a preflight, another method of a path that exists (405), or nothing at all (404). */
function elsewhere({ c }: Passage): Reply {
  const methods = patterns.filter(({ pattern }) => pattern.test(c.req.path)).map(({ method }) => method)
  const allowed = [...new Set(methods.includes('GET') ? [...methods, 'HEAD'] : methods)].sort()
  if (c.req.method === 'OPTIONS') {
    return { status: 204, body: null, headers: { ...preflightHeaders, allow: [...allowed, 'OPTIONS'].join(', ') } }
  }
  if (allowed.length > 0) {
    const allow = allowed.join(', ')
    throw new HttpProblem(405, 'wrong-method', `this path does not take ${c.req.method}`, {
      place: 'method',
      remedy: `It takes ${allow}.`,
      headers: { allow },
    })
  }
  throw new HttpProblem(404, 'no-route', 'there is nothing at this path', {
    place: 'path',
    remedy: 'GET /openapi.json lists what there is.',
  })
}
