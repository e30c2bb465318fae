import { header, type RequestContext } from './request.ts'

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]', '::1'])

/** Addresses of 127.0.0.0/8 and ::1, also written as IPv4 in IPv6. */
export const isLoopbackAddress = (address: string): boolean =>
  address === '::1' || /^(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(address)

/** A name of this machine as it stands in a Host header or an Origin, with or without a port. */
export function isLoopbackHost(host: string): boolean {
  const name = host.replace(/:\d*$/, '').toLowerCase()
  return loopbackNames.has(name) || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name) || name.endsWith('.localhost')
}

/** The address at the other end of the socket; "" where there is no socket. */
const socketAddress = (c: RequestContext): string => c.env?.incoming?.socket?.remoteAddress ?? ''

/** Whose request it is: the socket's peer, or with a trusted proxy whom it says it speaks for. */
export function peerAddress(c: RequestContext, trustProxy: boolean): string {
  const peer = socketAddress(c)
  if (!trustProxy) return peer
  // The last entry is the one that the trusted proxy itself added.
  return header(c, 'x-forwarded-for')?.split(',').at(-1)?.trim() || peer
}

/** One bucket for a /64: whoever has one IPv6 address has them all. */
export function bucketOf(address: string): string {
  if (!address.includes(':') || address.startsWith('::ffff:')) return address
  const [front = '', back] = address.split('::')
  const groups = front === '' ? [] : front.split(':')
  const tail = back === undefined || back === '' ? [] : back.split(':')
  if (back !== undefined) while (groups.length + tail.length < 8) groups.push('0')
  return `${groups.slice(0, 4).join(':')}::/64`
}

/** The Host that the browser saw. */
export const hostOf = (c: RequestContext, trustProxy: boolean): string =>
  (trustProxy ? header(c, 'x-forwarded-host') : undefined) ?? header(c, 'host') ?? ''

/** What proxies and content networks add of their own accord, each one or another of them. */
const forwarding = [
  ...[
    'x-forwarded-for',
    'x-forwarded-host',
    'x-forwarded-proto',
    'x-forwarded-port',
    'x-forwarded-server',
    'forwarded',
  ],
  ...[
    'x-real-ip',
    'x-client-ip',
    'x-cluster-client-ip',
    'x-original-host',
    'x-original-forwarded-for',
    'x-original-url',
  ],
  ...['true-client-ip', 'cf-connecting-ip', 'fastly-client-ip', 'x-envoy-external-address', 'via'],
]

/**
 * Whether something between stands: then the socket's address says nothing about who asks. HTTP/1.0 is what nginx speaks to a
 * server unless it is told otherwise, and no browser or client of today.
 */
const isForwarded = (c: RequestContext): boolean =>
  c.env?.incoming?.httpVersion === '1.0' || forwarding.some((name) => header(c, name) !== undefined)

/** Whether a page of this machine sent it, or no page at all: an Origin that a proxy passed on names the site it stands for. */
function isLocalOrigin(c: RequestContext): boolean {
  const origin = header(c, 'origin')
  return origin === undefined || isLoopbackHost(origin.replace(/^https?:\/\//, ''))
}

/**
 * Whether a page of another site sent this. Browsers say so in Sec-Fetch-Site, which no page can set; older ones in Origin.
 * Programs send neither.
 */
export function isCrossSite(c: RequestContext, trustProxy: boolean): boolean {
  const site = header(c, 'sec-fetch-site')
  if (site === 'same-origin' || site === 'none') return false
  const origin = header(c, 'origin')
  if (origin === undefined) return site !== undefined
  if (!/^https?:\/\//.test(origin)) return true
  return origin.replace(/^https?:\/\//, '').toLowerCase() !== hostOf(c, trustProxy).toLowerCase()
}

/**
 * Whether the request comes from this machine: the socket (not a header) says so, nothing was forwarded, the Host is a
 * name of this machine (so no other site's name was rebound to it), and no page of another site sent it. Where a proxy is
 * trusted it has to say so itself: one that names nobody would make every stranger local.
 */
export function isLocal(c: RequestContext, trustProxy: boolean): boolean {
  if (trustProxy ? header(c, 'x-forwarded-for') === undefined : isForwarded(c)) return false
  if (!isLoopbackAddress(peerAddress(c, trustProxy))) return false
  return isLoopbackHost(hostOf(c, trustProxy)) && isLocalOrigin(c) && !isCrossSite(c, trustProxy)
}
