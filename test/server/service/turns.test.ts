import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeArtefact, type Running, run, temporary } from './helpers.ts'

// What is long gives others their turn: counted in turns of the event loop, so that a slow machine changes nothing.

const folder = temporary()
let served: Running
let ids: string[]

beforeAll(async () => {
  const directory = await makeArtefact(join(folder, 'model'), 'embedding-dot', { epochs: 2 }, { least: 20 })
  served = await run(join(folder, 'store'), directory)
  ids = (await served.service.listMovies({ limit: 200 })).movies.map(({ id }) => id)
})
afterAll(() => served.close())

/** How often others had a turn while it was under way. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0
  let over = false
  const ended = work.finally(() => {
    over = true
  })
  while (!over) {
    await new Promise(setImmediate)
    turns++
  }
  await ended
  return turns
}

test('predictions for many users', async () => {
  const pairs = Array.from({ length: 100 }, (_, n) => ({ user: `visitor-${n}`, item: ids[n]! }))
  expect(await turnsDuring(served.service.predict({ pairs, items: [] }))).toBeGreaterThanOrEqual(100)
})

test('the explanation of a long profile, in which fewer ratings are left out the longer it is', async () => {
  const profile = ids.slice(0, 100).map((item, n) => ({ item, rating: 1 + (n % 5) }))
  const long = served.service.explain({ profile, item: ids[150]!, k: 5 })
  expect(await turnsDuring(long)).toBeGreaterThanOrEqual(60)
  expect(await long).toMatchObject({ measured: 60, of: 100 })
  const pages = await Promise.all(
    ['', 'Drama', 'Comedy', 'Action', 'Thriller'].map((genre) =>
      served.service.popular({ k: 500, ...(genre && { genre }) }),
    ),
  )
  const many = [...new Set(pages.flatMap(({ movies }) => movies.map(({ id }) => id)))].slice(0, 1000)
  expect(many.length).toBe(1000)
  const longer = many.map((item, n) => ({ item, rating: 1 + (n % 5) }))
  expect(await served.service.explain({ profile: longer, item: many[0]!, k: 5 })).toMatchObject({
    measured: 40,
    of: 1000,
  })
})
