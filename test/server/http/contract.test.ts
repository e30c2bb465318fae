import { join } from 'node:path'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import * as routes from '../../../src/server/api/routes.ts'
import { type Client, createClient, type OperationId } from '../../../src/server/client/index.ts'
import { marquee } from '../../cli/helpers.ts'
import { operations, type RealServer, realServer, temporaryFolder } from './helpers.ts'

// What is waited for here is done at a low priority: on a machine with other work it gets a twentieth of a core.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

/**
 * Every operation over HTTP, with the default model on the shipped data: what it answers, and that the answer is what its
 * schema says (the server itself does not validate answers again).
 */
let server: RealServer
let client: Client
const temporary = temporaryFolder()
const called = new Set<string>()

beforeAll(async () => {
  server = await realServer()
  const plain = createClient(server.url)
  // Every answer is held against the schema of its route, fields too many included.
  client = Object.fromEntries(
    Object.entries(plain).map(([name, method]) => {
      const call = (...input: never[]) => {
        called.add(name)
        const answer = (method as (...input: never[]) => unknown)(...input)
        return answer instanceof Promise ? answer.then((value) => fits(name as OperationId, value)) : answer
      }
      return [name, call]
    }),
  ) as Client
})

function fits<T>(name: OperationId, value: T): T {
  const responses = (routes as unknown as Record<string, { responses: Record<string, Content> }>)[name]!.responses
  const status = Object.keys(responses).find((code) => code.startsWith('2'))!
  const { schema } = responses[status]!.content['application/json']
  expect(schema.parse(value), name).toEqual(value)
  return value
}
interface Content {
  readonly content: { readonly 'application/json': { readonly schema: { parse(value: unknown): unknown } } }
}

const toyStory = { item: '1', rating: 5 }
const profile = [toyStory, { item: '260', rating: 5 }, { item: '296', rating: 4 }, { item: '356', rating: 2 }]

describe('movies', () => {
  test('search forgives typing errors, completes words, filters', async () => {
    const { movies, total } = await client.listMovies({ query: 'toy story', limit: 3 })
    expect(movies[0]).toMatchObject({ id: '1', title: 'Toy Story (1995)', year: 1995, imdb: '0114709', tmdb: '862' })
    expect(total).toBeGreaterThanOrEqual(3)
    const found = async (query: string) => (await client.listMovies({ query, limit: 5 })).movies.map(({ id }) => id)
    expect(await found('shawshenk redemtion')).toContain('318')
    expect(await found('spirited aw')).toContain('5618')
    const drama = await client.listMovies({ genre: 'Drama', yearFrom: 1950, yearTo: 1959, limit: 200 })
    for (const { genres, year } of drama.movies)
      expect([genres.includes('Drama'), year! >= 1950 && year! <= 1959]).toEqual([true, true])
  })

  test('all of them, page by page, each once', async () => {
    const ids = new Set<string>()
    let cursor: string | undefined
    do {
      const page = await client.listMovies({ limit: 200, ...(cursor && { cursor }) })
      for (const { id } of page.movies) ids.add(id)
      expect(page.total).toBe(9_724)
      cursor = page.next ?? undefined
    } while (cursor)
    expect(ids.size).toBe(9_724)
  })

  test('one, genres, popular, latest, first picks, matches', async () => {
    expect((await client.getMovie({ id: '318' })).title).toBe('Shawshank Redemption, The (1994)')
    await expect(client.getMovie({ id: 'none' })).rejects.toMatchObject({ status: 404, code: 'unknown-movie' })
    const { genres } = await client.listGenres()
    expect(genres[0]).toMatchObject({ genre: 'Drama', movies: 4349 })
    const counts = (await client.popular({ k: 10 })).movies.map(({ ratings }) => ratings)
    expect(counts).toEqual([...counts].sort((a, b) => b - a))
    expect(
      (await client.popular({ k: 5, genre: 'Western' })).movies.every((movie) => movie.genres.includes('Western')),
    ).toBe(true)
    const years = (await client.latest({ k: 10 })).movies.map(({ year }) => year!)
    expect(years[0]).toBe(2018)
    const picks = (await client.firstPicks({ k: 5, rated: ['318', '356'] })).movies
    expect(picks).toHaveLength(5)
    expect(picks.map(({ id }) => id)).not.toContain('318')
    const { matches } = await client.matchMovies({
      movies: [
        { imdb: '0111161' },
        { tmdb: '862' },
        { title: 'Pulp Fiction', year: 1994 },
        { title: 'No such film at all', year: 1900 },
      ],
    })
    expect(matches.map(({ movie, by }) => [movie?.id ?? null, by])).toEqual([
      ['318', 'imdb'],
      ['1', 'tmdb'],
      ['296', 'title-year'],
      [null, null],
    ])
  })
})

