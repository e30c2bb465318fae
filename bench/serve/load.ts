import { createRequire } from 'node:module'
import type { Server } from './server.ts'

export interface Request {
  readonly path: string
  readonly body: unknown
}

export interface Load {
  /** Milliseconds; the tool counts whole ones. */
  readonly p50: number
  readonly p95: number
  readonly p99: number
  /** Answered a second. */
  readonly rate: number
  readonly answered: number
  /** Anything but 2xx. */
  readonly failed: number
}

/** As far as they are used here; the packages have no types. */
interface Loadtest {
  loadTest(options: object): Promise<{
    readonly totalRequests: number
    readonly totalErrors: number
    readonly effectiveRps: number
    readonly percentiles: Readonly<Record<string, number | false>>
  }>
}
type Autocannon = (
  options: object,
) => Promise<{ readonly '2xx': number; readonly non2xx: number; readonly errors: number; readonly timeouts: number }>

/**
 * So many POST requests a second for so long, evenly spaced and whatever the answers do (an open loop: a request that is due is
 * sent over a connection of its own if none is free), by loadtest.
 */
export async function load(server: Server, requests: readonly Request[], rate: number, seconds: number): Promise<Load> {
  const { loadTest } = (await import('loadtest' as string)) as Loadtest
  const bodies = requests.map(({ body }) => JSON.stringify(body))
  let sent = 0
  const result = await loadTest({
    ...{ url: `${server.url}${requests[0]!.path}`, method: 'POST', agentKeepAlive: true, quiet: true, timeout: 20_000 },
    ...{ requestsPerSecond: rate, maxSeconds: seconds, contentType: 'application/json' },
    body: () => bodies[sent++ % bodies.length]!,
  })
  const { totalRequests, totalErrors, effectiveRps, percentiles } = result
  const at = (percent: number): number => percentiles[percent] || 0
  return {
    ...{ p50: at(50), p95: at(95), p99: at(99) },
    ...{ rate: effectiveRps, answered: totalRequests - totalErrors, failed: totalErrors },
  }
}

/** As many requests as are answered, over eight connections, by autocannon. */
export async function flood(
  server: Server,
  requests: readonly Request[],
  seconds: number,
): Promise<{ readonly answered: number; readonly failed: number }> {
  const autocannon = createRequire(import.meta.url)('autocannon') as Autocannon
  const result = await autocannon({
    ...{ url: server.url, connections: 8, duration: seconds, timeout: 20 },
    requests: requests.map(({ path, body }) => ({
      ...{ method: 'POST', path, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
    })),
  })
  return { answered: result['2xx'], failed: result.non2xx + result.errors + result.timeouts }
}
