import { header, type RequestContext } from './request.ts'

const exposed = 'etag, ratelimit-limit, ratelimit-remaining, ratelimit-reset, retry-after, x-request-id'

/** Adds what lets a page of a listed origin read the answer; says whether the origin is listed. */
export function allowOrigin(c: RequestContext, listed: ReadonlySet<string>, headers: Record<string, string>): boolean {
  if (listed.size === 0) return false
  const origin = header(c, 'origin')
  headers.vary = headers.vary === undefined ? 'origin' : `${headers.vary}, origin`
  if (origin === undefined || !listed.has(origin)) return false
  headers['access-control-allow-origin'] = origin
  headers['access-control-expose-headers'] = exposed
  return true
}

/** What a browser asks before it sends JSON, a key or another method than GET and POST. */
export const preflightHeaders: Readonly<Record<string, string>> = {
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, DELETE',
  'access-control-allow-headers': 'authorization, content-type, x-api-key, x-request-id',
  'access-control-max-age': '600',
}
