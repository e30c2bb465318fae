import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Artefact } from '../../../src/catalogue/artefact.ts'
import { loadArtefact } from '../../../src/catalogue/artefact-load.ts'
import { measureInfluence } from '../../../src/explain/index.ts'
import { ask, makeArtefact, type Running, run, temporary } from './helpers.ts'

const folder = temporary()
let artefact: Artefact
let running: Running
const ids = ['1', '2571', '260', '318', '527', '593', '296', '356', '480', '110']
const profile = ids.map((item, n) => ({ item, rating: 5 - (n % 5) * 0.5 }))

beforeAll(async () => {
  const directory = await makeArtefact(join(folder, 'artefact'), 'embedding-dot')
  artefact = await loadArtefact(directory)
  running = await run(folder, directory)
})
afterAll(() => running.close())

const session = (options: Partial<typeof ask> = {}, rated = profile, dislikes: string[] = []) =>
  running.service.recommendForSession({ ...ask, ...options, profile: rated, dislikes })

describe('session recommendations', () => {
  test('are those of the model, with the same scores', async () => {
    const list = await session()
    const indexed = profile.map(({ item, rating }) => ({ item: artefact.train.items.indexOf(item), rating }))
    const best = await artefact.model.recommend({ profile: indexed }, { k: 10 })
    expect(list.items.map(({ item, score }) => [item, score])).toEqual(
      best.map(({ item, score }) => [artefact.train.items.id(item), score]),
    )
    expect(list.items.map(({ rank }) => rank)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(list).toMatchObject({ profile: 10, unknown: [], note: null })
  })

  test('name the ratings that moved them, as folding in again without each measures it', async () => {
    const { items } = await session({ k: 5, reasons: 10 })
    const indexed = profile.map(({ item, rating }) => ({ item: artefact.train.items.indexOf(item), rating }))
    for (const { item, reason } of items) {
      const { influences } = await measureInfluence(artefact.model, indexed, artefact.train.items.indexOf(item))
      const raised = influences.filter(({ difference }) => difference > 0.001)
      expect(reason).toMatchObject({ kind: 'ratings', method: 'left-out', fallback: null, attention: null })
      const measured = new Map(reason.contributions.map((one) => [one.item, one]))
      for (const { item: rated, rating, difference } of raised) {
        const named = measured.get(artefact.train.items.id(rated))!
        expect(named.rating).toBe(rating)
        expect(named.difference).toBeCloseTo(difference, 3)
        expect(named.title).toBe(artefact.items.titles[rated])
      }
      expect(raised.length).toBeGreaterThan(0)
      const differences = reason.contributions.map(({ difference }) => difference)
      expect(differences).toEqual(differences.toSorted((a, b) => b - a))
      expect(reason.text).toContain(
        `because you gave ${reason.contributions[0]!.title} ${reason.contributions[0]!.rating} star`,
      )
    }
  })

  test('without a profile say that they are a fallback and why; unknown movies are named', async () => {
    const none = await session({ k: 2 }, [])
    expect(none.items.map(({ reason }) => reason.fallback)).toEqual([
      { to: 'best-rated', because: 'nothing has been rated yet' },
      { to: 'best-rated', because: 'nothing has been rated yet' },
    ])
    expect(none.items[0]!.reason).toMatchObject({ kind: 'fallback', contributions: [], method: null })
    const strange = await session({ k: 1 }, [{ item: 'no such', rating: 4 }])
    expect(strange.unknown).toEqual(['no such'])
    expect(strange.items[0]!.reason.fallback!.because).toContain('does not know the one movie')
    await expect(session({}, [{ item: '1', rating: 11 }])).rejects.toMatchObject({
      code: 'bad-rating',
      place: 'body.profile.0.rating',
    })
  })

  test('where no rating moves the model, none is named, however few movies it scores at a time', async () => {
    const settings = { epochs: 1, threshold: 3, dislikes: 'exclude' }
    const directory = await makeArtefact(join(folder, 'mlp'), 'mlp', settings, { least: 30 })
    const other = await run(join(folder, 'mlp-running'), directory)
    const disliked = ids.slice(0, 3).map((item) => ({ item, rating: 1 }))
    const list = await other.service.recommendForSession({ ...ask, profile: disliked, dislikes: [] })
    expect(list.items).toHaveLength(10)
    for (const { reason } of list.items) {
      expect(reason).toMatchObject({ kind: 'fallback', contributions: [] })
      expect(reason.text).toBe('the same for everybody, because these ratings change nothing in what mlp recommends')
    }
    await other.close()
  })

  test('filters, exclusions, seen and disliked movies; a short list says why', async () => {
    const plain = await session()
    const [first, second] = plain.items.map(({ item }) => item)
    const without = await session({ exclude: [first!] }, profile, [second!])
    expect(without.items.map(({ item }) => item)).not.toContain(first)
    expect(without.items.map(({ item }) => item)).not.toContain(second)
    expect(without.items[0]!.item).toBe(plain.items[2]!.item)
    const seen = await session({ includeSeen: true, k: 500 }, profile, ['318'])
    const all = seen.items.map(({ item }) => item)
    expect(all).toContain('1')
    expect(all).not.toContain('318')
    const noir = await session({ genres: ['film-noir'], yearFrom: 1940, yearTo: 1950, k: 500 })
    expect(noir.items.length).toBeGreaterThan(10)
    for (const { genres, year } of noir.items) {
      expect(genres).toContain('Film-Noir')
      expect(year).toBeGreaterThanOrEqual(1940)
      expect(year).toBeLessThanOrEqual(1950)
    }
    expect(noir.note).toContain(`Only ${noir.items.length} movies are left: ${noir.items.length} movies of 9724 pass`)
    const nothing = await session({ genres: ['Telenovela'] })
    expect(nothing.items).toEqual([])
    expect(nothing.note).toContain('no movie has the genre "Telenovela"')
  })

  test('diversity lowers the similarity within a list, the best staying first; the penalty lowers popularity', async () => {
    const vectors = artefact.model.vectors!()!
    const inside = (items: readonly { item: string }[]): number => {
      const rows = items.map(({ item }) => {
        const at = artefact.train.items.indexOf(item) * vectors.width
        const row = vectors.data.subarray(at, at + vectors.width)
        return row.map((value) => value / Math.hypot(...row))
      })
      let sum = 0
      for (const a of rows) for (const b of rows) if (a !== b) sum += a.reduce((total, x, d) => total + x * b[d]!, 0)
      return sum / (rows.length * (rows.length - 1))
    }
    const [plain, some, full] = [await session(), await session({ diversity: 0.5 }), await session({ diversity: 1 })]
    expect(some.items[0]!.item).toBe(plain.items[0]!.item)
    expect(inside(some.items)).toBeLessThan(inside(plain.items) - 0.02)
    expect(inside(full.items)).toBeLessThan(inside(some.items))
    const { offsets } = artefact.train.byItem()
    const popularity = (items: readonly { item: string }[]): number =>
      items.reduce((sum, { item }) => {
        const at = artefact.train.items.indexOf(item)
        return sum + offsets[at + 1]! - offsets[at]!
      }, 0) / items.length
    const penalised = await session({ popularityPenalty: 1 })
    expect(popularity(penalised.items)).toBeLessThan(popularity(plain.items) / 3)
  })
})

describe('users', () => {
  const list = (user: string, options: Partial<typeof ask> = {}) =>
    running.service.recommendForUser(user, { ...ask, ...options })
  const say = async (...events: Parameters<Running['store']['append']>[0]): Promise<void> => {
    await running.store.append(events)
    running.service.onFeedback(events)
  }

  test('of the training data are folded in from their training ratings', async () => {
    const user = artefact.train.users.indexOf('1')
    const { offsets, indices, values } = artefact.train.byUser()
    const rated = Array.from({ length: offsets[user + 1]! - offsets[user]! }, (_, n) => ({
      item: indices[offsets[user]! + n]!,
      rating: values[offsets[user]! + n]!,
    }))
    const best = await artefact.model.recommend({ profile: rated }, { k: 10 })
    const got = await list('1')
    expect(got.items.map(({ item }) => item)).toEqual(best.map(({ item }) => artefact.train.items.id(item)))
    expect(got.profile).toBe(rated.length)
    expect(got.items[0]!.reason.kind).toBe('ratings')
  })

  test('new feedback changes the next list; taking it back changes it back', async () => {
    const before = await list('ann')
    expect(before.items[0]!.reason.fallback).toEqual({ to: 'best-rated', because: 'this user has rated nothing' })
    await say(
      { user: 'ann', item: '1', kind: 'rating', value: 5 },
      { user: 'ann', item: '2571', kind: 'rating', value: 1 },
    )
    const after = await list('ann')
    expect(after.profile).toBe(2)
    const asSession = await session({}, [
      { item: '1', rating: 5 },
      { item: '2571', rating: 1 },
    ])
    expect(after.items).toEqual(asSession.items)
    expect(after.items).not.toEqual(before.items)
    await say({ user: 'ann', item: '1', kind: 'rating', value: 2 })
    expect((await list('ann')).items).toEqual(
      (
        await session({}, [
          { item: '2571', rating: 1 },
          { item: '1', rating: 2 },
        ])
      ).items.map((item) => expect.objectContaining({ item: item.item })),
    )
    await say(
      { user: 'ann', item: '1', kind: 'rating', value: null, action: 'delete' },
      { user: 'ann', item: '2571', kind: 'rating', value: null, action: 'delete' },
    )
    expect((await list('ann')).items).toEqual(before.items)
  })

  test('a training rating that is taken back is gone, and one given anew counts instead', async () => {
    const before = await list('2')
    const user = artefact.train.users.indexOf('2')
    const { offsets, indices } = artefact.train.byUser()
    const item = artefact.train.items.id(indices[offsets[user]!]!)
    await say({ user: '2', item, kind: 'rating', value: null, action: 'delete' })
    const after = await list('2')
    expect(after.profile).toBe(before.profile - 1)
    expect(after.items.map(({ score }) => score)).not.toEqual(before.items.map(({ score }) => score))
    await say({ user: '2', item, kind: 'rating', value: 3 })
    expect((await list('2')).profile).toBe(before.profile)
  })

  test('watched and skipped are seen, a like counts as the highest rating, "not interested" hides and counts as nothing', async () => {
    const [a, b, c] = (await list('bob')).items.map(({ item }) => item)
    await say(
      { user: 'bob', item: a!, kind: 'watched', value: null },
      { user: 'bob', item: b!, kind: 'skipped', value: null },
      { user: 'bob', item: c!, kind: 'dislike', value: null },
    )
    const after = await list('bob')
    expect(after.profile).toBe(0)
    for (const item of [a, b, c]) expect(after.items.map((entry) => entry.item)).not.toContain(item)
    const all = (await list('bob', { includeSeen: true, k: 500 })).items.map(({ item }) => item)
    expect(all).toEqual(expect.arrayContaining([a, b]))
    expect(all).not.toContain(c)
    await say({ user: 'bob', item: '1', kind: 'like', value: null })
    const liked = await list('bob')
    expect(liked.profile).toBe(1)
    const { contributions, text } = liked.items[0]!.reason
    expect(contributions[0]).toMatchObject({ item: '1', rating: 5 })
    expect(text).toBe(`because you liked ${contributions[0]!.title}`)
    await say({ user: 'bob', item: '2', kind: 'rating', value: 4.5 })
    const both = (await list('bob', { k: 50, reasons: 10 })).items.map(({ reason }) => reason)
    const two = both.find((reason) => reason.contributions.length === 2)!
    const titles = Object.fromEntries(two.contributions.map(({ item, title }) => [item, title]))
    expect(two.text).toBe(`because you gave ${titles['2']} 4.5 stars, and liked ${titles['1']}`)
    await say({ user: 'bob', item: '2', kind: 'rating', value: null, action: 'delete' })
    await say({ user: 'bob', item: '1', kind: 'rating', value: 2.5 })
    expect((await list('bob', { reasons: 10 })).items.flatMap(({ reason }) => reason.contributions)).not.toContainEqual(
      expect.objectContaining({ rating: 5 }),
    )
  })

  test('in batches: a line for each in order, a problem where one has one', async () => {
    const lines = []
    for await (const line of running.service.recommendBatch({ ...ask, users: ['1', 'x', '3'], k: 3, reasons: 0 }))
      lines.push(line)
    expect(lines.map(({ user }) => user)).toEqual(['1', 'x', '3'])
    expect(lines.every((line) => 'list' in line && line.list.items.length === 3)).toBe(true)
    const strange = running.service.recommendBatch({ ...ask, users: ['1'], model: 'no such' })[Symbol.asyncIterator]()
    await expect(strange.next()).rejects.toMatchObject({ code: 'unknown-model' })
  })
})

describe('predictions, neighbours, explanations', () => {
  test('pairs in the order asked, strangers with the fallback named', async () => {
    const { predictions } = await running.service.predict({
      pairs: [
        { user: '3', item: '1' },
        { user: 'nobody', item: '1' },
        { user: '3', item: '2571' },
        { user: '3', item: 'no such' },
      ],
      items: [],
    })
    expect(predictions.map(({ user, item }) => [user, item])).toEqual([
      ['3', '1'],
      ['nobody', '1'],
      ['3', '2571'],
      ['3', 'no such'],
    ])
    expect(predictions.map(({ fallback }) => fallback)).toEqual([
      null,
      'this user has rated nothing',
      null,
      'the model does not know the movie',
    ])
    const unknown = await artefact.model.scoreAll({ profile: [] })
    expect(predictions[1]!.score).toBe(unknown[artefact.train.items.indexOf('1')])
    const posted = await running.service.predict({ pairs: [], profile, items: ['1', '50'] })
    const list = await session({ k: 500, includeSeen: true })
    for (const { item, score, user } of posted.predictions) {
      expect(user).toBeNull()
      expect(score).toBe(list.items.find((entry) => entry.item === item)!.score)
    }
  })

  test('neighbours are the model’s', async () => {
    const { items } = await running.service.similarMovies({ items: ['1'], k: 5 })
    const near = await artefact.model.similar([artefact.train.items.indexOf('1')], 5)
    expect(items.map(({ item, similarity }) => [item, similarity])).toEqual(
      near.map(({ item, similarity }) => [artefact.train.items.id(item), similarity]),
    )
    await expect(running.service.similarMovies({ items: ['no such'], k: 5 })).rejects.toMatchObject({
      code: 'unknown-movie',
    })
  })

  test('an explanation adds up, and needs one person', async () => {
    const told = await running.service.explain({ profile, item: '50', k: 3 })
    expect(told.shapley.none! + told.shapley.user! + told.shapley.item!).toBeCloseTo(told.score, 3)
    expect(told).toMatchObject({ measured: 10, of: 10, title: 'Usual Suspects, The (1995)' })
    for (const { without, difference } of told.ratings) expect(without + difference).toBeCloseTo(told.score, 3)
    // With a profile the user only chooses the version.
    const mine = await running.service.explain({ user: '1', profile, item: '50', k: 3 })
    expect(mine).toEqual(await running.service.explain({ profile, item: '50', k: 3 }))
    await expect(running.service.explain({ item: '50', k: 3 })).rejects.toMatchObject({ code: 'bad-request' })
    await expect(running.service.explain({ profile: [], item: 'x', k: 3 })).rejects.toMatchObject({
      code: 'unknown-movie',
    })
  })
})

describe('recommendation ids', () => {
  test('name the version, are never the same, and cannot be made up', async () => {
    const [a, b] = [await session(), await session()]
    expect(a.recommendation).not.toBe(b.recommendation)
    expect(a.recommendation).toMatch(/^[\w-]{32}$/)
    const forged = `${a.recommendation.slice(0, -1)}${a.recommendation.endsWith('A') ? 'B' : 'A'}`
    await running.store.append([
      { user: 'eve', item: '1', kind: 'rating', value: 4, recommendation: a.recommendation },
      { user: 'eve', item: '2', kind: 'rating', value: 5, recommendation: forged },
      { user: 'eve', item: '3', kind: 'like', value: null, recommendation: 'mine' },
    ])
    const { report } = await running.service.getTraffic()
    expect(report).toHaveLength(1)
    expect(report[0]).toMatchObject({ version: a.model, share: 1, users: 1, meanRating: 4 })
    expect(report[0]!.feedback).toMatchObject({ rating: 1, like: 0 })
    const counted = running.service.figures().served[a.model]!
    expect(report[0]!.served).toBe(counted)
    expect(counted).toBeGreaterThan(10)
  })
})
