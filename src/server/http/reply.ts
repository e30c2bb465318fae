import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { type ProblemBody, problemOf } from './problem.ts'
import { header, type RequestContext } from './request.ts'

/** An answer before the headers that all answers have. Made into one Response at the very end: headers are never copied. */
export interface Reply {
  readonly status: number
  readonly body: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null
  readonly headers: Readonly<Record<string, string>>
}

const json = 'application/json'

/** Above this many characters JSON is worth compressing, and a GET worth an ETag. */
const large = 16_384

/** JSON; small answers as they are, large ones compressed where the client can read that, and with an ETag on GET. */
export async function jsonReply(c: RequestContext, status: number, value: unknown): Promise<Reply> {
  const text = JSON.stringify(value)
  if (text.length < large) return { status, body: text, headers: { 'content-type': json } }
  const headers: Record<string, string> = { 'content-type': json, vary: 'accept-encoding' }
  if (c.req.method === 'GET') {
    headers.etag = etagOf(text)
    headers['cache-control'] = 'private, no-cache'
    if (matches(header(c, 'if-none-match'), headers.etag)) return { status: 304, body: null, headers }
  }
  const encoding = bestEncoding(header(c, 'accept-encoding'), ['br', 'gzip'])
  if (encoding === null) return { status, body: text, headers }
  headers['content-encoding'] = encoding
  return { status, body: await compress(text, encoding), headers }
}

export function problemReply(error: unknown, requestId: string): Reply & { readonly problem: ProblemBody } {
  const { body, headers } = problemOf(error, requestId)
  return {
    problem: body,
    status: body.status,
    body: JSON.stringify(body),
    headers: { ...headers, 'content-type': 'application/problem+json' },
  }
}

/** A weak ETag: the same for every encoding of a content. */
export const etagOf = (content: string | Uint8Array): string =>
  `W/"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`

/** Whether an If-None-Match header names an ETag. */
export const matches = (condition: string | undefined, etag: string): boolean =>
  condition !== undefined &&
  (condition === '*' ||
    condition.split(',').some((each) => each.trim().replace(/^W\//, '') === etag.replace(/^W\//, '')))

export type Encoding = 'br' | 'gzip'

/** The first of `offered` that an Accept-Encoding header allows; null for none. */
export function bestEncoding(accepted: string | undefined, offered: readonly Encoding[]): Encoding | null {
  if (accepted === undefined) return null
  const allowed = new Map(
    accepted.split(',').map((each) => {
      const [name = '', ...parameters] = each.split(';').map((part) => part.trim().toLowerCase())
      return [name, !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))] as const
    }),
  )
  return offered.find((name) => allowed.get(name) ?? allowed.get('*') ?? false) ?? null
}

const brotli = promisify(brotliCompress)
const zip = promisify(gzip)

/** Off the main thread. Quality 4: six times as fast as the best, a tenth larger. */
async function compress(text: string, encoding: Encoding): Promise<Uint8Array<ArrayBuffer>> {
  if (encoding === 'gzip') return zip(text, { level: 6 })
  return brotli(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } })
}
