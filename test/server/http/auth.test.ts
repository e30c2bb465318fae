import { mkdtempSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { OperationId } from '../../../src/server/http/handlers/types.ts'
import { createKey } from '../../../src/server/http/keys.ts'
import { openStore, type Scope, type Store } from '../../../src/store/index.ts'
import { ask, fakeService, operations, type Running, run, send } from './helpers.ts'

const names = [...operations.keys()]
const scopeOf = (name: OperationId) => operations.get(name)!.scope
/** A stranger, as a trusted proxy tells it. */
const far = { 'x-forwarded-for': '203.0.113.7' }
/** This machine, as a trusted proxy on it tells it. */
const near = { 'x-forwarded-for': '127.0.0.1' }
const refused = [401, 403]

async function storeWith(...granted: Scope[][]): Promise<{ store: Store; secrets: string[]; ids: string[] }> {
  const store = await openStore(join(mkdtempSync(join(tmpdir(), 'marquee-auth-')), 'marquee.db'))
  const made = []
  for (const scopes of granted) made.push(await createKey(store, 'test', scopes))
  return { store, secrets: made.map(({ secret }) => secret), ids: made.map(({ key }) => key.id) }
}

describe('every route, by its scope', () => {
  test('all have one', () => {
    for (const name of names) expect(['open', 'read', 'feedback', 'admin']).toContain(scopeOf(name))
    expect(names.filter((name) => scopeOf(name) === 'open')).toEqual(['live', 'ready'])
  })

  describe('with keys', () => {
    let server: Running
    let open: Running
    let keys: Record<Scope | 'revoked', string>
    beforeAll(async () => {
      // Keys are listed anew each time, because the routes under test make and revoke some.
      const { store, secrets, ids } = await storeWith(['read'], ['feedback'], ['admin'], ['admin'])
      await store.revokeKey(ids[3]!)
      keys = { read: secrets[0]!, feedback: secrets[1]!, admin: secrets[2]!, revoked: secrets[3]! }
      server = await run(fakeService(), { keysFor: 0 }, store)
      open = await run(fakeService(), { keysFor: 0, publicScopes: ['read', 'feedback'] }, store)
    })

    test.for(names)('%s', async (name) => {
      const needed = scopeOf(name)
      for (const scope of ['read', 'feedback', 'admin'] as const) {
        const { status, json } = await ask(server.url, name, { 'x-api-key': keys[scope] })
        const granted = needed === 'open' || scope === needed || scope === 'admin'
        if (granted) expect(refused, `${name} with ${scope}`).not.toContain(status)
        else expect({ status, code: json.code }).toEqual({ status: 403, code: 'missing-scope' })
        const bearer = await ask(server.url, name, { authorization: `Bearer ${keys[scope]}` })
        expect(refused.includes(bearer.status)).toBe(!granted)
      }
      const without = await ask(server.url, name)
      if (needed === 'open') expect(without.status).toBe(200)
      else {
        expect({ status: without.status, code: without.json.code }).toEqual({ status: 401, code: 'no-key' })
        expect(without.headers['www-authenticate']).toContain('Bearer')
      }
      for (const secret of [keys.revoked, 'mq_wrong', '']) {
        const { status } = await ask(server.url, name, { 'x-api-key': secret })
        if (needed === 'open') expect(status).toBe(200)
        else expect(status).toBe(401)
      }
      const opened = await ask(open.url, name)
      if (needed === 'admin') expect(opened.status).toBe(401)
      else expect(refused).not.toContain(opened.status)
      // A wrong key is wrong where none is needed, too: silence would hide the mistake.
      if (needed !== 'open') expect((await ask(open.url, name, { 'x-api-key': 'mq_wrong' })).status).toBe(401)
    })

    test('/metrics needs admin', async () => {
      expect((await send(server.url, '/metrics')).status).toBe(401)
      expect((await send(server.url, '/metrics', { headers: { 'x-api-key': keys.read } })).status).toBe(403)
      const { status, text } = await send(server.url, '/metrics', { headers: { 'x-api-key': keys.admin } })
      expect(status).toBe(200)
      expect(text).toContain('marquee_lists_served{version="fake-1"} 3')
      expect(text).toContain('nodejs_eventloop_lag_seconds')
      expect(text).toContain('process_resident_memory_bytes')
      expect(text).toMatch(/marquee_http_request_duration_seconds_count\{route="listMovies",status="200"\} \d+/)
    })
  })

  describe('without keys', () => {
    let server: Running
    beforeAll(async () => {
      server = await run(fakeService(), { trustProxy: true, keysFor: 60_000 })
    })

    test.for(names.filter((name) => name !== 'createKey'))('%s', async (name) => {
      expect(refused, 'from this machine').not.toContain((await ask(server.url, name, near)).status)
      const { status, json } = await ask(server.url, name, far)
      if (scopeOf(name) === 'admin') expect({ status, code: json.code }).toEqual({ status: 403, code: 'local-only' })
      else expect(refused).not.toContain(status)
    })
  })

  test('where reading is public, feedback of everybody still wants a key: it has the ids that data is erased by', async () => {
    const { store, secrets } = await storeWith(['read'])
    await store.append([{ user: 'unguessable', item: '1', kind: 'rating', value: 4 }])
    const { url } = await run(fakeService(), { publicScopes: ['read', 'feedback'] }, store)
    for (const target of ['/v1/feedback', '/v1/feedback?view=events', '/v1/feedback?item=1&kind=rating']) {
      const { status, text } = await send(url, target)
      expect([target, status, text.includes('unguessable')]).toEqual([target, 401, false])
    }
    expect((await send(url, '/v1/feedback?user=unguessable')).json.feedback).toHaveLength(1)
    const keyed = await send(url, '/v1/feedback', { headers: { 'x-api-key': secrets[0]! } })
    expect(keyed.json.feedback).toMatchObject([{ user: 'unguessable' }])

    const keyless = await run(fakeService(), { trustProxy: true })
    expect((await send(keyless.url, '/v1/feedback', { headers: near })).status).toBe(200)
    expect((await send(keyless.url, '/v1/feedback', { headers: far })).json.code).toBe('local-only')
  })

  test('revoking the last key does not open the server again', async () => {
    const { store, ids } = await storeWith(['admin'])
    await store.revokeKey(ids[0]!)
    const { url } = await run(fakeService(), {}, store)
    expect((await ask(url, 'listMovies')).status).toBe(401)
  })

  test('a key that the command line or another instance has made counts at once, whoever guessed a moment before', async () => {
    const { store } = await storeWith(['admin'])
    const { url } = await run(fakeService(), {}, store)
    const use = async (secret: string) => (await send(url, '/v1/movies', { headers: { 'x-api-key': secret } })).status
    for (let n = 0; n < 3; n++) {
      expect(await use('mq_guess')).toBe(401)
      expect(await use((await createKey(store, 'new', ['read'])).secret)).toBe(200)
    }
  })

  test('secrets are kept as hashes alone', async () => {
    const { store, secrets } = await storeWith(['read'])
    const [key] = await store.keys()
    expect(key!.hash).toMatch(/^[0-9a-f]{64}$/)
    expect(secrets[0]).toMatch(/^mq_[\w-]{43}$/)
    expect(JSON.stringify(await store.keys())).not.toContain(secrets[0]!)
    await store.close()
  })
})

describe('what "from this machine" means', () => {
  const admin = '/v1/store'
  let server: Running
  beforeAll(async () => {
    server = await run(fakeService(), { loopbackOnly: true })
  })
  const status = async (headers: Record<string, string>): Promise<[number, string | undefined]> => {
    const answer = await send(server.url, admin, { headers })
    return [answer.status, answer.json.code]
  }
  const port = (): string => new URL(server.url).port

  test('the page itself and programs', async () => {
    expect((await status({}))[0]).toBe(200)
    expect((await status({ host: `localhost:${port()}`, origin: `http://localhost:${port()}` }))[0]).toBe(200)
    expect((await status({ 'sec-fetch-site': 'same-origin' }))[0]).toBe(200)
    expect((await status({ host: `[::1]:${port()}` }))[0]).toBe(200)
  })

  test('not another site’s page', async () => {
    expect(await status({ origin: 'https://evil.example' })).toEqual([403, 'local-only'])
    expect(await status({ origin: 'null' })).toEqual([403, 'local-only'])
    expect(await status({ 'sec-fetch-site': 'cross-site' })).toEqual([403, 'local-only'])
    expect(await status({ 'sec-fetch-site': 'same-site' })).toEqual([403, 'local-only'])
    // Another port of this machine is another site.
    expect(await status({ origin: 'http://localhost:1' })).toEqual([403, 'local-only'])
  })

  test('not a name rebound to this machine, on any route', async () => {
    expect(await status({ host: 'evil.example' })).toEqual([403, 'wrong-host'])
    expect(await status({ host: '127.0.0.1.evil.example' })).toEqual([403, 'wrong-host'])
    expect((await send(server.url, '/v1/movies', { headers: { host: 'evil.example' } })).status).toBe(403)
    expect((await send(server.url, '/', { headers: { host: 'evil.example' } })).status).toBe(403)
  })

  test('not what a proxy that is not trusted passes on, whatever it says', async () => {
    expect(await status({ 'x-forwarded-for': '127.0.0.1' })).toEqual([403, 'local-only'])
    expect(await status({ forwarded: 'for=127.0.0.1' })).toEqual([403, 'local-only'])
    expect(await status({ 'x-real-ip': '127.0.0.1' })).toEqual([403, 'local-only'])
    expect(await status({ 'x-forwarded-proto': 'https' })).toEqual([403, 'local-only'])
    expect(await status({ via: '1.1 proxy' })).toEqual([403, 'local-only'])
    expect(await status({ 'cf-connecting-ip': '127.0.0.1' })).toEqual([403, 'local-only'])
    // A browser says that page and host are one site, and a proxy rewrote the Host: the Origin still names the site.
    expect(await status({ origin: 'https://films.example', 'sec-fetch-site': 'same-origin' })).toEqual([
      403,
      'local-only',
    ])
  })

  test('not what comes by HTTP/1.0, as nginx speaks it unless told otherwise', async () => {
    const raw = (version: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = connect(Number(port()), '127.0.0.1', () => {
          socket.write(`GET ${admin} HTTP/${version}\r\nHost: 127.0.0.1:${port()}\r\nConnection: close\r\n\r\n`)
        })
        let text = ''
        socket.on('data', (chunk) => {
          text += chunk
        })
        socket.on('end', () => resolve(text))
        socket.on('error', reject)
      })
    expect(await raw('1.1')).toMatch(/^HTTP\/1\.1 200/)
    expect(await raw('1.0')).toMatch(/^HTTP\/1\.1 403[\s\S]*local-only/)
  })

  test('not a trusted proxy that does not say for whom it asks', async () => {
    const { url } = await run(fakeService(), { trustProxy: true })
    const { status, json } = await send(url, admin)
    expect([status, json.code]).toEqual([403, 'local-only'])
    const host = { host: 'films.example', 'x-forwarded-for': '127.0.0.1' }
    expect((await send(url, admin, { headers: host })).status).toBe(403)
  })

  test('nobody where something is public: then admin routes want a key, whatever a proxy makes of strangers', async () => {
    const { url, store } = await run(fakeService(), { publicScopes: ['read'], keysFor: 0 })
    const { status, json } = await send(url, admin)
    expect([status, json.code]).toEqual([403, 'local-only'])
    expect(json.remedy).toContain('marquee keys create')
    expect((await send(url, '/v1/feedback')).json.code).toBe('local-only')
    const { secret } = await createKey(store, 'ops', ['admin'])
    expect((await send(url, admin, { headers: { 'x-api-key': secret } })).status).toBe(200)
  })

  test('of a trusted proxy the last entry counts, which the client cannot write', async () => {
    const { url } = await run(fakeService(), { trustProxy: true })
    const from = async (value: string) => (await send(url, admin, { headers: { 'x-forwarded-for': value } })).status
    expect(await from('127.0.0.1, 203.0.113.7')).toBe(403)
    expect(await from('203.0.113.7, 127.0.0.1')).toBe(200)
  })

  test('forms and scripts of other sites change nothing', async () => {
    const body = JSON.stringify({ feedback: [{ user: 'u', item: '1', kind: 'like' }] })
    const plain = await send(server.url, '/v1/feedback', {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body,
    })
    expect([plain.status, plain.json.code]).toEqual([415, 'unsupported-media-type'])
    const headers = { 'content-type': 'application/json', origin: 'https://evil.example' }
    const cross = await send(server.url, '/v1/feedback', { method: 'POST', headers, body })
    expect([cross.status, cross.json.code]).toEqual([403, 'cross-site'])
    expect((await server.store.counts()).lastSeq).toBe(0)
  })
})
