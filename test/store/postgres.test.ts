import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type FeedbackEvent, openStore, type Store } from '../../src/store/index.ts'
import { describeStore } from '../contracts/store.ts'
import { body, exportText, furnish, held, importText } from './contract-moving.ts'
import { allPages, codeOf, rating } from './contract-support.ts'
import { CuttingProxy } from './cutting-proxy.ts'
import { temporaryStores } from './helpers.ts'
import { PostgresServer } from './postgres-server.ts'

let server: PostgresServer
/** For what succeeds or fails at once, however slow the machine. */
const patient = { patience: 60_000 }
const path = temporaryStores()

beforeAll(async () => {
  server = await PostgresServer.start()
}, 600_000)
afterEach(() => server.recycle())
afterAll(() => server?.stop())

describeStore('postgres', () => server.database())

describe('several instances on one database', () => {
  test('give each place of the log once, and nobody sees a later event before an earlier one', async () => {
    const address = await server.database()
    const stores = await Promise.all(Array.from({ length: 3 }, () => openStore(address, patient)))
    let writing = true
    const seen: number[] = []
    const reader = (async () => {
      // As a trainer follows the log: it never looks back.
      for (let after = 0; ; ) {
        const done = !writing
        const { entries } = await stores[2]!.events({ after, limit: 1000 })
        seen.push(...entries.map(({ seq }) => seq))
        after = seen.at(-1) ?? 0
        if (done && entries.length === 0) return
      }
    })()
    const written = await Promise.all(
      stores.flatMap((store, s) =>
        Array.from({ length: 4 }, async (_, w) => {
          const seqs: number[] = []
          // Opposite orders of the same users and movies: a lock for each row would end in a deadlock.
          for (let k = 0; k < 15; k++) {
            const call = [rating(`u${k % 3}`, '1', s + 1), rating(`u${(k + w) % 3}`, '2', w + 1)]
            seqs.push(...(await store.append(s === 1 ? call.reverse() : call)).map(({ seq }) => seq))
          }
          return seqs
        }),
      ),
    )
    writing = false
    await reader
    const all = Array.from({ length: 360 }, (_, k) => k + 1)
    expect(written.flat().sort((a, b) => a - b)).toEqual(all)
    expect(seen).toEqual(all)
    const log = await allPages((page) => stores[0]!.events(page), 100)
    expect(await allPages((page) => stores[1]!.current(page), 100)).toEqual(held(log))
    await Promise.all(stores.map((store) => store.close()))
  })

  test('somebody may be erased on one while another writes about them', async () => {
    const address = await server.database()
    const [a, b] = await Promise.all([openStore(address, patient), openStore(address, patient)])
    await Promise.all([
      ...Array.from({ length: 30 }, (_, k) => a.append([rating('ada', `${k}`, 3)])),
      ...Array.from({ length: 5 }, () => b.eraseUser('ada')),
    ])
    await b.eraseUser('ada')
    expect(await a.counts()).toMatchObject({ users: 0, ratings: 0, lastSeq: 30 })
    await Promise.all([a.close(), b.close()])
  })
})

