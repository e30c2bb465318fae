import { expect, it } from 'vitest'
import { type Entry, emptyDocument, type MovieBrief } from '../../web/src/profile/document.ts'
import { type Asked, planImport } from '../../web/src/profile/import/match.ts'
import type { Imported } from '../../web/src/profile/import/sites.ts'

const movies: Record<string, MovieBrief> = Object.fromEntries(
  ['Alien', 'Jaws', 'Heat'].map((title, i) => [title, { id: String(i + 1), title, year: 1979, genres: ['Drama'] }]),
)
const asks: (readonly Asked[])[] = []
const match = async (asked: readonly Asked[]) => {
  asks.push(asked)
  return asked.map(({ title }) => movies[title ?? ''] ?? null)
}
const entry = (title: string, list: Imported['list'], rating: number | null, time: string | null = null): Imported => ({
  ...{ title, list, rating, time },
  ...{ year: 1979, imdb: null, tmdb: null },
})
const kept = (id: string, rating: number | null): Entry => ({
  movie: Object.values(movies)[Number(id) - 1]!,
  rating,
  time: '2020-01-01T00:00:00.000Z',
  recommendation: null,
})
const now = '2026-01-01T00:00:00.000Z'

it('takes the newest of several ratings, and a rating before seen and watchlist', async () => {
  const entries = [
    entry('Alien', 'ratings', 4, '2023-09-30T00:00:00.000Z'),
    entry('Alien', 'ratings', 4.5, '2023-12-26T00:00:00.000Z'),
    entry('Alien', 'watchlist', null, '2025-01-01T00:00:00.000Z'),
    entry('Jaws', 'watched', null),
    entry('Nowhere', 'ratings', 3),
  ]
  const plan = await planImport(entries, emptyDocument(), match, now)
  expect(plan.wanted.map(({ list, id, entry }) => [list, id, entry?.rating, entry?.time])).toEqual([
    ['ratings', '1', 4.5, '2023-12-26T00:00:00.000Z'],
    ['watched', '2', null, now],
  ])
  expect(plan.counts).toEqual({ ratings: 1, watchlist: 0, watched: 1 })
  expect(plan.repeated).toBe(2)
  expect(plan.unmatched.map(({ title }) => title)).toEqual(['Nowhere'])
})

it('changes nothing that is kept already, and takes a rated movie out of the other lists', async () => {
  const document = {
    ...emptyDocument(),
    ratings: { '1': kept('1', 4) },
    watchlist: { '2': kept('2', null) },
    dismissed: { '3': kept('3', null) },
  }
  const entries = [
    entry('Alien', 'ratings', 4),
    entry('Jaws', 'ratings', 2),
    entry('Heat', 'ratings', 5),
    entry('Alien', 'watched', null),
  ]
  const plan = await planImport(entries, document, match, now)
  expect(plan.wanted.map(({ list, id, entry }) => [list, id, entry?.rating ?? null])).toEqual([
    ['ratings', '2', 2],
    ['watchlist', '2', null],
    ['ratings', '3', 5],
    ['dismissed', '3', null],
  ])
  expect(plan.repeated).toBe(2)
})

it('asks in parts of a thousand and says how far it is', async () => {
  asks.length = 0
  const many = Array.from({ length: 2_300 }, () => entry('Nowhere', 'watched', null))
  const progress: number[] = []
  const plan = await planImport(many, emptyDocument(), match, now, (done) => progress.push(done))
  expect(asks.map((asked) => asked.length)).toEqual([1_000, 1_000, 300])
  expect(progress).toEqual([1_000, 2_000, 2_300])
  expect(plan.unmatched).toHaveLength(2_300)
})