describe('users and feedback', () => {
  test('added, overwritten, listed, taken back, exported, erased', async () => {
    expect(await client.putUser({ id: 'ann', attributes: { plan: 'free' } })).toMatchObject({
      id: 'ann',
      attributes: { plan: 'free' },
    })
    const { feedback } = await client.addFeedback({
      feedback: [
        { user: 'ann', item: '1', kind: 'rating', value: 3, time: '2026-11-27T12:00:00+02:00' },
        { user: 'ann', item: '1', kind: 'rating', value: 4.5, context: { page: 'home' } },
        { user: 'ann', item: '2', kind: 'dislike' },
        { user: 'ann', item: '2', kind: 'impression' },
        { user: 'ann', item: '2', kind: 'impression' },
      ],
    })
    expect(feedback[0]).toMatchObject({ time: '2026-11-27T10:00:00.000Z', action: 'put' })
    const now = await client.listFeedback({ user: 'ann' })
    expect(now.feedback.map(({ item, kind, value }) => [item, kind, value])).toEqual([
      ['1', 'rating', 4.5],
      ['2', 'dislike', null],
    ])
    const pages = []
    for (let cursor: string | undefined; ; ) {
      const page = await client.listFeedback({ user: 'ann', view: 'events', limit: 2, ...(cursor && { cursor }) })
      pages.push(page.feedback.length)
      if (page.next === null) break
      cursor = page.next
    }
    expect(pages.reduce((sum, count) => sum + count, 0)).toBe(5)
    expect(await client.deleteFeedback({ user: 'ann', item: '2', kind: 'dislike' })).toMatchObject({ action: 'delete' })
    expect((await client.listFeedback({ user: 'ann', kind: 'dislike' })).feedback).toEqual([])
    expect((await client.getUser({ id: 'ann' })).attributes).toEqual({ plan: 'free' })
    expect((await client.listUsers({ limit: 1 })).users).toHaveLength(1)
    expect((await client.exportUser({ id: 'ann' })).events).toHaveLength(6)
    expect(await client.eraseUser({ id: 'ann' })).toEqual({ events: 6, answers: 0, profiles: 0 })
    await expect(client.exportUser({ id: 'ann' })).rejects.toMatchObject({ status: 404, code: 'unknown-user' })
    await expect(client.eraseUser({ id: 'ann' })).rejects.toMatchObject({ status: 404, code: 'unknown-user' })
  })

  test('taking back makes nobody a user; of the data’s users there is something to take back', async () => {
    const { users: before } = await client.listUsers({ limit: 1000 })
    const unknown = client.deleteFeedback({ user: 'nobody at all', item: '1', kind: 'rating' })
    await expect(unknown).rejects.toMatchObject({ status: 404, code: 'unknown-user', place: 'query.user' })
    expect((await client.listUsers({ limit: 1000 })).users).toEqual(before)
    await expect(client.getUser({ id: 'nobody at all' })).rejects.toMatchObject({ status: 404 })

    expect(await client.deleteFeedback({ user: '2', item: '318', kind: 'rating' })).toMatchObject({ action: 'delete' })
    await client.eraseUser({ id: '2' })
  })

  test('what is wrong is refused, all of the call', async () => {
    const wrong = (value: number | null, item = '1', kind: 'rating' | 'like' = 'rating') =>
      client.addFeedback({
        feedback: [
          { user: 'bob', item: '3', kind: 'like' },
          { user: 'bob', item, kind, value },
        ],
      })
    await expect(wrong(7)).rejects.toMatchObject({ status: 400, code: 'bad-rating' })
    await expect(wrong(null)).rejects.toMatchObject({ status: 400 })
    await expect(wrong(4, '1', 'like')).rejects.toMatchObject({ status: 400 })
    await expect(wrong(4, 'none')).rejects.toMatchObject({ status: 404, code: 'unknown-movie' })
    expect((await client.listFeedback({ user: 'bob', view: 'events' })).feedback).toEqual([])
  })

  test('feedback counts in the next recommendation', async () => {
    await client.addFeedback({ feedback: [{ user: 'cyd', item: '1', kind: 'rating', value: 5 }] })
    const one = await client.recommendForUser({ id: 'cyd', k: 20 })
    expect(one.profile).toBe(1)
    const first = one.items[0]!.item
    await client.addFeedback({
      feedback: [{ user: 'cyd', item: first, kind: 'rating', value: 5, recommendation: one.recommendation }],
    })
    const two = await client.recommendForUser({ id: 'cyd', k: 20 })
    expect(two.profile).toBe(2)
    expect(two.items.map(({ item }) => item)).not.toContain(first)
    const { report } = await client.getTraffic()
    expect(report[0]!.feedback.rating).toBe(1)
  })
})

