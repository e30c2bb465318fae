import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { MarqueeError } from '../../../src/core/errors.ts'
import * as routes from '../../../src/server/api/routes.ts'
import { type App, createApp, scopeOf } from '../../../src/server/http/app.ts'
import type { OperationId } from '../../../src/server/http/handlers/types.ts'
import type { AppOptions } from '../../../src/server/http/options.ts'
import { type Listening, type ListenOptions, listen } from '../../../src/server/http/server.ts'
import { type ServeOptions, serve } from '../../../src/server/serve.ts'
import type { Service } from '../../../src/server/service/service.ts'
import { openStore, type Store } from '../../../src/store/index.ts'
import { marquee } from '../../cli/helpers.ts'

/** Every operation with its method and the scope it needs. */
export const operations = new Map(
  Object.entries(routes).map(([name, route]) => [
    name as OperationId,
    { method: route.method.toUpperCase(), path: route.path as string, scope: scopeOf(route) },
  ]),
)

/** A folder for one test file, removed after it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'marquee-http-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A service that answers everything with {}, except what a test gives: for tests of what stands around it. */
export function fakeService(methods: Partial<Record<keyof Service, unknown>> = {}): Service {
  const standard: Partial<Record<keyof Service, unknown>> = {
    ready: () => ({ models: ['fake-1'], missing: [] }),
    figures: () => ({ served: { 'fake-1': 3 }, loaded: 1, inFlight: { 'fake-1': 0 }, missing: [], training: 'idle' }),
    onFeedback: () => {},
    artefactOf: () => {
      throw new MarqueeError('no-model', 'nothing is live')
    },
    async *recommendBatch() {},
    async *trainingEvents() {},
    retraining: async () => ({ newRatings: 0, retrainAfter: null, retrainEvery: null }),
    close: async () => {},
    ...methods,
  }
  return new Proxy(standard as unknown as Service, {
    get: (target, name) => (target as unknown as Record<string | symbol, unknown>)[name] ?? (async () => ({})),
  })
}

/**
 * A test that computes for longer than connections are kept lets go of none: server and client share this process, and where the
 * server lets go first, the client's next request meets a closed connection.
 */
const keepAlive = 3_600_000

export interface Running extends Listening {
  readonly app: App
  readonly store: Store
}

/** The HTTP layer on a real port over a real store, with a fake service; ended after the test file. */
export async function run(service: Service, options: AppOptions & ListenOptions = {}, store?: Store): Promise<Running> {
  const kept = store ?? (await openStore(join(mkdtempSync(join(tmpdir(), 'marquee-http-')), 'marquee.db')))
  const app = createApp({ service, store: kept, options })
  const listening = await listen(app, { port: 0, keepAlive, ...options })
  afterAll(async () => {
    await listening.close()
    await kept.close()
  })
  return { ...listening, app, store: kept }
}

export interface Answer {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
  readonly json: any
}

/** A request as raw as node can send: any target, any header, Host and Origin too. */
export function send(
  url: string,
  target: string,
  {
    method = 'GET',
    headers = {},
    body,
    localAddress,
  }: { method?: string; headers?: Record<string, string>; body?: string | Buffer; localAddress?: string } = {},
): Promise<Answer> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        hostname: hostname.replace(/^\[|\]$/g, ''),
        port,
        path: target,
        method,
        headers,
        ...(localAddress && { localAddress }),
      },
      (incoming) => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('error', reject)
        incoming.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          const type = String(incoming.headers['content-type'] ?? '')
          const parsed =
            type.includes('json') && !type.includes('ndjson') && text !== '' && !incoming.headers['content-encoding']
          resolve({
            status: incoming.statusCode!,
            headers: incoming.headers,
            text,
            json: parsed ? JSON.parse(text) : undefined,
          })
        })
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

export const post = (
  url: string,
  target: string,
  value: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> =>
  send(url, target, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(value),
  })

