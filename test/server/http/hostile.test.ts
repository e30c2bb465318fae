import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { createKey } from '../../../src/server/http/keys.ts'
import { openApiDocument } from '../../../src/server/http/openapi.ts'
import { type Answer, type RealServer, realServer, send } from './helpers.ts'
import {
  extended,
  hostileTexts,
  hostileValues,
  type Operation,
  operationsOf,
  placesIn,
  replaced,
  sample,
} from './hostile.ts'

// The same cases in every run; MARQUEE_TEST_SEED tries others.
fc.configureGlobal({ seed: Number(process.env.MARQUEE_TEST_SEED ?? 1) })

const operations = operationsOf(openApiDocument())
let server: RealServer
/** One route makes keys, and from then on all need one. */
let key: string

beforeAll(async () => {
  server = await realServer()
  await server.store.append([{ user: 'witness', item: '1', kind: 'rating', value: 4.5 }])
  key = (await createKey(server.store, 'hostile', ['admin'])).secret
})

/** What must hold whatever was sent: an answer of ours, no mistake of ours, nothing of our insides in it. */
function check({ status, headers, text, json }: Answer, about: string): void {
  expect(status >= 200 && status < 500, `${about}: ${status} ${text.slice(0, 300)}`).toBe(true)
  if (status >= 400) {
    expect(headers['content-type'], about).toBe('application/problem+json')
    expect(json, about).toMatchObject({
      status,
      title: expect.any(String),
      code: expect.stringMatching(/^[a-z0-9-]+$/),
    })
    expect(json.detail.length, about).toBeGreaterThan(5)
    expect(json.requestId, about).toBe(headers['x-request-id'])
  }
  expect(text.slice(0, 5_000), about).not.toMatch(/\n? {4}at |node_modules|\.ts:\d+|SQLITE_|SqliteError/)
}

function target({ path, params, query }: Operation, values: Record<string, string> = {}): string {
  const filled = params.reduce((text, name) => text.replace(`{${name}}`, encodeURIComponent(values[name] ?? '1')), path)
  const parts = query.filter(({ name, required }) => required || name in values)
  const text = new URLSearchParams(parts.map(({ name, schema }) => [name, values[name] ?? String(sample(schema))]))
  return text.size === 0 ? filled : `${filled}?${text}`
}

/** Only what is refused for sure: a test must not begin trainings. */
const safe = (operation: Operation, body: unknown): unknown =>
  operation.name === 'startTraining' && typeof body === 'object' && body !== null && !Array.isArray(body)
    ? { ...body, model: 'no-such-model' }
    : body

const sendTo = (operation: Operation, path: string, body?: string): Promise<Answer> =>
  send(server.url, path, {
    method: operation.method,
    headers: { 'x-api-key': key, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body }),
  })

/** Streams are read to their end elsewhere. */
const streams = new Set(['trainingEvents'])
const tested = operations.filter(({ name }) => !streams.has(name))

describe.each(tested)('$name', (operation) => {
  const { query, params, body } = operation

  test('hostile text in every path parameter and query field', async () => {
    const fields = [...params, ...query.map(({ name }) => name)]
    for (const field of fields) {
      for (const text of hostileTexts) {
        if (params.includes(field) && text === '') continue
        const well = text.isWellFormed() ? text : 'half'
        check(
          await sendTo(operation, target(operation, { [field]: well.slice(0, 2_000) }), bodyOf(operation)),
          `${field}=${text.slice(0, 40)}`,
        )
      }
    }
    const extra = target(operation)
    const odd = await sendTo(operation, `${extra}${extra.includes('?') ? '&' : '?'}surplus=1`, bodyOf(operation))
    expect([odd.status, odd.json.code]).toEqual([400, 'invalid-request'])
  })

  test.skipIf(body === null)(
    'another value at every place of the body, and a field too many in every object',
    async () => {
      const whole = sample(body)
      for (const place of placesIn(whole)) {
        for (const value of hostileValues) {
          const text = JSON.stringify(safe(operation, replaced(whole, place, value)))
          check(
            await sendTo(operation, target(operation), text),
            `${place.join('.')} = ${JSON.stringify(value)?.slice(0, 60)}`,
          )
        }
        for (const name of ['surplus', '__proto__', 'constructor']) {
          const more = extended(whole, place, name)
          if (more === null) continue
          // JSON.stringify leaves an own __proto__ out of a literal, so it is written by hand.
          const text = JSON.stringify(safe(operation, more)).replace('"surplus"', JSON.stringify(name))
          check(await sendTo(operation, target(operation), text), `${place.join('.')} with ${name}`)
        }
      }
      const surplus = await sendTo(operation, target(operation), JSON.stringify({ ...whole, surplus: 1 }))
      expect([surplus.status, surplus.json.place]).toEqual([400, 'body.surplus'])
    },
  )

  test.skipIf(body === null)('any JSON, any bytes, too much', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), async (text) => {
        const value = JSON.parse(text)
        check(await sendTo(operation, target(operation), JSON.stringify(safe(operation, value))), text)
      }),
      { numRuns: 15 },
    )
    for (const text of ['', '{', '[1,', '"', '{"a":1}}', 'null', '{"a":"\\ud800"}', '[[[[[[[[[[]]]]]]]]]]']) {
      const answer = await sendTo(operation, target(operation), text)
      check(answer, text)
      expect(answer.status).toBe(400)
    }
    const huge = await sendTo(operation, target(operation), JSON.stringify({ surplus: 'x'.repeat(25 * 1_048_576) }))
    expect([huge.status, huge.json.code]).toEqual([413, 'body-too-large'])
  })
})

const bodyOf = (operation: Operation): string | undefined =>
  operation.body === null ? undefined : JSON.stringify(safe(operation, sample(operation.body)))

test('paths that lead elsewhere', async () => {
  for (const path of tested.flatMap(({ path }) => [
    `${path}/..%2f..%2fhealth`,
    `${path}/../x`,
    `${path}//`,
    `${path}/%00`,
    `${path};a=b`,
    `${path}\\..`,
  ])) {
    check(await send(server.url, path.replaceAll(/\{\w+\}/g, '..%2f..%2fetc%2fpasswd')), path)
  }
})

test('the server is alive, and what was kept before is there', async () => {
  expect((await send(server.url, '/health/ready')).status).toBe(200)
  const { total } = (await send(server.url, '/v1/movies', { headers: { 'x-api-key': key } })).json
  // Some of what was sent was a valid movie.
  expect(total).toBeGreaterThanOrEqual(9_724)
  expect((await server.store.current({ user: 'witness' })).entries).toMatchObject([
    { item: '1', kind: 'rating', value: 4.5 },
  ])
})
