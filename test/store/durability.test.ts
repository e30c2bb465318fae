import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import Sqlite from 'better-sqlite3'
import { expect, test } from 'vitest'
import { Random } from '../../src/core/random.ts'
import { type FeedbackEvent, openStore, type Store } from '../../src/store/index.ts'
import { held } from './contract-moving.ts'
import { allPages, codeOf, rating } from './contract-support.ts'
import { temporaryStores } from './helpers.ts'

const path = temporaryStores()
const child = fileURLToPath(new URL('./writer-child.ts', import.meta.url))

/** Runs a writer, kills it after so many acknowledged events, and gives what it had printed by then. */
function writeUntilKilled(address: string, prefix: string, events: number): Promise<string[][]> {
  return new Promise((resolve, reject) => {
    const writer = spawn(process.execPath, [child, address, prefix], { stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    writer.stdout.on('data', (piece) => {
      text += piece
      if (!writer.killed && text.split('\n').length > events) writer.kill('SIGKILL')
    })
    writer.on('error', reject)
    writer.on('close', (_, signal) => {
      if (signal !== 'SIGKILL') reject(new Error('the writer ended by itself'))
      // After the last newline stands nothing, or a line that was cut off.
      const lines = text.split('\n').slice(0, -1)
      resolve(lines.map((line) => line.split('\t')))
    })
  })
}

/** The whole log, after a look at everything that must always hold. */
async function soundLog(store: Store): Promise<FeedbackEvent[]> {
  const log = await allPages((page) => store.events(page), 1000)
  expect(await allPages((page) => store.current(page), 1000)).toEqual(held(log))
  return log
}

test('kill -9 at any moment loses nothing that was acknowledged, and leaves no half of a call', async () => {
  const file = path()
  const random = new Random(4)
  const acknowledged: string[][] = []
  for (let round = 0; round < 5; round++) {
    acknowledged.push(...(await writeUntilKilled(file, `r${round}`, 1 + Math.floor(random.float() * 600))))
    const plain = new Sqlite(file, { readonly: true })
    expect(plain.pragma('integrity_check', { simple: true })).toBe('ok')
    expect(plain.pragma('foreign_key_check')).toEqual([])
    plain.close()
    const store = await openStore(file)
    const log = await soundLog(store)
    await store.close()
    const bySeq = new Map(log.map(({ seq, user, item, value }) => [`${seq}`, [`${seq}`, user, item, `${value}`]]))
    for (const line of acknowledged) expect(bySeq.get(line[0]!)).toEqual(line)
    expect(log.length % 2).toBe(0)
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, k) => k + 1))
  }
  expect(acknowledged.length).toBeGreaterThan(100)
})

// A disk of its own to fill would need root: SQLite's own bound on the size of the file fails in the same place.
test('a full disk: store-full, nothing acknowledged is lost, and there is life afterwards', async () => {
  const file = path()
  let store = await openStore(file, { maxPages: 60 })
  const context = { text: 'x'.repeat(500) }
  let acknowledged = 0
  let code = ''
  while (code === '') {
    const call = Array.from({ length: 10 }, (_, k) => ({
      ...rating(`u${acknowledged % 3}`, `${acknowledged + k}`, 3),
      context,
    }))
    const error = await store.append(call).then(
      () => null,
      (thrown: Error) => thrown,
    )
    if (error === null) acknowledged += call.length
    else {
      expect(error).toMatchObject({ name: 'MarqueeError', code: 'store-full', place: file })
      code = 'store-full'
    }
  }
  expect(acknowledged).toBeGreaterThan(20)
  expect(await codeOf(store.append([{ ...rating('u1', 'x', 3), context: { text: 'x'.repeat(9000) } }]))).toBe(
    'store-full',
  )
  expect(await soundLog(store)).toHaveLength(acknowledged)

  // Room can be made, and then it goes on in the same process.
  const erased = await store.eraseUser('u0')
  await store.append([rating('u2', 'after', 4)])
  expect(await soundLog(store)).toHaveLength(acknowledged - erased!.events + 1)
  await store.close()
  store = await openStore(file)
  await store.append(Array.from({ length: 100 }, (_, k) => ({ ...rating('u2', `more ${k}`, 4), context })))
  expect(await soundLog(store)).toHaveLength(acknowledged - erased!.events + 101)
  await store.close()
})

test('a locked store: store-busy after the patience, this thread free meanwhile; then it works', async () => {
  const file = path()
  // Long enough that this thread has its turns in it on a machine that is busy with other things, too.
  const store = await openStore(file, { patience: 1500 })
  await store.append([rating('ada', '1', 1)])
  const other = new Sqlite(file)
  other.exec('begin exclusive')
  let ticks = 0
  const clock = setInterval(() => ticks++, 10)
  const calls = [
    store.append([rating('ada', '2', 2)]),
    store.append([rating('bob', '1', 2)]),
    store.putUser({ id: 'cyd' }),
  ]
  const codes = await Promise.all(calls.map(codeOf))
  clearInterval(clock)
  expect(codes).toEqual(['store-busy', 'store-busy', 'store-busy'])
  expect(ticks).toBeGreaterThan(5)
  expect(await store.profile('ada')).toHaveLength(1)
  other.exec('rollback')
  other.close()
  expect(await store.append([rating('ada', '2', 3)])).toMatchObject([{ seq: 2 }])
  expect(await store.counts()).toMatchObject({ users: 1, lastSeq: 2 })
  await store.close()
})

test('a lock that is given up in time is waited for', async () => {
  const file = path()
  const store = await openStore(file, { patience: 60_000 })
  const other = new Sqlite(file)
  other.exec('begin exclusive')
  const call = store.append([rating('ada', '1', 1)])
  await new Promise((resolve) => setTimeout(resolve, 200))
  other.exec('rollback')
  other.close()
  expect(await call).toMatchObject([{ seq: 1 }])
  await store.close()
})