describe('restarted', () => {
  test('under load: success or store-busy, nothing acknowledged is lost, nothing refused is there, and it goes on', async () => {
    const address = await server.database()
    const store = await openStore(address, { patience: 3000 })
    const acknowledged: FeedbackEvent[] = []
    const refused: string[] = []
    let writing = true
    const writers = Array.from({ length: 6 }, async (_, w) => {
      for (let k = 0; writing; k++) {
        try {
          acknowledged.push(...(await store.append([rating(`w${w}`, `${k}`, 3)])))
        } catch (error) {
          expect(error).toMatchObject({ name: 'MarqueeError', code: 'store-busy' })
          refused.push(`w${w} ${k}`)
        }
      }
    })
    const until = async (events: number) => {
      const goal = acknowledged.length + events
      while (acknowledged.length < goal) await new Promise((resolve) => setTimeout(resolve, 10))
    }
    await until(50)
    await server.restart()
    await until(50)
    // Away for longer than the patience: until each has been refused since then.
    await server.down()
    const before = refused.length
    await expect
      .poll(() => new Set(refused.slice(before).map((call) => call.split(' ')[0])).size, { timeout: 100_000 })
      .toBe(writers.length)
    expect(await codeOf(store.ping())).toBe('store-busy')
    await server.up()
    await until(50)
    writing = false
    await Promise.all(writers)
    const log = await allPages((page) => store.events(page), 1000)
    expect(log).toEqual(acknowledged.sort((a, b) => a.seq - b.seq))
    expect(await allPages((page) => store.current(page), 1000)).toEqual(held(log))
    await expect(store.ping()).resolves.toBeUndefined()
    await store.close()
  }, 300_000)

  test.each(['before', 'after'] as const)('a commit whose connection breaks %s it: written, once', async (cut) => {
    const address = await server.database()
    const proxy = await CuttingProxy.before(server.port)
    const store = await openStore(address.replace(`:${server.port}/`, `:${proxy.port}/`), patient)
    await store.append([rating('ada', '1', 1)])
    proxy.cut = cut
    expect(await store.append([rating('ada', '2', 2), rating('ada', '3', 3)])).toMatchObject([{ seq: 2 }, { seq: 3 }])
    proxy.cut = cut
    await store.putUser({ id: 'bob' })
    expect(proxy.cuts).toBe(2)
    expect((await store.events()).entries.map(({ seq, item }) => [seq, item])).toEqual([
      [1, '1'],
      [2, '2'],
      [3, '3'],
    ])
    expect(await store.counts()).toMatchObject({ users: 2, lastSeq: 3 })
    await store.close()
    proxy.close()
  })

  test('a session that an administrator ends is replaced', async () => {
    const address = await server.database()
    const store = await openStore(address, patient)
    await store.append([rating('ada', '1', 3)])
    const database = new URL(address).pathname.slice(1)
    await server.query(
      'postgres',
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database}'`,
    )
    expect(await store.append([rating('ada', '2', 3)])).toMatchObject([{ seq: 2 }])
    expect(await store.profile('ada')).toHaveLength(2)
    await store.close()
  })
})

describe('what is found', () => {
  test('no database, no user, no server, no store', async () => {
    const address = await server.database()
    expect(await codeOf(openStore(server.url('nowhere'), patient))).toBe('no-store')
    expect(await codeOf(openStore(address.replace('secret', 'wrong'), patient))).toBe('cannot-open')
    // Alone in never being answered.
    expect(await codeOf(openStore('postgres://u:secret@127.0.0.1:1/d', { patience: 300 }))).toBe('store-busy')
    expect(await codeOf(openStore(address, { ...patient, create: false }))).toBe('no-store')
  })

  test('a lock that is held: store-busy after the patience, then it works', async () => {
    const address = await server.database()
    // The patience bounds connecting, too, which takes a busy machine a while.
    const store = await openStore(address, { patience: 5000 })
    const other = new pg.Client({ connectionString: address })
    await other.connect()
    await other.query('begin; lock table marquee.log_position')
    expect(await codeOf(store.append([rating('ada', '1', 3)]))).toBe('store-busy')
    await other.query('rollback')
    await other.end()
    expect(await store.append([rating('ada', '1', 3)])).toMatchObject([{ seq: 1 }])
    await store.close()
  })

  test('a store of a newer Marquee is refused', async () => {
    const address = await server.database()
    await (await openStore(address, patient)).close()
    const database = new URL(address).pathname.slice(1)
    await server.query(database, `insert into marquee.migrations values (99, 'tomorrow', '2030-01-01')`)
    expect(await codeOf(openStore(address, patient))).toBe('store-broken')
  })
})

test('from SQLite to PostgreSQL and back: the same export', async () => {
  const opened: Store[] = []
  const open = async (address: string) => {
    opened.push(await openStore(address, patient))
    return opened.at(-1)!
  }
  const first = await open(path())
  await furnish(first)
  const text = await exportText(first)
  const second = await open(await server.database())
  expect(await importText(second, text)).toEqual(await first.counts())
  const third = await open(path())
  await importText(third, await exportText(second))
  expect(body(await exportText(second))).toBe(body(text))
  expect(body(await exportText(third))).toBe(body(text))
  await Promise.all(opened.map((store) => store.close()))
})
