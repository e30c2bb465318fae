import type { Problem } from './types.ts'

/** What the server refused, or could not do: the fields of its problem body. */
export class ApiError extends Error {
  readonly status: number
  /** Stable, kebab-case: "unknown-movie". */
  readonly code: string
  /** Where in the request: "body.profile.0.rating". */
  readonly place: string | undefined
  readonly remedy: string | undefined
  /** The id under which the server's log has the request; null where something before it answered. */
  readonly requestId: string | null
  /** Seconds after which it is worth trying again, where the server says so. */
  readonly retryAfter: number | null

  constructor(problem: Partial<Problem> & { status: number }, retryAfter: number | null = null) {
    super(problem.detail ?? `the server answered ${problem.status}`)
    this.name = 'ApiError'
    this.status = problem.status
    this.code = problem.code ?? 'no-problem-body'
    this.place = problem.place
    this.remedy = problem.remedy
    this.requestId = problem.requestId ?? null
    this.retryAfter = retryAfter
  }
}

/** No answer came: no server, no network, or the connection broke. Whether the server did anything is not known. */
export class ConnectionError extends Error {
  constructor(url: string, cause: unknown) {
    super(`no answer from ${url}`, { cause })
    this.name = 'ConnectionError'
  }
}

/** The error of an answer of 400 or above. */
export async function errorOf(response: Response): Promise<ApiError> {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  const retryAfter = Number.isFinite(seconds) ? seconds : null
  const type = response.headers.get('content-type') ?? ''
  // A proxy in between answers in its own way.
  const problem = type.includes('problem+json') ? ((await response.json().catch(() => ({}))) as Partial<Problem>) : {}
  return new ApiError({ ...problem, status: response.status }, retryAfter)
}
