import { createServer, type Server as HttpServer } from 'node:http'
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { MarqueeError } from '../../core/errors.ts'
import type { App } from './app.ts'
import { HttpProblem } from './problem.ts'
import { problemReply } from './reply.ts'
import { nextRequestId } from './request.ts'
import { apiHeaders } from './security.ts'

export interface ListenOptions {
  /** Default 127.0.0.1. */
  readonly host?: string
  /** 0: any free one. Default 8080. */
  readonly port?: number
  /** Milliseconds that requests and streams under way have when the server ends. Default 10,000. */
  readonly grace?: number
  /** Milliseconds that a connection stays open without a request. Default 30,000. */
  readonly keepAlive?: number
}

export interface Listening {
  /** "http://127.0.0.1:8080". */
  readonly url: string
  readonly port: number
  /**
   * Not ready and no new connections from now; what is under way is finished within the grace time, then cut off.
   * Gives how many requests were cut off. A second call waits for the first.
   */
  close(): Promise<{ readonly cut: number }>
}

/** Starts to answer. Throws `port-in-use`, `port-refused`, `no-address` naming the remedy. */
export async function listen(app: App, options: ListenOptions = {}): Promise<Listening> {
  const { host = '127.0.0.1', port = 8080, grace = 10_000, keepAlive = 30_000 } = options
  const listener = getRequestListener((request, bindings) => app.fetch(request, bindings as never), {
    // A target or Host header of which no URL can be made.
    errorHandler: () => unreadable('the request target or the Host header is no URL'),
  })
  const server = createServer({ requestTimeout: 60_000, headersTimeout: 20_000, keepAliveTimeout: keepAlive }, listener)
  server.on('clientError', onClientError)
  let open = 0
  server.on('request', (_, response) => {
    open++
    response.once('close', () => open--)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, host, port)))
    server.listen({ host, port }, resolve)
  })
  const address = server.address() as AddressInfo
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address
  const reachable = host === '0.0.0.0' || host === '::' ? 'localhost' : name
  let closing: Promise<{ cut: number }> | null = null
  return {
    url: `http://${reachable}:${address.port}`,
    port: address.port,
    close: () => {
      closing ??= end(server, app, grace, () => open)
      return closing
    },
  }
}

async function end(server: HttpServer, app: App, grace: number, open: () => number): Promise<{ cut: number }> {
  app.lifecycle.drain()
  const closed = new Promise<void>((resolve) => {
    // The listening socket alone: http's own close() would also cut idle connections on which a request may be on its way.
    NetServer.prototype.close.call(server, () => resolve())
  })
  // Whoever sends on an open connection is answered with "connection: close"; those that stay silent are let go.
  // What has arrived by then counts as sent: after the timers of a turn the event loop reads, and only then is it looked at who is idle.
  const letGo = (): void => void setImmediate(() => server.closeIdleConnections())
  const quiet = setTimeout(letGo, Math.min(500, grace))
  let cut = 0
  const cutOff = setTimeout(() => {
    cut = open()
    server.closeAllConnections()
  }, grace)
  const idle = setInterval(letGo, Math.min(600, grace))
  await closed
  clearTimeout(quiet)
  clearTimeout(cutOff)
  clearInterval(idle)
  // Stops node's own timer of slow connections.
  server.close(() => {})
  return { cut }
}

function unreadable(what: string): Response {
  const requestId = nextRequestId()
  const { status, body, headers } = problemReply(new HttpProblem(400, 'malformed-request', what), requestId)
  return new Response(body, { status, headers: { ...apiHeaders, ...headers, 'x-request-id': requestId } })
}

/** What is no HTTP at all never reaches the app: the parser's own complaint, as a problem. */
function onClientError(error: NodeJS.ErrnoException, socket: import('node:stream').Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable || (socket as Socket).bytesWritten > 0) {
    socket.destroy()
    return
  }
  const [status, what] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ([431, 'the headers are larger than 16 KiB'] as const)
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ([408, 'the request took too long to arrive'] as const)
        : ([400, 'this is not a request of HTTP/1.1'] as const)
  const { body, problem } = problemReply(new HttpProblem(status, 'malformed-request', what), nextRequestId())
  const head = `HTTP/1.1 ${status} ${problem.title}\r\ncontent-type: application/problem+json\r\nconnection: close\r\n`
  socket.end(`${head}content-length: ${Buffer.byteLength(body as string)}\r\n\r\n${body}`)
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const place = '--port'
  if (error.code === 'EADDRINUSE') {
    return new MarqueeError('port-in-use', `port ${port} of ${host} is in use by another program`, {
      ...{ place, cause: error },
      remedy: 'End that program, or choose another port; --port 0 takes any free one.',
    })
  }
  if (error.code === 'EACCES') {
    const remedy = 'Choose one of 1024 and above, and let a reverse proxy answer on the other (docs/deploy.md).'
    return new MarqueeError('port-refused', `this user may not listen on port ${port}`, { place, remedy, cause: error })
  }
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    const remedy = 'Name an address of this machine; 0.0.0.0 stands for all of them.'
    return new MarqueeError('no-address', `this machine has no address "${host}"`, {
      place: '--host',
      remedy,
      cause: error,
    })
  }
  return error
}