describe('recommendations', () => {
  test('for a session: movies not rated, with measured reasons; nothing kept', async () => {
    const before = await client.storeInfo()
    const list = await client.recommendForSession({ profile, k: 10 })
    expect(list).toMatchObject({ profile: 4, unknown: [], note: null })
    expect(list.items.map(({ rank }) => rank)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    const scores = list.items.map(({ score }) => score)
    expect(scores).toEqual([...scores].sort((a, b) => b - a))
    for (const { item, rating, reason } of list.items) {
      expect(profile.map((entry) => entry.item)).not.toContain(item)
      expect(rating! > 0.5 && rating! <= 5).toBe(true)
      expect(reason.kind).toBe('ratings')
      expect(reason.text.length).toBeGreaterThan(10)
    }
    expect(list.items.some(({ reason }) => reason.contributions.length > 0)).toBe(true)
    expect(await client.recommendForSession({ profile, k: 10 })).toMatchObject({ items: list.items })
    expect((await client.storeInfo()).counts).toEqual(before.counts)
  })

  test('options: filters, exclusions, seen movies, diversity, popularity, dislikes, unknown ids', async () => {
    const plain = await client.recommendForSession({ profile, k: 5 })
    const first = plain.items[0]!.item
    const ids = async (more: object) =>
      (await client.recommendForSession({ profile, k: 5, ...more })).items.map(({ item }) => item)
    expect(await ids({ exclude: [first] })).not.toContain(first)
    expect(await ids({ dislikes: [first] })).not.toContain(first)
    expect(await ids({ diversity: 0.8 })).not.toEqual(await ids({}))
    expect(await ids({ popularityPenalty: 1 })).not.toEqual(await ids({}))
    const western = await client.recommendForSession({ profile, k: 5, genres: ['Western'], yearTo: 1970 })
    for (const { genres, year } of western.items)
      expect([genres.includes('Western'), year! <= 1970]).toEqual([true, true])
    const seen = await client.recommendForSession({ profile, k: 500, includeSeen: true })
    expect(seen.items.map(({ item }) => item)).toContain('1')
    const odd = await client.recommendForSession({ profile: [...profile, { item: 'no-such', rating: 3 }], k: 3 })
    expect(odd).toMatchObject({ profile: 4, unknown: ['no-such'] })
    await expect(client.recommendForSession({ profile: [{ item: '1', rating: 9 }] })).rejects.toMatchObject({
      status: 400,
      code: 'bad-rating',
    })
    await expect(client.recommendForSession({ profile, model: 'none' })).rejects.toMatchObject({
      status: 404,
      code: 'unknown-model',
    })
    const none = await client.recommendForSession({ profile, genres: ['No such genre'] })
    expect([none.items, typeof none.note]).toEqual([[], 'string'])
  })

  test('nobody gets a stated fallback', async () => {
    const list = await client.recommendForSession({ k: 3 })
    expect(list.items[0]!.reason).toMatchObject({ kind: 'fallback', contributions: [] })
    expect(list.items[0]!.reason.fallback!.because).toBe('nothing has been rated yet')
  })

  test('a batch: each user in order, as alone', async () => {
    const users = ['1', '2', 'nobody', '600']
    const lines = []
    for await (const line of client.recommendBatch({ users, k: 3 })) lines.push(line)
    expect(lines.map(({ user }) => user)).toEqual(users)
    const alone = await client.recommendForUser({ id: '2', k: 3, reasons: 0 })
    const second = lines[1]!
    expect('list' in second && second.list.items.map(({ item }) => item)).toEqual(alone.items.map(({ item }) => item))
  })

  test('similar, predicted, explained', async () => {
    const { items } = await client.similarMovies({ items: ['1'], k: 5 })
    expect(items).toHaveLength(5)
    expect(items.map(({ item }) => item)).not.toContain('1')
    for (const { similarity } of items) expect(similarity > 0.3 && similarity <= 1).toBe(true)
    await expect(client.similarMovies({ items: [] })).rejects.toMatchObject({ status: 400 })
    const { predictions } = await client.predict({
      pairs: [
        { user: '1', item: '318' },
        { user: '1', item: '1' },
      ],
    })
    expect(predictions.map(({ user, item }) => [user, item])).toEqual([
      ['1', '318'],
      ['1', '1'],
    ])
    for (const { rating } of predictions) expect(rating! > 3 && rating! <= 5).toBe(true)
    const mine = await client.predict({ profile, items: ['318'] })
    expect(mine.predictions[0]!.rating).toBeGreaterThan(3)
    const why = await client.explain({ profile, item: '318', k: 3 })
    expect(why).toMatchObject({ item: '318', title: 'Shawshank Redemption, The (1994)', of: 4 })
    expect(why.ratings.length).toBeGreaterThan(0)
    for (const { without, difference } of why.ratings) expect(why.rating! - without).toBeCloseTo(difference, 4)
  })

  test('the map: a point for every movie that the model knows', async () => {
    const map = await client.getMap()
    for (const column of [map.x, map.y, map.genre, map.titles, map.ratings]) expect(column).toHaveLength(map.ids.length)
    // Those that are in the training part of the ratings: of the others the model knows nothing.
    expect(map.ids.length).toBe(8_962)
    expect(map.x.every(Number.isFinite)).toBe(true)
    expect(map.titles[map.ids.indexOf('1')]).toBe('Toy Story (1995)')
    await expect(client.getClusters()).rejects.toMatchObject({ status: 409, code: 'no-autoencoder' })
  })
})

describe('models, training, studies, administration', () => {
  test('models and traffic', async () => {
    const { models } = await client.listModels()
    expect(models).toHaveLength(1)
    const [model] = models
    expect(model).toMatchObject({
      model: 'embedding-dot',
      live: true,
      share: 1,
      scale: { min: 0.5, max: 5, step: 0.5 },
    })
    expect(model!.metrics.rmse).toBeCloseTo(0.848, 2)
    expect(await client.activateModel({ version: model!.version })).toMatchObject({ live: true })
    await expect(client.removeModel({ version: model!.version })).rejects.toMatchObject({ status: 409, code: 'in-use' })
    const set = await client.setTraffic({ variants: [{ version: model!.version, share: 1 }] })
    expect(set.variants).toEqual([{ version: model!.version, share: 1 }])
    await expect(client.setTraffic({ variants: [{ version: 'none', share: 1 }] })).rejects.toMatchObject({
      status: 404,
    })
    await expect(client.addModel({ artefact: '/nowhere' })).rejects.toMatchObject({ status: 400, code: 'no-artefact' })
    const browser = await client.browserModel().catch((error: unknown) => error)
    expect(browser).toBeDefined()
  })

  test('a training with its events, and one that is cancelled', async () => {
    const job = await client.startTraining({ model: 'bias', warmStart: false, activate: false })
    const events = []
    for await (const { event, job: after } of client.trainingEvents({ id: job.id })) events.push([event, after.state])
    expect(events.at(-1)).toEqual(['end', 'done'])
    const done = await client.getTraining({ id: job.id })
    expect(done).toMatchObject({ state: 'done', model: 'bias', trigger: 'admin', error: null })
    expect((await client.listModels()).models.map(({ version }) => version)).toContain(done.version)
    const long = await client.startTraining({
      model: 'embedding-dot',
      warmStart: false,
      hyperparameters: { epochs: 100_000 },
      activate: false,
    })
    await expect(client.startTraining({ model: 'bias' })).rejects.toMatchObject({ status: 409 })
    await client.cancelTraining({ id: long.id })
    const states = []
    for await (const { job: after } of client.trainingEvents({ id: long.id })) states.push(after.state)
    expect(states.at(-1)).toBe('cancelled')
    expect((await client.listTraining()).jobs.map(({ id }) => id)).toEqual([long.id, job.id])
    expect((await client.listTrainable()).models).toEqual(
      expect.arrayContaining([expect.objectContaining({ name: 'embedding-dot', kind: 'model', warmStart: true })]),
    )
    await expect(client.startTraining({ model: 'no-such' })).rejects.toMatchObject({
      status: expect.toBeOneOf([400, 404]),
    })
    await expect(client.getTraining({ id: 'none' })).rejects.toMatchObject({ status: 404, code: 'unknown-job' })
  })

  test('a study, blinded, answered once', async () => {
    // Comparable: trained on the same part of the same ratings.
    const out = join(temporary, 'bias')
    const split = ['--split', 'random', '--ratio', '0.8', '--seed', '1']
    expect((await marquee(['train', 'ml-latest-small', '--model', 'bias', ...split, '--out', out])).code).toBe(0)
    const other = await client.addModel({ artefact: out })
    const { variants } = (await client.getTraffic()).traffic
    const versions = [variants[0]!.version, other.version]
    const study = await client.createStudy({ title: 'Which?', a: versions[0]!, b: versions[1]!, comparisons: 2 })
    expect(study.comparisons).toBe(2)
    const { question } = await client.studyQuestion({ id: study.id, participant: 'p' })
    expect(question).toMatchObject({ number: 1, of: 2 })
    for (const version of versions) expect(JSON.stringify(question)).not.toContain(version)
    expect(await client.answerQuestion({ id: study.id, participant: 'p', number: 1, chosen: 0 })).toEqual({ number: 1 })
    await expect(client.answerQuestion({ id: study.id, participant: 'p', number: 1, chosen: 1 })).rejects.toMatchObject(
      { status: 409, code: 'answered' },
    )
    expect((await client.studyResults({ id: study.id })).participants).toBe(1)
    expect((await client.listStudies()).studies.map(({ id }) => id)).toEqual([study.id])
  })

  test('a movie is added, found and rated at once', async () => {
    const movie = { id: 'added', title: 'Zyxomma, The (2026)', year: 2026, genres: ['Drama'] }
    const feedback = [{ user: 'zoe', item: 'added', kind: 'rating' as const, value: 4 }]
    await expect(client.addFeedback({ feedback })).rejects.toMatchObject({ status: 404, code: 'unknown-movie' })
    expect(await client.putMovies({ movies: [movie] })).toEqual({ put: 1 })
    const title = () =>
      client.getMovie({ id: 'added' }).then(
        (found) => found.title,
        () => null,
      )
    await expect.poll(title, { timeout: 120_000 }).toBe(movie.title)
    expect(await client.getMovie({ id: 'added' })).toMatchObject({ ...movie, ratings: 0, meanRating: null })
    expect((await client.listMovies({ query: 'zyxoma' })).movies.map(({ id }) => id)).toEqual(['added'])
    expect((await client.latest({ k: 1 })).movies[0]!.id).toBe('added')
    expect((await client.addFeedback({ feedback })).feedback).toMatchObject(feedback)
    await client.putMovies({ movies: [{ ...movie, title: 'Zyxomma (2026)' }] })
    await expect.poll(title, { timeout: 120_000 }).toBe('Zyxomma (2026)')
    const { profile, unknown } = await client.recommendForUser({ id: 'zoe', k: 1 })
    expect({ profile, unknown }).toEqual({ profile: 0, unknown: ['added'] })
  })

  test('data, reports, store, health', async () => {
    expect(await client.dataInfo()).toMatchObject({ name: 'ml-latest-small', users: 610, items: 9_724 })
    expect(await client.listReports()).toEqual({ document: null })
    expect((await client.storeInfo()).store).toMatch(/^sqlite /)
    expect(await client.live()).toEqual({ status: 'live' })
    expect((await client.ready()).models.length).toBeGreaterThan(0)
  })

  test('keys: made, used, listed, revoked', async () => {
    const admin = await client.createKey({ name: 'admin', scopes: ['admin'] })
    await expect(client.listMovies()).rejects.toMatchObject({ status: 401 })
    const keyed = createClient(server.url, { key: admin.secret })
    const reader = await keyed.createKey({ name: 'reader', scopes: ['read'] })
    const { keys } = await keyed.listKeys()
    expect(keys.map(({ name, scopes }) => [name, scopes])).toEqual([
      ['admin', ['admin']],
      ['reader', ['read']],
    ])
    expect(JSON.stringify(keys)).not.toContain('mq_')
    expect((await createClient(server.url, { key: reader.secret }).listMovies({ limit: 1 })).movies).toHaveLength(1)
    called.add('revokeKey')
    expect(await keyed.revokeKey({ id: reader.id })).toEqual({ revoked: reader.id })
    await expect(createClient(server.url, { key: reader.secret }).listMovies()).rejects.toMatchObject({ status: 401 })
    called.add('listKeys')
  })

  test('no operation was left out', () => {
    expect([...operations.keys()].filter((name) => !called.has(name))).toEqual([])
  })
})
