import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Context } from 'hono'

/** What @hono/node-server gives beside the Request; absent where the fetch handler is called directly. */
export interface Bindings {
  readonly incoming?: IncomingMessage
  readonly outgoing?: ServerResponse
}
export type AppEnv = { Bindings: Bindings }
export type RequestContext = Context<AppEnv>

/** A header's text, undefined where it is absent. Node's own parsed headers are much cheaper than a Headers object. */
export function header(c: RequestContext, name: string): string | undefined {
  const incoming = c.env?.incoming
  if (!incoming) return c.req.raw.headers.get(name) ?? undefined
  const value = incoming.headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}

const sane = /^[\w.:-]{1,64}$/
const prefix = randomBytes(6).toString('hex')
let count = 0

/** An id of ours: unique without asking for entropy each time. */
export function nextRequestId(): string {
  count++
  return `${prefix}-${count.toString(36)}`
}

/** The caller's x-request-id where it is short and plain, else one of ours. */
export function requestIdOf(c: RequestContext): string {
  const given = header(c, 'x-request-id')
  return given !== undefined && sane.test(given) ? given : nextRequestId()
}
