import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { beforeAll, describe, expect, test } from 'vitest'
import { MarqueeError } from '../../../src/core/errors.ts'
import * as routes from '../../../src/server/api/routes.ts'
import { ApiError, ConnectionError, createClient, operations } from '../../../src/server/client/index.ts'
import { createKey } from '../../../src/server/http/keys.ts'
import { fakeService, type Running, run } from '../http/helpers.ts'

const root = join(import.meta.dirname, '../../..')

/** What tsc says of a file that uses the client, a line for each error. */
function compile(source: string): Promise<string[]> {
  const folder = mkdtempSync(join(import.meta.dirname, '.compiled-'))
  const file = join(folder, 'use.ts')
  writeFileSync(
    file,
    `import { createClient } from '../../../../src/server/client/index.ts'\nconst client = createClient('')\n${source}`,
  )
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: '../../../../tsconfig.json',
      include: ['use.ts'],
      compilerOptions: { noUnusedLocals: false },
    }),
  )
  return new Promise((resolve) => {
    execFile(join(root, 'node_modules/.bin/tsc'), ['-p', folder, '--pretty', 'false'], (_, stdout) => {
      rmSync(folder, { recursive: true })
      resolve(stdout.split('\n').filter((line) => line.includes('use.ts(')))
    })
  })
}

describe('types', () => {
  test('what the API takes and answers compiles; what it does not is an error on its line', async () => {
    const good = `
      const list = await client.recommendForSession({ profile: [{ item: '1', rating: 5 }], k: 5 })
      export const rating: number | null = list.items[0]!.rating
      export const why: string = list.items[0]!.reason.text
      await client.recommendForUser({ id: '1', k: 5, genres: ['Drama'], includeSeen: true })
      await client.listMovies()
      await client.putUser({ id: 'u', attributes: { plan: 'free' } })
      for await (const line of client.recommendBatch({ users: ['1'] })) if ('list' in line) line.list.items
      for await (const { event, job } of client.trainingEvents({ id: 'j' })) if (event === 'end') job.version
      export {}`
    expect(await compile(good)).toEqual([])
    const wrong = [
      'await client.recommendForSession({ profil: [] })',
      "await client.recommendForSession({ profile: [{ item: '1', stars: 5 }] })",
      'await client.recommendForSession({ profile: [{ item: 1, rating: 5 }] })',
      'await client.recommendForUser({ k: 5 })',
      "await client.recommendForUser({ id: '1', k: '5' })",
      "await client.addFeedback({ feedback: [{ user: 'u', item: '1', kind: 'stars', value: 4 }] })",
      'void (await client.recommendForSession({})).items[0]!.stars',
      'void (await client.getMovie({ id: "1" })).name',
      'await client.recommend({})',
      'await client.getMovie()',
    ]
    const errors = await compile(`${wrong.join('\n')}\nexport {}`)
    const lines = new Set(errors.map((line) => Number(/use\.ts\((\d+),/.exec(line)![1]) - 3))
    expect([...lines].sort((a, b) => a - b)).toEqual(wrong.map((_, n) => n))
  })

  test('its table of operations is the API’s', () => {
    const defined = Object.entries(routes).map(([name, { method, path }]) => [name, [method, path]])
    expect(Object.fromEntries(defined)).toEqual(operations)
  })

  test('fields of path, query and body never share a name, so that one object can hold them', () => {
    for (const [name, route] of Object.entries(routes)) {
      const { params, query, body } = (route as { request?: Record<string, never> }).request ?? {}
      // biome-ignore lint/suspicious/noExplicitAny: shapes of three kinds of schema
      const fields = (schema: any): string[] => Object.keys(schema?.shape ?? {})
      // biome-ignore lint/suspicious/noExplicitAny: as above
      const all = [...fields(params), ...fields(query), ...fields((body as any)?.content['application/json'].schema)]
      expect(new Set(all).size, name).toBe(all.length)
      if (body) expect([name, route.method]).toEqual([name, expect.toBeOneOf(['post', 'put'])])
      if (query) expect([name, route.method]).toEqual([name, expect.toBeOneOf(['get', 'delete'])])
    }
  })
})

test('in a browser: no node module, no zod, a few kilobytes', async () => {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(root, 'src/server/client/index.ts')],
    ...{
      bundle: true,
      minify: true,
      write: false,
      metafile: true,
      format: 'esm',
      platform: 'browser',
      logLevel: 'silent',
    },
  })
  expect(Object.keys(metafile.inputs).every((file) => file.startsWith('src/server/client/'))).toBe(true)
  expect(outputFiles[0]!.contents.length).toBeLessThan(8_000)
})

