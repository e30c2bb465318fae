import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeArtefact, type Running, run, temporary } from './helpers.ts'

const folder = temporary()
let running: Running

beforeAll(async () => {
  const artefact = await makeArtefact(join(folder, 'artefact'), 'embedding-dot', { epochs: 8 })
  running = await run(folder, artefact)
})
afterAll(() => running.close())

const search = (query: string, more: object = {}) => running.service.listMovies({ query, limit: 5, ...more })

describe('search', () => {
  test.each([
    ['amelie', "Amelie (Fabuleux destin d'Amélie Poulain, Le) (2001)"],
    ['the matrix', 'Matrix, The (1999)'],
    ['Godfahter', 'Godfather, The (1972)'],
    ['toy stroy', 'Toy Story (1995)'],
    ['teh matrix', 'Matrix, The (1999)'],
    ['lord of the ri', 'Lord of the Rings: The Fellowship of the Ring, The (2001)'],
    ['star wrs', 'Star Wars: Episode IV - A New Hope (1977)'],
    ['wall-e', 'WALL·E (2008)'],
    ['spirted away', 'Spirited Away (Sen to Chihiro no kamikakushi) (2001)'],
    ['alien', 'Alien (1979)'],
    ['heat', 'Heat (1995)'],
    ['matrix 1999', 'Matrix, The (1999)'],
    ['toy st', 'Toy Story (1995)'],
  ])('%s', async (query, title) => {
    expect((await search(query)).movies[0]!.title).toBe(title)
  })

  test('finds nothing for nothing, filters, and pages without gaps', async () => {
    expect(await search('?!')).toEqual({ movies: [], next: null, total: 0 })
    expect(await search('qqqqqqqqqq')).toEqual({ movies: [], next: null, total: 0 })
    const war = await search('star', { genre: 'sci-fi', yearFrom: 1977, yearTo: 1983 })
    expect(war.movies.length).toBeGreaterThan(2)
    for (const { genres, year } of war.movies) {
      expect(genres).toContain('Sci-Fi')
      expect(year! >= 1977 && year! <= 1983).toBe(true)
    }
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const page: Awaited<ReturnType<typeof search>> = await running.service.listMovies({
        genre: 'Film-Noir',
        limit: 20,
        ...(cursor !== null && { cursor }),
      })
      seen.push(...page.movies.map(({ id }) => id))
      expect(page.total).toBe(85)
      cursor = page.next
    } while (cursor !== null)
    expect(new Set(seen).size).toBe(85)
    await expect(search('star', { cursor: 'mine' })).rejects.toMatchObject({ code: 'bad-cursor' })
  })
})

test('match by ids, and by title and year with the article where it may be; a wrong year finds nothing', async () => {
  const none = { imdb: null, tmdb: null, title: null, year: null }
  const asked = [
    { ...none, imdb: 'tt0114709' },
    { ...none, tmdb: '603' },
    { ...none, title: 'The Matrix', year: 1999 },
    { ...none, title: 'Amélie', year: 2001 },
    { ...none, title: 'Star Wars', year: 1977 },
    { ...none, title: 'The Matrix', year: 1950 },
    { ...none, title: 'Toy Story' },
    { ...none, imdb: 'tt9999999', title: 'Heat', year: 1995 },
    none,
  ]
  const { matches } = await running.service.matchMovies({ movies: asked })
  expect(matches.map(({ movie, by }) => [movie?.id ?? null, by])).toEqual([
    ['1', 'imdb'],
    ['2571', 'tmdb'],
    ['2571', 'title-year'],
    ['4973', 'title-year'],
    ['260', 'title-year'],
    [null, null],
    ['1', 'title'],
    ['6', 'title-year'],
    [null, null],
  ])
})

test('popular counts the ratings of the store, once where the data has the same one; latest is by year', async () => {
  const { service, store } = running
  const [first, second] = (await service.popular({ k: 2 })).movies
  expect(first!.ratings).toBeGreaterThanOrEqual(second!.ratings)
  const missing = first!.ratings - second!.ratings + 1
  const ratings = Array.from({ length: missing }, (_, n) => ({
    user: `fan ${n}`,
    item: second!.id,
    kind: 'rating' as const,
    value: 4,
  }))
  await store.append(ratings)
  // The first count is waited for by another version's catalogue; this instance has counted before, so a new one.
  await running.close()
  running = await run(folder, join(folder, 'artefact'))
  expect((await running.service.popular({ k: 2 })).movies.map(({ id }) => id)).toEqual([second!.id, first!.id])
  const latest = (await running.service.latest({ k: 50, genre: 'Drama' })).movies
  const years = latest.map(({ year }) => year!)
  expect(years).toEqual(years.toSorted((a, b) => b - a))
  expect(years[0]).toBe(2018)
  expect(latest.every(({ genres }) => genres.includes('Drama'))).toBe(true)
})

test('movies by id, genres with counts, unknown ids', async () => {
  expect(await running.service.getMovie('1')).toMatchObject({
    ...{ id: '1', title: 'Toy Story (1995)', year: 1995, imdb: '0114709', tmdb: '862' },
    genres: ['Adventure', 'Animation', 'Children', 'Comedy', 'Fantasy'],
  })
  await expect(running.service.getMovie('no such')).rejects.toMatchObject({ code: 'unknown-movie' })
  const { genres } = await running.service.listGenres()
  expect(genres[0]).toEqual({ genre: 'Drama', movies: 4349 })
})

test('first picks: each tells less than the one before, and none is asked twice', async () => {
  const { movies } = await running.service.firstPicks({ k: 20, rated: [] })
  expect(movies).toHaveLength(20)
  expect(new Set(movies.map(({ id }) => id)).size).toBe(20)
  const gains = movies.map(({ information }) => information)
  expect(gains).toEqual(gains.toSorted((a, b) => b - a))
  expect(gains.every((gain) => gain > 0 && gain < 1)).toBe(true)
  const rest = await running.service.firstPicks({ k: 15, rated: movies.slice(0, 5).map(({ id }) => id) })
  expect(rest.movies.map(({ id }) => id)).toEqual(movies.slice(5).map(({ id }) => id))
})

test('feedback on what nobody knows, or off the scale, is refused before it is written', async () => {
  const { service, store } = running
  await store.putMovies([{ id: 'later', title: 'Later', year: null, genres: [], tags: [], imdb: null, tmdb: null }])
  const rating = { user: 'u', item: '1', kind: 'rating' as const, value: 4 }
  await service.checkFeedback([rating, { ...rating, item: 'later' }, { ...rating, kind: 'like', value: null }])
  await expect(service.checkFeedback([rating, { ...rating, item: 'no such' }])).rejects.toMatchObject({
    code: 'unknown-movie',
    place: 'body.feedback.1.item',
  })
  await expect(service.checkFeedback([{ ...rating, value: 6 }])).rejects.toMatchObject({ code: 'bad-rating' })
  await expect(service.checkFeedback([{ ...rating, value: null }])).rejects.toMatchObject({ code: 'bad-rating' })
})

test('what the live model was trained on', async () => {
  const info = await running.service.dataInfo()
  expect(info).toMatchObject({ name: 'ml-latest-small', users: 610, items: 9724, ratings: 80669 })
  expect(info.histogram.reduce((sum, { count }) => sum + count, 0)).toBe(80669)
  expect(info.citation).toContain('Harper')
})
