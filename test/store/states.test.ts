import { closeSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Random } from '../../src/core/random.ts'
import { parseStoreAddress } from '../../src/store/address.ts'
import { type NewFeedback, openStore } from '../../src/store/index.ts'
import { migrateOnce } from '../../src/store/migrate.ts'
import { migrations } from '../../src/store/migrations.ts'
import { rebuildCurrent } from '../../src/store/rebuild.ts'
import { Connection } from '../../src/store/sqlite/connection.ts'
import { sqliteKysely } from '../../src/store/sqlite/dialect.ts'
import { held } from './contract-moving.ts'
import { allPages, codeOf, rating } from './contract-support.ts'
import { temporaryStores } from './helpers.ts'

const path = temporaryStores()
afterEach(() => void vi.useRealTimers())
const types = { id: 'text', real: 'real', whole: 'integer', clustered: 'without rowid' }

describe('addresses', () => {
  test.each([
    ['marquee.db', { kind: 'sqlite', path: 'marquee.db' }],
    ['sqlite:a b.db', { kind: 'sqlite', path: 'a b.db' }],
    ['sqlite:///srv/m.db', { kind: 'sqlite', path: '/srv/m.db' }],
    ['C:\\data\\m.db', { kind: 'sqlite', path: 'C:\\data\\m.db' }],
    ['postgres://u:p@h:1/d', { kind: 'postgres', url: 'postgres://u:p@h:1/d', place: 'h:1/d' }],
    ['postgresql://h/d', { kind: 'postgres', url: 'postgresql://h/d', place: 'h/d' }],
  ])('%s', (text, address) => {
    expect(parseStoreAddress(text)).toEqual(address)
  })

  test.each(['', 'sqlite:', ':memory:', 'mysql://h/d', 'postgres://u:secret@h', 'postgres:secret'])(
    '%j is none',
    (text) => {
      expect(() => parseStoreAddress(text)).toThrow(expect.objectContaining({ code: 'bad-store' }))
      expect(() => parseStoreAddress(text)).toThrow(/^(?!.*secret)/)
    },
  )
})

describe('what is found', () => {
  test('no folder, no store, a folder in its place', async () => {
    const none = path()
    expect(await codeOf(openStore(none, { create: false }))).toBe('no-store')
    expect(await codeOf(openStore(join(none, 'm.db')))).toBe('cannot-open')
    mkdirSync(none)
    expect(await codeOf(openStore(none))).toBe('cannot-open')
  })

  test('text, a damaged file, the database of another program: store-broken, and left as it is', async () => {
    const text = path()
    writeFileSync(text, 'user,item,rating\n'.repeat(1000))
    const foreign = path()
    const other = new Sqlite(foreign)
    other.exec('create table users (name text)')
    other.close()
    for (const file of [text, foreign]) {
      const before = readFileSync(file)
      const error = await openStore(file).catch((thrown: Error) => thrown)
      expect(error).toMatchObject({ code: 'store-broken', place: file, remedy: expect.stringMatching(/\w/) })
      expect(readFileSync(file).equals(before)).toBe(true)
    }
  })

  test('pages damaged under way: store-broken with a remedy, never wrong answers', async () => {
    const file = path()
    const store = await openStore(file)
    await store.append(Array.from({ length: 3000 }, (_, k) => rating(`u${k % 9}`, `${k}`, 3)))
    await store.close()
    const descriptor = openSync(file, 'r+')
    // All but the first page, which alone says that this is a database of ours.
    for (let at = 4096; at < statSync(file).size; at += 4096)
      writeSync(descriptor, Buffer.alloc(4096, 0x5a), 0, 4096, at)
    closeSync(descriptor)
    const error = await openStore(file)
      .then(async (broken) => {
        try {
          return await broken.profile('u1')
        } finally {
          await broken.close()
        }
      })
      .catch((thrown: Error) => thrown)
    expect(error).toMatchObject({ code: 'store-broken', place: file, remedy: expect.stringContaining('backup') })
  })

  test('one that another program is about to make: waited for', async () => {
    const file = path()
    const other = new Sqlite(file)
    // Marked as a store, but without its write-ahead log yet, and locked.
    other.pragma(`application_id = ${0x4d617271}`)
    other.exec('begin immediate')
    const opening = openStore(file, { patience: 60_000 })
    await new Promise((resolve) => setTimeout(resolve, 200))
    other.exec('rollback')
    other.close()
    const store = await opening
    expect(await store.append([rating('ada', '1', 1)])).toMatchObject([{ seq: 1 }])
    await store.close()
  })

  test('a store of a newer Marquee is refused and says so', async () => {
    const file = path()
    await (await openStore(file)).close()
    const plain = new Sqlite(file)
    plain.prepare('insert into migrations values (99, ?, ?)').run('tomorrow', '2030-01-01T00:00:00.000Z')
    plain.close()
    const error = await openStore(file).catch((thrown: Error) => thrown)
    expect(error).toMatchObject({ code: 'store-broken', message: expect.stringContaining(`version 99`) })
  })
})

