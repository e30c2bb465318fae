import { STATUS_CODES } from 'node:http'
import { MarqueeError } from '../../core/errors.ts'

/** What the body of every answer of 400 and above holds (RFC 9457). */
export interface ProblemBody {
  type: string
  title: string
  status: number
  code: string
  detail: string
  place?: string
  remedy?: string
  requestId: string
}

/** An error that knows its status, and headers that go with it. */
export class HttpProblem extends MarqueeError {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    code: string,
    what: string,
    details: { place?: string; remedy?: string; cause?: unknown; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(code, what, details)
    this.name = 'HttpProblem'
    this.status = status
    this.headers = details.headers ?? {}
  }
}

const conflicts =
  'not-able in-use answered training cannot-warm-start no-autoencoder different-training too-few-profiles same-artefact not-empty'
const later = 'no-model closing store-busy store-full store-broken disk-full'

const statuses = new Map<string, number>([
  ...conflicts.split(' ').map((code) => [code, 409] as const),
  ...later.split(' ').map((code) => [code, 503] as const),
  ['interrupted', 503],
])

/** Seconds after which it is worth trying again. */
const retryAfter: Readonly<Record<string, string>> = { 'store-full': '60', 'disk-full': '60', 'store-broken': '60' }

/** The status of an error: by its code; null for what is a mistake of ours. */
export function statusOf(error: unknown): number | null {
  if (error instanceof HttpProblem) return error.status
  if (!(error instanceof MarqueeError)) return null
  if (error.code.startsWith('unknown-')) return 404
  return statuses.get(error.code) ?? 400
}

/** The problem body of an error, and headers to send with it. Of our own mistakes it says nothing but the request id. */
export function problemOf(
  error: unknown,
  requestId: string,
): { readonly body: ProblemBody; readonly headers: Readonly<Record<string, string>> } {
  const status = statusOf(error)
  if (status === null) {
    const detail = `The server made a mistake. Its log has it under the request id ${requestId}.`
    return { body: { ...head(500), code: 'internal', detail, requestId }, headers: {} }
  }
  const { code, message, place, remedy } = error as MarqueeError
  const body: ProblemBody = { ...head(status), code, detail: message, requestId }
  if (place !== undefined) body.place = place
  if (remedy !== undefined) body.remedy = remedy
  if (error instanceof HttpProblem) return { body, headers: error.headers }
  return { body, headers: status === 503 ? { 'retry-after': retryAfter[code] ?? '1' } : {} }
}

const head = (status: number) => ({ type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status })
