import { beforeAll, describe, expect, test } from 'vitest'
import { registerBuiltins } from '../../src/catalogue/builtin.ts'
import { createModel } from '../../src/models/registry.ts'
import golden from '../golden/factorisation.json' with { type: 'json' }
import { dense } from './data.ts'

beforeAll(registerBuiltins)

async function weightsOf(ratings: readonly (readonly number[])[], set: Record<string, unknown>): Promise<Float32Array> {
  const model = await createModel('ease', set)
  await model.fit(dense(ratings), { threads: 1 })
  return model.save().tensors.weights!.data as Float32Array
}

describe.each([
  ['more users than items', golden.easeTall],
  ['more items than users (the smaller matrix is inverted)', golden.easeWide],
])('EASE with %s', (_, { ratings, binary, scores, threshold3Rating }) => {
  test("has numpy's weights", async () => {
    const weights = await weightsOf(ratings, { lambda: 3 })
    for (const [k, value] of binary.flat().entries()) expect(weights[k]).toBeCloseTo(value, 6)
  })

  test("has numpy's scores, for a training user and for the same ratings as a profile", async () => {
    const model = await createModel('ease', { lambda: 3 })
    await model.fit(dense(ratings))
    for (const [user, row] of ratings.entries()) {
      const known = await model.scoreAll({ user })
      for (const [item, score] of scores[user]!.entries()) expect(known[item]).toBeCloseTo(score, 5)
      const profile = row.flatMap((rating, item) => (rating > 0 ? [{ item, rating }] : []))
      expect(await model.scoreAll({ profile })).toEqual(known)
    }
  })

  test('counts ratings by their stars, and only those above the threshold', async () => {
    const model = await createModel('ease', { lambda: 0.7, minimumRating: 3, weights: 'rating' })
    await model.fit(dense(ratings))
    const { weights, items } = model.save().tensors
    const kept = [...items!.data]
    for (const [a, i] of kept.entries()) {
      for (const [b, j] of kept.entries()) {
        expect(weights!.data[a * kept.length + b]).toBeCloseTo(threshold3Rating[i]![j]!, 5)
      }
    }
  })
})

test('two items, by hand', async () => {
  // G = [[3, 2], [2, 2]] + 1 on the diagonal; its inverse is [[3, -2], [-2, 4]] / 8, so B01 = 2 / 4 and B10 = 2 / 3.
  const weights = await weightsOf(
    [
      [5, 5],
      [5, 5],
      [5, 0],
      [0, 0],
    ],
    { lambda: 1 },
  )
  expect([...weights]).toEqual([0, 0.5, 2 / 3, 0].map((value) => expect.closeTo(value, 6)))
})

test('dislikes are no positives, and who has none gets the most popular', async () => {
  const model = await createModel('ease', { minimumRating: 4 })
  await model.fit(
    dense([
      [5, 5, 1],
      [5, 4, 2],
      [5, 1, 1],
      [2, 0, 1],
    ]),
  )
  const popular = [1, 2 / 3, 0].map((share) => Math.fround(share))
  expect([...(await model.scoreAll({ user: 3 }))]).toEqual(popular)
  expect([...(await model.scoreAll({ profile: [{ item: 1, rating: 1 }] }))]).toEqual(popular)
  expect([...(await model.predict({ user: Int32Array.of(3, -1), item: Int32Array.of(1, 2) }))]).toEqual([popular[1], 0])
})

test("a threshold above every rating is a user's mistake", async () => {
  const model = await createModel('ease', { minimumRating: 6 })
  await expect(model.fit(dense([[5, 4]]))).rejects.toMatchObject({ code: 'no-ratings' })
})

test('every hyper-parameter changes the weights', async () => {
  const { ratings } = golden.easeTall
  const base = await weightsOf(ratings, {})
  for (const set of [{ lambda: 30 }, { minimumRating: 3 }, { weights: 'rating' }]) {
    expect(await weightsOf(ratings, set)).not.toEqual(base)
  }
})
