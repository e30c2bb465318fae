import { cpSync, readdirSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ApiError, type Client, createClient } from '../../../src/server/client/index.ts'
import { createApp } from '../../../src/server/http/app.ts'
import { listen } from '../../../src/server/http/server.ts'
import { openStore } from '../../../src/store/index.ts'
import { marquee } from '../../cli/helpers.ts'
import { fakeService, type RealServer, realServer, temporaryFolder } from '../http/helpers.ts'

const folder = temporaryFolder()
let server: RealServer
let client: Client
const profile = [
  { item: '1', rating: 5 },
  { item: '296', rating: 4 },
]

beforeAll(async () => {
  server = await realServer({ store: join(folder, 'marquee.db') })
  client = createClient(server.url)
  const out = join(folder, 'other')
  const { code, err } = await marquee(['train', 'ml-latest-small', '--model', 'bias', '--out', out])
  expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' })
})

/** Calls that go on until `stop`; every answer is looked at. */
function load(call: () => Promise<{ model: string }>, parallel = 4) {
  const models = new Map<string, number>()
  let going = true
  const done = Promise.all(
    Array.from({ length: parallel }, async () => {
      while (going) {
        const { model } = await call()
        models.set(model, (models.get(model) ?? 0) + 1)
      }
    }),
  )
  return {
    models,
    /** Resolves when one more answer of a model has come. */
    another: async (model: string) => {
      const before = models.get(model) ?? 0
      while ((models.get(model) ?? 0) === before) {
        await Promise.race([done, new Promise((resolve) => setTimeout(resolve, 5))])
      }
    },
    stop: async () => {
      going = false
      await done
    },
  }
}

describe('while serving', () => {
  test('artefacts are swapped without an error, and both answered', async () => {
    const first = (await client.listModels()).models.find(({ share }) => share === 1)!.version
    const other = await client.addModel({ artefact: join(folder, 'other') })
    expect(other).toMatchObject({ model: 'bias', live: true, share: 0 })
    const traffic = load(() => client.recommendForSession({ profile, k: 3 }))
    for (let n = 0; n < 6; n++) {
      const version = n % 2 === 0 ? other.version : first
      await client.activateModel({ version })
      expect((await client.recommendForSession({ profile, k: 3 })).model).toBe(version)
      await traffic.another(version)
    }
    await traffic.stop()
    expect([...traffic.models.keys()].sort()).toEqual([first, other.version].sort())
    await client.removeModel({ version: other.version })
    expect((await client.listModels()).models.map(({ version }) => version)).toEqual([first])
  })

  test('a corrupt artefact is refused, and the live model goes on', async () => {
    const broken = join(folder, 'broken')
    cpSync(join(folder, 'other'), broken, { recursive: true })
    const parameters = readdirSync(broken).find((name) => name.startsWith('parameters'))!
    writeFileSync(join(broken, parameters), 'not a model')
    const traffic = load(() => client.recommendForSession({ profile, k: 3 }), 2)
    await expect(client.addModel({ artefact: broken, activate: true })).rejects.toMatchObject({
      status: 400,
      code: 'broken-artefact',
    })
    const manifest = join(broken, 'manifest.json')
    writeFileSync(manifest, '{"format":1')
    await expect(client.addModel({ artefact: broken, activate: true })).rejects.toMatchObject({
      status: 400,
      code: 'broken-artefact',
    })
    await expect(client.addModel({ artefact: join(folder, 'nowhere') })).rejects.toMatchObject({
      status: 400,
      code: 'no-artefact',
    })
    await traffic.stop()
    expect(traffic.models.size).toBe(1)
    expect((await client.listModels()).models.filter(({ share }) => share > 0)).toHaveLength(1)
  })

  test('a locked store: 503 with Retry-After and nothing written; recommendations go on; then all is well', async () => {
    const other = new Database(join(folder, 'marquee.db'))
    other.exec('BEGIN EXCLUSIVE')
    const feedback = [{ user: 'locked', item: '1', kind: 'rating' as const, value: 4 }]
    const writing = client.addFeedback({ feedback }).catch((error: unknown) => error)
    expect((await client.recommendForSession({ profile, k: 3 })).items).toHaveLength(3)
    const error = await writing
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({ status: 503, code: 'store-busy', retryAfter: 1 })
    other.exec('ROLLBACK')
    other.close()
    expect((await client.listFeedback({ user: 'locked', view: 'events' })).feedback).toEqual([])
    expect((await client.addFeedback({ feedback })).feedback).toHaveLength(1)
  })

  test('a client that goes away in a batch frees the model', async () => {
    const served = () => Object.values(server.service.figures().served).reduce((sum, count) => sum + count, 0)
    const before = served()
    const users = Array.from({ length: 20_000 }, (_, n) => String(1 + (n % 600)))
    await new Promise<void>((resolve, reject) => {
      const outgoing = request(
        `${server.url}/v1/batch/recommendations`,
        { method: 'POST', headers: { 'content-type': 'application/json' } },
        (incoming) => {
          incoming.once('data', () => {
            incoming.destroy()
            resolve()
          })
        },
      )
      outgoing.on('error', reject)
      outgoing.end(JSON.stringify({ users, k: 5 }))
    })
    const busy = (): number => Object.values(server.service.figures().inFlight).reduce((sum, count) => sum + count, 0)
    // It may be at work on one user more when it learns of it; then it stops for good.
    let then = -1
    while (busy() > 0 || served() !== then) {
      then = served()
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    expect(then - before).toBeLessThan(15_000)
  })
})

test('a full disk: 503, what was acknowledged stays, and reading goes on', async () => {
  const path = join(folder, 'full.db')
  await (await openStore(path)).close()
  const pages = new Database(path, { readonly: true }).pragma('page_count', { simple: true }) as number
  const store = await openStore(path, { maxPages: pages + 40 })
  const app = createApp({ service: fakeService(), store, options: {} })
  const listening = await listen(app, { port: 0 })
  afterAll(async () => {
    await listening.close()
    await store.close()
  })
  const small = createClient(listening.url)
  const acknowledged: number[] = []
  let refused: unknown = null
  for (let n = 0; refused === null && n < 200; n++) {
    const feedback = Array.from({ length: 20 }, (_, m) => ({
      ...{ user: `user ${n}`, item: `item ${m}`, kind: 'impression' as const, context: { note: 'x'.repeat(300) } },
    }))
    try {
      acknowledged.push(...(await small.addFeedback({ feedback })).feedback.map(({ seq }) => seq))
    } catch (error) {
      refused = error
    }
  }
  expect(refused).toMatchObject({ status: 503, code: 'store-full', retryAfter: 60 })
  expect(acknowledged.length).toBeGreaterThan(0)
  const kept: number[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await small.listFeedback({ view: 'events', limit: 1000, ...(cursor && { cursor }) })
    kept.push(...page.feedback.map(({ seq }) => seq))
    if (page.next === null) break
    cursor = page.next
  }
  expect(kept).toEqual(acknowledged)
  expect((await small.live()).status).toBe('live')
})
