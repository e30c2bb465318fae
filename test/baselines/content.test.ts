import { beforeAll, describe, expect, test } from 'vitest'
import { decadesOf, genresOf, joined, tagsOf } from '../../src/baselines/content/features.ts'
import { ContentFeatures, TasteSolver } from '../../src/baselines/content/profile.ts'
import { registerBuiltins } from '../../src/catalogue/builtin.ts'
import { createModel } from '../../src/models/registry.ts'
import { featuresOf, ordinary } from '../contracts/data.ts'
import { dense, itemTable } from './data.ts'

beforeAll(registerBuiltins)

describe('features', () => {
  const table = itemTable([['War', 'Drama'], ['Drama'], []], [['Slow', 'slow '], ['slow', 'rare'], []], [1994, 0, 2003])

  test('genres, most widespread first, by item', () => {
    expect(genresOf(table)).toEqual({
      names: ['Drama', 'War'],
      of: [Int32Array.of(0, 1), Int32Array.of(0), new Int32Array(0)],
    })
  })

  test('tags without regard to case, once per item, rare ones left out', () => {
    expect(tagsOf(table, 2, 9)).toEqual({
      names: ['slow'],
      of: [Int32Array.of(0), Int32Array.of(0), new Int32Array(0)],
    })
    expect(tagsOf(table, 1, 9).names).toEqual(['slow', 'rare'])
    expect(tagsOf(table, 1, 0).names).toEqual([])
  })

  test('decades, and kinds side by side', () => {
    expect(decadesOf(table).names).toEqual(['1990s', '2000s'])
    const all = joined([genresOf(table), decadesOf(table)])
    expect(all.names).toEqual(['Drama', 'War', '1990s', '2000s'])
    expect(all.of[0]).toEqual(Int32Array.of(0, 1, 2))
    expect(all.of[2]).toEqual(Int32Array.of(3))
  })
})

test('a taste by hand: one genre, ridge 1 on it and 2 on the bias', () => {
  // Items 0 and 1 are dramas (x = 1), item 2 nothing (x = 0); residuals 1, 2, -1.
  // [[2 + 1, 2], [2, 3 + 2]] (w, b) = (3, 2): w = 1, b = 0.
  const features = new ContentFeatures(genresOf(itemTable([['Drama'], ['Drama'], []])))
  const taste = new Float64Array(3)
  new TasteSolver(features, 1, 2).solve([0, 1, 2], (n) => [1, 2, -1][n]!, taste, 1)
  expect(taste[1]).toBeCloseTo(1, 12)
  expect(taste[2]).toBeCloseTo(0, 12)
})

describe('the content model', () => {
  const genres = [['War'], ['War'], ['Love'], ['Love'], ['War'], ['Love']]
  // Two who love war films and two who love love; nobody has seen items 4 and 5.
  const train = dense([
    [5, 5, 1, 1, 0, 0],
    [5, 4, 2, 1, 0, 0],
    [1, 1, 5, 5, 0, 0],
    [2, 1, 4, 5, 0, 0],
  ])

  test('rates unseen items by the taste of the user', async () => {
    const model = await createModel('content', { tasteRegularisation: 1 })
    await model.fit(train, { items: itemTable(genres) })
    const [war, love, loverOfLove] = await model.predict({ user: Int32Array.of(0, 0, 2), item: Int32Array.of(4, 5, 5) })
    expect(war! - love!).toBeGreaterThan(2)
    expect(loverOfLove! - love!).toBeGreaterThan(2)
    expect((await model.recommend({ profile: [{ item: 2, rating: 5 }] }, { k: 1 }))[0]!.item).not.toBe(4)
    expect((await model.similar([4], 2)).map(({ item }) => item)).toEqual([0, 1])
  })

  test("a training user's own ratings as a profile give the same scores", async () => {
    const data = ordinary()
    const model = await createModel('content')
    await model.fit(data, { items: featuresOf(data) })
    const { offsets, indices, values } = data.byUser()
    const profile = []
    for (let at = offsets[5]!; at < offsets[6]!; at++) profile.unshift({ item: indices[at]!, rating: values[at]! })
    expect(await model.scoreAll({ profile })).toEqual(await model.scoreAll({ user: 5 }))
  })

  test('says so where it is given no features', async () => {
    for (const name of ['content', 'joint-mf', 'collective-mf']) {
      const model = await createModel(name)
      await expect(model.fit(train)).rejects.toMatchObject({ code: 'no-item-features' })
      expect(model.abilities.itemFeatures).toBe(true)
    }
  })

  test('every hyper-parameter changes the model', async () => {
    const data = ordinary()
    const scores = async (set: Record<string, unknown>): Promise<Float32Array> => {
      const model = await createModel('content', { minimumTagItems: 1, ...set })
      await model.fit(data, { items: featuresOf(data) })
      return model.scoreAll({ user: 4 })
    }
    const base = await scores({})
    for (const set of [
      { sweeps: 1 },
      { tasteRegularisation: 9 },
      { userDamping: 9 },
      { commonRegularisation: 1 },
      { itemMeans: false },
      { itemDamping: 1 },
      { years: false },
      { minimumTagItems: 99 },
      { maximumTags: 0 },
    ]) {
      expect(await scores(set), JSON.stringify(set)).not.toEqual(base)
    }
  })
})