describe('migrations', () => {
  /** Random events, with deletions and impressions among them. */
  const events = (count: number): NewFeedback[] => {
    const random = new Random(7)
    const of = <T>(...choices: T[]): T => choices[Math.floor(random.float() * choices.length)]!
    return Array.from({ length: count }, () => {
      const kind = of('rating' as const, 'like' as const, 'impression' as const)
      const action = of('put' as const, 'put' as const, 'delete' as const)
      const value = kind === 'rating' && action === 'put' ? of(1, 2, 3) : null
      return { user: of('ada', 'bob'), item: of('1', '2', '3', '4'), kind, action, value }
    })
  }

  test('a store of version 1 gets its current feedback from the log', async () => {
    const file = path()
    const connection = new Connection(file, { timeout: 0 })
    const db = sqliteKysely(connection, 'begin immediate')
    expect(await db.transaction().execute((within) => migrateOnce(within, types, file, 1))).toBe(1)
    const insert = connection.handle.prepare('insert into events values (?, ?, ?, ?, ?, ?, ?, ?, null, null)')
    const time = '2026-01-01T00:00:00.000Z'
    for (const id of ['ada', 'bob']) connection.handle.prepare('insert into users values (?, ?, ?)').run(id, time, '{}')
    events(200).forEach(({ user, item, kind, action, value }, k) => {
      insert.run(k + 1, user, item, kind, action, value, time, time)
    })
    connection.handle.exec('update log_position set last_seq = 200')
    connection.close()

    const store = await openStore(file)
    const log = await allPages((page) => store.events(page), 1000)
    const current = await allPages((page) => store.current(page), 1000)
    expect(log).toHaveLength(200)
    expect(current.length).toBeGreaterThan(0)
    expect(current).toEqual(held(log))
    expect(await store.append([rating('ada', '9', 5)])).toMatchObject([{ seq: 201 }])
    await store.close()
    const plain = new Sqlite(file)
    expect(plain.prepare('select version from migrations').pluck().all()).toEqual(migrations.map((_, k) => k + 1))
    plain.close()
  })

  test('the current feedback equals one that is made anew from the log', async () => {
    const file = path()
    const store = await openStore(file)
    for (let k = 0; k < 20; k++) await store.append(events(30 + k))
    await store.close()
    const connection = new Connection(file, { timeout: 0 })
    const rows = () => connection.handle.prepare('select * from current_feedback order by seq').all()
    const kept = rows()
    await sqliteKysely(connection, 'begin immediate').transaction().execute(rebuildCurrent)
    expect(kept.length).toBeGreaterThan(0)
    expect(rows()).toEqual(kept)
    connection.close()
  })

  test('one that fails leaves the version before', async () => {
    const file = path()
    const connection = new Connection(file, { timeout: 0 })
    const db = sqliteKysely(connection, 'begin immediate')
    await db.transaction().execute((within) => migrateOnce(within, types, file, 1))
    // In the way of the second.
    connection.handle.exec('create table current_by_seq (x)')
    connection.close()
    await expect(openStore(file)).rejects.toThrow(/current_by_seq/)
    const plain = new Sqlite(file)
    expect(plain.prepare('select max(version) from migrations').pluck().get()).toBe(1)
    expect(plain.prepare("select count(*) from sqlite_master where name = 'current_feedback'").pluck().get()).toBe(0)
    plain.close()
  })
})

test('an erased user leaves no trace in the files', async () => {
  // The store's quiet time is told by a clock of ours: however slow the machine, it is quiet when we say so.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  const quiet = 2_000
  const file = path()
  const store = await openStore(file, { quiet })
  const marks = ['4d5e-erase-me-9f', 'private-note-77aa']
  const event = (k: number) => ({
    ...rating(marks[0]!, `i${k}`, 3),
    context: { note: marks[1]! },
    recommendation: `${marks[0]}/1`,
  })
  // Among many others, so that pages split and move while the rows are there.
  const random = new Random(3)
  for (let k = 0; k < 60; k++) {
    const others = Array.from({ length: 40 }, () =>
      rating(`u${Math.floor(random.float() * 500)}`, `i${Math.floor(random.float() * 900)}`, 4),
    )
    await store.append([...others, event(k), event(Math.floor(random.float() * 60)), ...others])
  }
  await store.putUser({ id: marks[0]!, attributes: { name: marks[1]! } })
  const traces = (): string[] => {
    const bytes = Buffer.concat(
      [file, `${file}-wal`].flatMap((one) => (statSync(one, { throwIfNoEntry: false }) ? [readFileSync(one)] : [])),
    )
    return marks.filter((mark) => bytes.includes(mark))
  }
  expect(traces()).toEqual(marks)
  expect(await store.eraseUser(marks[0]!)).toEqual({ events: 120, answers: 0, profiles: 0 })
  // Writes go on: the file is not written anew in front of them, so copies may still lie in the free part of its pages.
  const free = (): unknown => {
    const plain = new Sqlite(file, { readonly: true })
    const pages = plain.pragma('freelist_count', { simple: true })
    plain.close()
    return pages
  }
  for (let k = 0; k < 30; k++) {
    vi.advanceTimersByTime(quiet * 0.9)
    // What was asked of the store's thread first is done first: a file written anew would be there now.
    await store.append([rating('u1', 'i1', 4)])
    expect(free()).not.toBe(0)
  }
  // In the first quiet moment it is.
  vi.advanceTimersByTime(2 * quiet)
  await store.append([rating('u1', 'i1', 4)])
  expect(free()).toBe(0)
  await expect.poll(traces, { timeout: 60_000 }).toEqual([])
  await store.close()
  expect(traces()).toEqual([])
})

test('closing does not wait for a quiet moment', async () => {
  const file = path()
  const store = await openStore(file)
  const note = 'private-note-77aa'
  for (let k = 0; k < 300; k++) {
    await store.append([
      { ...rating(`u${k % 7}`, `i${(k * 37) % 100}`, 3), context: { note: `${note} ${'x'.repeat(k)}` } },
    ])
  }
  for (let k = 0; k < 7; k++) await store.eraseUser(`u${k}`)
  await store.close()
  expect(readFileSync(file).includes(note)).toBe(false)
})
