import { connect } from 'node:net'
import { beforeAll, describe, expect, test } from 'vitest'
import { MarqueeError } from '../../../src/core/errors.ts'
import { ask, fakeService, operations, post, type Running, run, send } from './helpers.ts'

const session = '/v1/session/recommendations'
let server: Running
let asked: unknown[]

beforeAll(async () => {
  server = await run(
    fakeService({
      recommendForSession: async (body: { model?: string }) => {
        asked.push(body)
        if (body.model === 'bug') throw new TypeError("cannot read 'secret' of somebody@example.com")
        if (body.model === 'busy') throw new MarqueeError('store-busy', 'the store is locked')
        if (body.model !== undefined)
          throw new MarqueeError('unknown-model', `no model "${body.model}"`, { remedy: 'GET /v1/models.' })
        return { items: [] }
      },
      getMap: async () => ({ titles: Array.from({ length: 5_000 }, (_, n) => `Film ${n} (1999) — ä`) }),
    }),
  )
})
const problemOf = async (body: unknown) => {
  asked = []
  const { status, json, headers } = await post(server.url, session, body)
  expect(headers['content-type']).toBe(status < 400 ? 'application/json' : 'application/problem+json')
  return { status, code: json.code, place: json.place, detail: json.detail as string }
}

describe('validation', () => {
  test('defaults are filled in', async () => {
    asked = []
    expect((await post(server.url, session, {})).status).toBe(200)
    const { profile, dislikes, k, reasons, includeSeen } = asked[0] as Record<string, unknown>
    expect({ profile, dislikes, k, reasons, includeSeen }).toEqual({
      ...{ profile: [], dislikes: [], k: 10, reasons: 3, includeSeen: false },
    })
  })

  test('the place of a mistake is named', async () => {
    const cases: [unknown, string, RegExp][] = [
      [{ profil: [] }, 'body.profil', /there is no field "profil"/],
      [{ profile: [{ item: '1', rating: 5, stars: 1 }] }, 'body.profile.0.stars', /there is no field "stars"/],
      [{ profile: [{ item: '1', rating: '5' }] }, 'body.profile.0.rating', /expected number/],
      [{ profile: [{ item: '1' }] }, 'body.profile.0.rating', /it is missing/],
      [{ profile: [{ item: '', rating: 1 }] }, 'body.profile.0.item', /too small/],
      [{ profile: [{ item: 'a\nb', rating: 1 }] }, 'body.profile.0.item', /control characters/],
      [{ k: 0 }, 'body.k', /this is 0/],
      [{ k: 1.5 }, 'body.k', /expected int/],
      [{ k: 501 }, 'body.k', /<=500.*this is 501/],
      [{ diversity: 2 }, 'body.diversity', /this is 2/],
      [{ includeSeen: 'yes' }, 'body.includeSeen', /expected boolean/],
      [[], 'body', /expected object/],
      [null, 'body', /expected object/],
    ]
    for (const [body, place, detail] of cases) {
      const problem = await problemOf(body)
      expect(problem).toMatchObject({ status: 400, code: 'invalid-request', place })
      expect(problem.detail).toMatch(detail)
      expect(asked).toEqual([])
    }
  })

  test('text that no database keeps is refused wherever it stands', async () => {
    const raw = async (body: string) => {
      const headers = { 'content-type': 'application/json' }
      const { status, json } = await send(server.url, '/v1/users/u', { method: 'PUT', headers, body })
      return { status, place: json.place }
    }
    expect(await raw('{"attributes":{"note":"a\\u0000b"}}')).toEqual({ status: 400, place: 'body.attributes.note' })
    expect(await raw('{"attributes":{"note":"\\ud800"}}')).toEqual({ status: 400, place: 'body.attributes.note' })
    expect(await raw('{"attributes":{"a\\u0000":1}}')).toEqual({ status: 400, place: 'body.attributes' })
    expect((await raw('{"attributes":{"note":"\\ud83c\\udfac é 日本 \\u0041"}}')).status).toBe(200)
    expect((await server.store.user('u'))!.attributes).toEqual({ note: '🎬 é 日本 A' })
  })

  test('queries: unknown, twice, wrong type, bad encoding', async () => {
    const problem = async (target: string) => {
      const { status, json } = await send(server.url, target)
      return [status, json.place]
    }
    expect(await problem('/v1/movies?quary=x')).toEqual([400, 'query.quary'])
    expect(await problem('/v1/movies?query=x&query=y')).toEqual([400, 'query.query'])
    expect(await problem('/v1/movies?limit=ten')).toEqual([400, 'query.limit'])
    expect(await problem('/v1/movies?query=%00')).toEqual([400, 'query.query'])
    expect(await problem('/v1/movies?query=%ff')).toEqual([400, 'query.query'])
    expect(await problem('/v1/movies/%00')).toEqual([400, 'path.id'])
    expect(await problem(`/v1/movies/${'a'.repeat(201)}`)).toEqual([400, 'path.id'])
    expect(await problem('/v1/genres?x=1')).toEqual([400, 'query.x'])
    expect(await problem('/v1/users/1/recommendations?includeSeen=yes')).toEqual([400, 'query.includeSeen'])
    expect(await problem('/health/live?__proto__=1')).toEqual([400, 'query.__proto__'])
  })
})

