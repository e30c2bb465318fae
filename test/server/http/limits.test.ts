import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createKey } from '../../../src/server/http/keys.ts'
import { bucketOf } from '../../../src/server/http/peer.ts'
import { RateLimiter } from '../../../src/server/http/rate-limit.ts'
import { fakeService, post, run, send } from './helpers.ts'

describe('the token bucket', () => {
  test('a burst, then the rate', () => {
    let now = 0
    const limiter = new RateLimiter(10, 20, () => now)
    for (let n = 0; n < 20; n++) expect(limiter.take('a')).toMatchObject({ allowed: true, remaining: 19 - n })
    expect(limiter.take('a')).toEqual({ allowed: false, remaining: 0, retryAfter: 1, reset: 2 })
    expect(limiter.take('b').allowed).toBe(true)
    now = 100
    expect(limiter.take('a').allowed).toBe(true)
    expect(limiter.take('a').allowed).toBe(false)
    now = 10_000
    expect(limiter.take('a', 20)).toMatchObject({ allowed: true, remaining: 0 })
    // What costs more than a bucket holds needs a full one, and the rest is owed.
    expect(limiter.take('a', 50)).toMatchObject({ allowed: false, retryAfter: 2 })
    now = 12_000
    expect(limiter.take('a', 50)).toMatchObject({ allowed: true, remaining: 0, reset: 5 })
    now = 14_000
    expect(limiter.take('a')).toMatchObject({ allowed: false, remaining: 0, retryAfter: 2 })
    now = 15_200
    expect(limiter.take('a').allowed).toBe(true)
    // A minute of waiting at most.
    now = 60_000
    expect(limiter.take('a', 1e6)).toMatchObject({ allowed: true, reset: 60 })
    now = 118_200
    expect(limiter.take('a').allowed).toBe(true)
  })

  test('memory is bounded: full buckets are forgotten, then the oldest', () => {
    let now = 0
    const limiter = new RateLimiter(10, 20, () => now, 100)
    for (let n = 0; n < 1_000; n++) limiter.take(`peer ${n}`)
    expect(limiter.size).toBeLessThanOrEqual(100)
    // Looked through once for many newcomers, not for each.
    const sizes = Array.from({ length: 30 }, (_, n) => {
      limiter.take(`newcomer ${n}`)
      return limiter.size
    })
    expect(sizes.filter((size, n) => n > 0 && size < sizes[n - 1]!).length).toBeLessThanOrEqual(3)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(100)
    expect(new Set(sizes).size).toBeGreaterThan(5)
    now = 60_000
    limiter.take('one more')
    expect(limiter.size).toBe(1)
  })

  test('one bucket for a network of IPv6, one for an address of IPv4', () => {
    expect(bucketOf('203.0.113.7')).toBe('203.0.113.7')
    expect(bucketOf('::ffff:203.0.113.7')).toBe('::ffff:203.0.113.7')
    expect(bucketOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64')
    expect(bucketOf('2001:db8::1')).toBe('2001:db8:0:0::/64')
    expect(bucketOf('::1')).toBe('0:0:0:0::/64')
  })
})

describe('the server', () => {
  const from = (address: string, more: Record<string, string> = {}) => ({
    headers: { 'x-forwarded-for': address, ...more },
  })

  test('429 with Retry-After, for each peer, while health is always answered', async () => {
    // One request in 1000 s, so that no test is slow enough to be let through again.
    const { url } = await run(fakeService(), { trustProxy: true, rateLimit: 0.001 })
    const first = await send(url, '/v1/movies', from('203.0.113.7'))
    expect(first.status).toBe(200)
    expect(first.headers).toMatchObject({
      'ratelimit-limit': '1',
      'ratelimit-remaining': '0',
      'ratelimit-reset': '1000',
    })
    const second = await send(url, '/v1/movies', from('203.0.113.7'))
    expect([second.status, second.json.code]).toEqual([429, 'too-many-requests'])
    expect(Number(second.headers['retry-after'])).toBeGreaterThan(900)
    expect((await send(url, '/v1/movies', from('203.0.113.8'))).status).toBe(200)
    for (let n = 0; n < 5; n++) expect((await send(url, '/health/live', from('203.0.113.7'))).status).toBe(200)
  })

  test('predictions and batches count by the users in them', async () => {
    // The clock of the buckets stands still, so that nothing flows back however long an answer takes.
    const clock = vi.spyOn(performance, 'now').mockReturnValue(1_000)
    onTestFinished(() => clock.mockRestore())
    const { url } = await run(fakeService(), { trustProxy: true, rateLimit: 100 })
    const taken = async (target: string, body: unknown, address: string): Promise<[number, number]> => {
      const { status, headers } = await post(url, target, body, from(address).headers)
      return [status, 200 - Number(headers['ratelimit-remaining'])]
    }
    const pairs = (users: number, items: number) =>
      Array.from({ length: users * items }, (_, n) => ({ user: `u${n % users}`, item: `i${n}` }))
    const predict = '/v1/predictions'
    const batch = '/v1/batch/recommendations'
    const users = (n: number) => Array.from({ length: n }, (_, k) => `u${k}`)
    const asked: [target: string, body: unknown, expected: number][] = [
      [predict, { pairs: pairs(1, 300) }, 2],
      [predict, { items: ['1'], profile: [] }, 1],
      [predict, { pairs: pairs(500, 2) }, 51],
      [batch, { users: users(500) }, 51],
      [batch, { users: users(500), reasons: 2 }, 151],
    ]
    for (const [n, [target, body, expected]] of asked.entries()) {
      const [status, cost] = await taken(target, body, `203.0.113.${n}`)
      expect([status, cost]).toEqual([200, expected])
    }
    // Ten thousand users are a thousand requests: they need a full bucket, which is empty for eight seconds.
    const strong = '203.0.113.6'
    expect(await taken(predict, { pairs: pairs(10_000, 1) }, strong)).toEqual([200, 200])
    const next = await send(url, '/v1/movies', from(strong))
    expect([next.status, next.json.code]).toEqual([429, 'too-many-requests'])
    expect(next.headers['retry-after']).toBe('9')
    clock.mockReturnValue(1_000 + 9_000)
    expect((await send(url, '/v1/movies', from(strong))).status).toBe(200)
  })

  test('for each key, wherever it is used; guessing keys is limited as well', async () => {
    const { url, store } = await run(fakeService(), { trustProxy: true, rateLimit: 0.001, keysFor: 0 })
    const a = await createKey(store, 'a', ['read'])
    const b = await createKey(store, 'b', ['read'])
    const use = (address: string, secret: string) => send(url, '/v1/movies', from(address, { 'x-api-key': secret }))
    expect((await use('203.0.113.1', a.secret)).status).toBe(200)
    expect((await use('203.0.113.2', a.secret)).status).toBe(429)
    expect((await use('203.0.113.2', b.secret)).status).toBe(200)
    expect((await use('203.0.113.3', 'mq_guess')).status).toBe(401)
    expect((await use('203.0.113.3', 'mq_guess')).status).toBe(429)
  })
})