/** A valid request of every operation, for data in which user 1 and movies 1 and 2 exist. */
export const valid: { readonly [N in keyof typeof routes]: { target: string; body?: unknown } } = {
  putUser: { target: '/v1/users/somebody', body: { attributes: { plan: 'free' } } },
  getUser: { target: '/v1/users/somebody' },
  listUsers: { target: '/v1/users' },
  exportUser: { target: '/v1/users/somebody/export' },
  eraseUser: { target: '/v1/users/nobody' },
  listMovies: { target: '/v1/movies?query=toy' },
  getMovie: { target: '/v1/movies/1' },
  putMovies: { target: '/v1/movies', body: { movies: [{ id: 'put', title: 'Put There (2026)' }] } },
  listGenres: { target: '/v1/genres' },
  firstPicks: { target: '/v1/movies/first-picks?k=3' },
  popular: { target: '/v1/popular?k=3' },
  latest: { target: '/v1/latest?k=3' },
  matchMovies: { target: '/v1/movies/match', body: { movies: [{ imdb: '0114709' }] } },
  addFeedback: {
    target: '/v1/feedback',
    body: { feedback: [{ user: 'somebody', item: '1', kind: 'rating', value: 4 }] },
  },
  listFeedback: { target: '/v1/feedback?user=somebody' },
  deleteFeedback: { target: '/v1/feedback?user=somebody&item=1&kind=rating' },
  recommendForUser: { target: '/v1/users/1/recommendations?k=3' },
  recommendForSession: { target: '/v1/session/recommendations', body: { profile: [{ item: '1', rating: 5 }], k: 3 } },
  recommendBatch: { target: '/v1/batch/recommendations', body: { users: ['1', '2'], k: 3 } },
  similarMovies: { target: '/v1/similar?items=1&k=3' },
  predict: { target: '/v1/predictions', body: { pairs: [{ user: '1', item: '2' }] } },
  explain: { target: '/v1/explanations', body: { user: '1', item: '2', k: 3 } },
  getMap: { target: '/v1/map' },
  getClusters: { target: '/v1/clusters' },
  browserModel: { target: '/v1/browser-model' },
  listModels: { target: '/v1/models' },
  activateModel: { target: '/v1/models/none/activate' },
  addModel: { target: '/v1/models', body: { artefact: '/nowhere' } },
  removeModel: { target: '/v1/models/none' },
  getTraffic: { target: '/v1/traffic' },
  setTraffic: { target: '/v1/traffic', body: { variants: [{ version: 'none', share: 1 }] } },
  startTraining: { target: '/v1/training', body: { model: 'none' } },
  listTraining: { target: '/v1/training' },
  listTrainable: { target: '/v1/training/models' },
  getTraining: { target: '/v1/training/none' },
  trainingEvents: { target: '/v1/training/none/events' },
  cancelTraining: { target: '/v1/training/none' },
  listStudies: { target: '/v1/studies' },
  createStudy: { target: '/v1/studies', body: { title: 'One', a: 'none', b: 'none' } },
  studyQuestion: { target: '/v1/studies/none/questions?participant=p' },
  answerQuestion: { target: '/v1/studies/none/answers', body: { participant: 'p', number: 1, chosen: 0 } },
  studyResults: { target: '/v1/studies/none/results' },
  dataInfo: { target: '/v1/data' },
  listReports: { target: '/v1/reports' },
  listKeys: { target: '/v1/keys' },
  createKey: { target: '/v1/keys', body: { name: 'one', scopes: ['read'] } },
  revokeKey: { target: '/v1/keys/none' },
  storeInfo: { target: '/v1/store' },
  live: { target: '/health/live' },
  ready: { target: '/health/ready' },
}

/** Sends the valid request of an operation. */
export function ask(url: string, name: keyof typeof routes, headers: Record<string, string> = {}): Promise<Answer> {
  const { target, body } = valid[name]
  return send(url, target, {
    method: operations.get(name)!.method,
    headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
}

export interface RealServer {
  readonly url: string
  readonly store: Store
  readonly service: Service
  readonly artefact: string
}

/** The whole server: a store in a file, and the default model trained on the shipped data. Ended after the test file. */
export async function realServer(options: ServeOptions = {}): Promise<RealServer> {
  const folder = temporaryFolder()
  const artefact = await shippedArtefact(folder)
  const files = { artefacts: [artefact], store: join(folder, 'marquee.db'), folder: join(folder, 'served') }
  const serving = await serve({ port: 0, keepAlive, ...files, ...options })
  afterAll(() => serving.close())
  return { url: serving.url, store: serving.store, service: serving.service, artefact }
}

/** The artefact that `npm start` makes. */
export async function shippedArtefact(folder: string): Promise<string> {
  const artefact = join(folder, 'artefact')
  const { code, err } = await marquee(['start', '--out', artefact, '--json'])
  if (code !== 0) throw new Error(err)
  return artefact
}