describe('bodies', () => {
  const headers = { 'content-type': 'application/json' }
  const raw = (body: string | Buffer, more: Record<string, string> = {}) =>
    send(server.url, session, { method: 'POST', headers: { ...headers, ...more }, body })

  test('what is not JSON', async () => {
    for (const body of ['{', '', 'undefined', '{"k":1,}', '\ufeff', Buffer.from([0x22, 0xff, 0x22])]) {
      const { status, json } = await raw(body)
      expect([status, json.code]).toEqual([400, 'malformed-json'])
    }
    expect((await raw('{}', { 'content-type': 'application/json; charset=utf-8' })).status).toBe(200)
    expect((await raw('{}', { 'content-type': 'text/json' })).status).toBe(415)
    expect((await raw('{}', { 'content-encoding': 'gzip' })).status).toBe(415)
  })

  test('too large: refused by its length at once, and without one as soon as it is', async () => {
    const large = JSON.stringify({ profile: [], exclude: ['x'.repeat(2_000_000)] })
    const { status, json } = await raw(large)
    expect([status, json.code]).toEqual([413, 'body-too-large'])
    const chunked = await raw(large, { 'transfer-encoding': 'chunked' })
    expect([chunked.status, chunked.json.code]).toEqual([413, 'body-too-large'])
    expect(chunked.headers.connection).toBe('close')
  })

  test('nesting that would overflow a stack', async () => {
    const deep = await raw(`{"profile":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)
    expect([deep.status, deep.json.code]).toEqual([400, 'invalid-request'])
    const hyperparameters = await send(server.url, '/v1/training', {
      method: 'POST',
      headers,
      body: `{"hyperparameters":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`,
    })
    expect([hyperparameters.status, hyperparameters.json.place]).toEqual([400, 'body'])
  })
})

describe('problems', () => {
  test('an error of the service by its code', async () => {
    const { status, json } = await post(server.url, session, { model: 'gone' })
    expect(status).toBe(404)
    expect(json).toMatchObject({ type: 'about:blank', title: 'Not Found', status: 404, code: 'unknown-model' })
    expect(json).toMatchObject({ detail: 'no model "gone". GET /v1/models.', remedy: 'GET /v1/models.' })
  })

  test('not now, with the time to come back', async () => {
    const { status, json, headers } = await post(server.url, session, { model: 'busy' })
    expect([status, json.code, headers['retry-after']]).toEqual([503, 'store-busy', '1'])
  })

  test('a mistake of ours says nothing of itself', async () => {
    const { status, text, json } = await post(server.url, session, { model: 'bug' })
    expect([status, json.code]).toEqual([500, 'internal'])
    expect(text).not.toMatch(/secret|example\.com|TypeError|\bat /)
  })

  test('no route, another method, HEAD and OPTIONS', async () => {
    const none = await send(server.url, '/v1/nothing')
    expect([none.status, none.json.code]).toEqual([404, 'no-route'])
    for (const target of [
      '/..%2f..%2fetc/passwd',
      '/v1/../../etc/passwd',
      '/v1//movies',
      '/.git/config',
      '/%2e%2e/x',
    ]) {
      expect((await send(server.url, target)).status).toBe(404)
    }
    const wrong = await send(server.url, '/v1/feedback', { method: 'PATCH' })
    expect([wrong.status, wrong.json.code, wrong.headers.allow]).toEqual([
      405,
      'wrong-method',
      'DELETE, GET, HEAD, POST',
    ])
    const head = await send(server.url, '/health/live', { method: 'HEAD' })
    expect([head.status, head.text]).toEqual([200, ''])
    expect((await send(server.url, '/v1/feedback', { method: 'OPTIONS' })).headers.allow).toContain('POST')
  })

  test('what is no HTTP, and what no URL can be made of', async () => {
    const { port } = server
    const answer = (text: string) =>
      new Promise<string>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => socket.write(text))
        let got = ''
        socket.on('data', (chunk) => {
          got += chunk
        })
        // Cut off is how some of it ends; what came before is looked at.
        socket.on('error', () => {})
        socket.on('close', () => resolve(got))
      })
    for (const text of [
      'GARBAGE\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      `GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
    ]) {
      expect(await answer(text)).toMatch(/^HTTP\/1\.1 4\d\d .*problem\+json/s)
    }
    expect(await answer('GET \\x HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 400 .*problem\+json/s,
    )
  })
})

describe('headers', () => {
  test('a request id: the caller’s where it is sane, else ours, never the same twice', async () => {
    const id = async (given?: string) =>
      (await send(server.url, '/health/live', { headers: given === undefined ? {} : { 'x-request-id': given } }))
        .headers['x-request-id']
    expect(await id('trace-1.2:3')).toBe('trace-1.2:3')
    expect(await id('x'.repeat(65))).not.toBe('x'.repeat(65))
    expect(await id('<script>')).toMatch(/^[\w-]+$/)
    expect(await id()).not.toBe(await id())
    const { json, headers } = await send(server.url, '/v1/nothing', { headers: { 'x-request-id': 'mine' } })
    expect([json.requestId, headers['x-request-id']]).toEqual(['mine', 'mine'])
  })

  test('security headers everywhere', async () => {
    for (const target of ['/health/live', '/v1/movies', '/v1/nothing', '/openapi.json']) {
      const { headers } = await send(server.url, target)
      expect(headers['x-content-type-options']).toBe('nosniff')
      expect(headers['content-security-policy']).toBe("default-src 'none'; frame-ancestors 'none'")
      expect(headers['referrer-policy']).toBe('no-referrer')
    }
    expect((await send(server.url, '/v1/movies')).headers['cache-control']).toBe('no-store')
  })

  test('large answers: compressed where the client can, and not sent again', async () => {
    const plain = await send(server.url, '/v1/map')
    expect(plain.json.titles).toHaveLength(5_000)
    for (const encoding of ['br', 'gzip']) {
      const response = await fetch(`${server.url}/v1/map`, { headers: { 'accept-encoding': encoding } })
      expect(response.headers.get('content-encoding')).toBe(encoding)
      expect(await response.json()).toEqual(plain.json)
    }
    const again = await send(server.url, '/v1/map', { headers: { 'if-none-match': String(plain.headers.etag) } })
    expect([again.status, again.text]).toEqual([304, ''])
    expect(
      (await send(server.url, '/v1/map', { headers: { 'accept-encoding': 'br;q=0, identity' } })).headers[
        'content-encoding'
      ],
    ).toBeUndefined()
    expect(
      (await send(server.url, '/v1/movies', { headers: { 'accept-encoding': 'br' } })).headers['content-encoding'],
    ).toBeUndefined()
  })

  test('CORS: listed origins only', async () => {
    const { url } = await run(fakeService(), { cors: ['https://films.example'] })
    const from = (origin: string, method = 'GET') => send(url, '/v1/movies', { method, headers: { origin } })
    const listed = await from('https://films.example')
    expect(listed.headers['access-control-allow-origin']).toBe('https://films.example')
    expect(listed.headers.vary).toContain('origin')
    const other = await from('https://evil.example')
    expect(other.headers['access-control-allow-origin']).toBeUndefined()
    expect(other.headers.vary).toContain('origin')
    const preflight = await from('https://films.example', 'OPTIONS')
    expect(preflight.status).toBe(204)
    expect(preflight.headers['access-control-allow-headers']).toContain('x-api-key')
    const write = await post(
      url,
      '/v1/feedback',
      { feedback: [{ user: 'u', item: '1', kind: 'like' }] },
      { origin: 'https://films.example' },
    )
    expect(write.status).toBe(201)
  })
})

test('OpenAPI 3.1 of every operation, from the schemas', async () => {
  const { status, json, headers } = await send(server.url, '/openapi.json')
  expect([status, json.openapi]).toEqual([200, '3.1.0'])
  const described = Object.values(
    json.paths as Record<string, Record<string, { operationId: string; 'x-scope': string }>>,
  )
    .flatMap((path) => Object.values(path))
    .map((operation) => [operation.operationId, operation['x-scope']])
  expect(new Map(described as [string, string][])).toEqual(
    new Map([...operations].map(([name, { scope }]) => [name, scope])),
  )
  const entry = json.components.schemas.ProfileEntry
  expect(entry).toMatchObject({ type: 'object', required: ['item', 'rating'], additionalProperties: false })
  expect((await send(server.url, '/openapi.json', { headers: { 'if-none-match': String(headers.etag) } })).status).toBe(
    304,
  )
})

test('each operation answers its valid request with the status its route names', async () => {
  for (const name of [
    'listMovies',
    'getMovie',
    'recommendForUser',
    'predict',
    'explain',
    'dataInfo',
    'listModels',
  ] as const) {
    expect((await ask(server.url, name)).status).toBe(200)
  }
  expect((await ask(server.url, 'startTraining')).status).toBe(202)
  expect((await ask(server.url, 'addModel')).status).toBe(201)
})