describe('against a server', () => {
  let server: Running
  const asked: unknown[] = []
  beforeAll(async () => {
    const note =
      (answer: unknown) =>
      async (...input: unknown[]) => {
        asked.push(input)
        return answer
      }
    server = await run(
      fakeService({
        getMovie: async (id: string) => {
          if (id === 'gone') throw new MarqueeError('unknown-movie', 'no movie "gone"', { remedy: 'GET /v1/movies.' })
          return { id }
        },
        recommendForUser: note({ items: [] }),
        listMovies: note({ movies: [], next: null, total: 0 }),
        activateModel: note({ version: 'v' }),
        async *recommendBatch({ users }: { users: string[] }) {
          for (const user of users) yield { user, list: { model: 'm', note: 'ä'.repeat(5_000) } }
        },
        async *trainingEvents() {
          yield { event: 'progress', job: { id: 'j', state: 'running' } }
          yield { event: 'end', job: { id: 'j', state: 'done' } }
        },
      }),
      { keysFor: 0 },
    )
  })

  test('path, query and body from one object', async () => {
    const client = createClient(`${server.url}/`)
    const odd = 'a/b?c#d ü%2f'
    expect(await client.getMovie({ id: odd })).toEqual({ id: odd })
    await client.recommendForUser({ id: '7', k: 3, exclude: ['1', '2'], genres: [], includeSeen: true, diversity: 0.5 })
    expect(asked.at(-1)).toEqual([
      '7',
      expect.objectContaining({ k: 3, exclude: ['1', '2'], genres: [], includeSeen: true, diversity: 0.5 }),
    ])
    await client.listMovies()
    expect(asked.at(-1)).toEqual([{ limit: 20 }])
    await client.activateModel({ version: 'v' })
    expect(asked.at(-1)).toEqual(['v'])
    await client.addFeedback({ feedback: [{ user: 'u', item: '1', kind: 'rating', value: 4.5 }] })
    const { feedback } = await client.listFeedback({ user: 'u', kind: 'rating' })
    expect(feedback).toMatchObject([{ user: 'u', item: '1', value: 4.5 }])
    await expect(client.similarMovies({ items: ['a,b'] })).rejects.toThrow(TypeError)
    await expect(client.getMovie({ id: '' })).rejects.toThrow(/getMovie needs the text "id"/)
  })

  test('problems as errors, and no answer as another', async () => {
    const client = createClient(server.url)
    const error = await client.getMovie({ id: 'gone' }).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({ status: 404, code: 'unknown-movie', remedy: 'GET /v1/movies.', retryAfter: null })
    expect((error as ApiError).requestId).toMatch(/./)
    await expect(client.recommendForSession({ k: 0 })).rejects.toMatchObject({
      code: 'invalid-request',
      place: 'body.k',
    })
    await expect(createClient('http://127.0.0.1:9').live()).rejects.toBeInstanceOf(ConnectionError)
    const proxy = async () => new Response('<h1>Bad gateway</h1>', { status: 502, headers: { 'retry-after': '7' } })
    await expect(createClient('', { fetch: proxy as typeof fetch }).live()).rejects.toMatchObject({
      ...{ status: 502, code: 'no-problem-body', retryAfter: 7 },
    })
  })

  test('streams as async iterables; leaving the loop ends the request', async () => {
    const client = createClient(server.url)
    const users = Array.from({ length: 300 }, (_, n) => `user ${n}`)
    const seen: string[] = []
    for await (const line of client.recommendBatch({ users })) {
      if ('list' in line) expect(line.list.note).toBe('ä'.repeat(5_000))
      seen.push(line.user)
    }
    expect(seen).toEqual(users)
    for await (const line of client.recommendBatch({ users })) {
      expect(line.user).toBe('user 0')
      break
    }
    const events = []
    for await (const { event, job } of client.trainingEvents({ id: 'j' })) events.push([event, job.state])
    expect(events).toEqual([
      ['progress', 'running'],
      ['end', 'done'],
    ])
    await expect(async () => {
      for await (const _ of client.recommendBatch({ users: [] })) break
    }).rejects.toMatchObject({ status: 400, place: 'body.users' })
  })

  test('a signal ends a call; a time limit too', async () => {
    const stop = AbortSignal.abort()
    await expect(createClient(server.url).live({}, { signal: stop })).rejects.toMatchObject({ name: 'AbortError' })
    const never: typeof fetch = (_, init) =>
      new Promise((_, reject) => init!.signal!.addEventListener('abort', () => reject(init!.signal!.reason)))
    await expect(createClient('', { fetch: never, timeout: 10 }).live()).rejects.toBeInstanceOf(ConnectionError)
  })

  test('its key', async () => {
    const { secret } = await createKey(server.store, 'client', ['read'])
    await expect(createClient(server.url).listMovies()).rejects.toMatchObject({ status: 401, code: 'no-key' })
    expect((await createClient(server.url, { key: secret }).listMovies()).total).toBe(0)
    expect((await createClient(server.url, { key: () => secret }).listMovies()).total).toBe(0)
    await expect(createClient(server.url, { key: secret }).listKeys()).rejects.toMatchObject({
      status: 403,
      code: 'missing-scope',
    })
  })
})
