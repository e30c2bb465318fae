import { ConnectionError, errorOf } from './errors.ts'
import { type OperationId, operations } from './operations.ts'
import { jsonLines, serverSentEvents } from './streams.ts'
import type { CallOptions, Client } from './types.ts'

export interface ClientOptions {
  /** An API key; sent as X-API-Key. A function is asked before each request. */
  readonly key?: string | null | (() => string | null)
  /** Milliseconds until an answer has to begin. Default: no limit. */
  readonly timeout?: number
  /** Default: the platform's. */
  readonly fetch?: typeof globalThis.fetch
}

type Fields = Readonly<Record<string, unknown>>

/**
 * A client of a Marquee server: `createClient('http://localhost:8080').recommendForSession({ profile })`. Errors of the
 * API are thrown as ApiError, a broken connection as ConnectionError. `recommendBatch` and `trainingEvents` give async
 * iterables: leaving the loop ends the request. Runs in browsers, Node, Deno and Bun.
 */
export function createClient(url: string | URL = '', options: ClientOptions = {}): Client {
  const base = String(url).replace(/\/+$/, '')
  const methods = Object.keys(operations).map((name) => {
    const id = name as OperationId
    const call = (input: Fields = {}, { signal }: CallOptions = {}) => request(base, options, id, input, signal)
    if (id === 'recommendBatch')
      return [id, (input?: Fields, how?: CallOptions) => stream(() => call(input, how), jsonLines)]
    if (id === 'trainingEvents')
      return [id, (input?: Fields, how?: CallOptions) => stream(() => call(input, how), trainings)]
    return [id, async (input?: Fields, how?: CallOptions) => (await call(input, how)).json()]
  })
  return Object.fromEntries(methods) as Client
}

async function request(
  base: string,
  { key, timeout, fetch = globalThis.fetch }: ClientOptions,
  id: OperationId,
  input: Fields,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const [method, template] = operations[id]
  const rest: Record<string, unknown> = { ...input }
  let target =
    base +
    template.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = rest[name]
      delete rest[name]
      if (typeof value !== 'string' || value === '') throw new TypeError(`${id} needs the text "${name}"`)
      return encodeURIComponent(value)
    })
  const headers: Record<string, string> = { accept: '*/*' }
  const secret = typeof key === 'function' ? key() : key
  if (secret) headers['x-api-key'] = secret
  // The API's own rule: what changes nothing or removes takes a query, the rest a body.
  const takesBody = (method === 'post' || method === 'put') && id !== 'activateModel'
  if (takesBody) headers['content-type'] = 'application/json'
  else target += queryText(rest)
  const signals = [signal, timeout === undefined ? undefined : AbortSignal.timeout(timeout)].filter(
    (one) => one !== undefined,
  )
  const init: RequestInit = { method: method.toUpperCase(), headers }
  if (takesBody) init.body = JSON.stringify(rest)
  if (signals.length > 0) init.signal = signals.length === 1 ? signals[0]! : AbortSignal.any(signals)
  const response = await fetch(target, init).catch((cause: unknown) => {
    if (signal?.aborted) throw cause
    throw new ConnectionError(base || target, cause)
  })
  if (!response.ok) throw await errorOf(response)
  return response
}

/** Lists by commas; what is undefined is left out. */
function queryText(fields: Fields): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue
    if (Array.isArray(value) && value.some((one) => String(one).includes(','))) {
      throw new TypeError(
        `an entry of "${name}" holds a comma, which separates entries in a query: use a POST operation`,
      )
    }
    query.set(name, Array.isArray(value) ? value.join(',') : String(value))
  }
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}

async function* stream<T>(
  open: () => Promise<Response>,
  read: (response: Response) => AsyncIterable<T>,
): AsyncGenerator<T> {
  yield* read(await open())
}

async function* trainings(response: Response): AsyncGenerator<unknown> {
  for await (const { event, data } of serverSentEvents(response)) yield { event, job: data }
}
