import { describe, expect, test } from 'vitest'
import { MarqueeError } from '../../../src/core/errors.ts'
import { createKey } from '../../../src/server/http/keys.ts'
import { createLog } from '../../../src/server/http/log.ts'
import { fakeService, post, run, send } from './helpers.ts'

describe('log lines', () => {
  test('say what was asked and how it went, and nothing of who or what', async () => {
    const lines: string[] = []
    const service = fakeService({
      recommendForUser: async (user: string) => {
        if (user === 'bug-4711') throw new TypeError(`no row for ${user}`)
        throw new MarqueeError('store-busy', `busy with ${user}`)
      },
    })
    const log = createLog('info', { write: (line) => lines.push(line) })
    const { url, store } = await run(service, { log, trustProxy: true })
    const { secret } = await createKey(store, 'key name 4711', ['read'])
    const headers = {
      'x-forwarded-for': '203.0.113.47',
      'user-agent': 'agent-4711',
      'x-request-id': 'r1',
      'x-api-key': secret,
    }
    await send(url, '/v1/users/user-4711?x=query-4711', { headers })
    await send(url, '/v1/users/bug-4711/recommendations', { headers })
    await send(url, '/v1/users/busy-4711/recommendations', { headers })
    const feedback = [{ user: 'user-4711', item: '4711', kind: 'rating', value: 4.711 }]
    await post(url, '/v1/feedback', { feedback }, headers)
    await send(url, '/nothing-4711', { headers })
    const all = lines.join('').replaceAll(/"time":"[^"]*"|"ms":[\d.]+/g, '')
    expect(all).not.toMatch(/4711|4\.711|203\.0\.113|mq_/)
    const entries = lines.map((line) => JSON.parse(line))
    const requests = entries.filter(({ msg }) => msg === 'request').map(({ route, status }) => [route, status])
    expect(requests).toEqual([
      ['getUser', 400],
      ['recommendForUser', 500],
      ['recommendForUser', 503],
      ['addFeedback', 403],
      ['none', 404],
    ])
    expect(entries.find(({ msg }) => msg === 'a mistake of ours')).toMatchObject({
      ...{ level: 'error', requestId: 'r1', route: 'recommendForUser', error: 'TypeError' },
      at: expect.arrayContaining([expect.stringContaining('log.test.ts')]),
    })
    expect(entries.find(({ msg }) => msg === 'not now')).toMatchObject({ level: 'warn', code: 'store-busy' })
    expect(entries.every(({ requestId, pid, hostname }) => requestId === 'r1' && !pid && !hostname)).toBe(true)
  })

  test('at debug the message of a mistake is there', async () => {
    const lines: string[] = []
    const getMovie = async () => {
      throw new TypeError('telling words')
    }
    const log = createLog('debug', { write: (line) => lines.push(line) })
    const { url } = await run(fakeService({ getMovie }), { log })
    await send(url, '/v1/movies/1')
    expect(lines.join('')).toContain('telling words')
  })
})
