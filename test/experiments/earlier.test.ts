import { expect, test } from 'vitest'
import { Interactions } from '../../src/data/interactions.ts'
import type { Split } from '../../src/data/splits/index.ts'
import { Vocabulary } from '../../src/data/vocabulary.ts'
import { evaluateEarlier } from '../../src/experiments/earlier.ts'
import type { ProfileRating, Recommender, Who } from '../../src/models/recommender.ts'

const users = Vocabulary.of(['a', 'b'])
const items = Vocabulary.of(['x', 'y', 'z', 'w'])
const ratings = (rows: readonly (readonly [user: number, item: number, rating: number, time: number])[]) =>
  new Interactions({
    users,
    items,
    user: Int32Array.from(rows, ([user]) => user),
    item: Int32Array.from(rows, ([, item]) => item),
    rating: Float32Array.from(rows, ([, , rating]) => rating),
    timestamp: Float64Array.from(rows, ([, , , time]) => time),
    scale: { min: 1, max: 5, step: 1 },
  })
const parts: Split = {
  train: ratings([
    [0, 0, 5, 10],
    [0, 1, 1, 20],
  ]),
  test: ratings([
    [0, 2, 4, 30],
    [0, 3, 2, 30],
    [1, 0, 3, 5],
    [1, 1, 5, 9],
  ]),
  validation: null,
  profiles: null,
  validationProfiles: null,
  spec: { kind: 'given' },
}

/** Predicts the mean of the profile, 3 without one, and remembers what it was asked. */
function meanModel(asked: (readonly ProfileRating[])[]): Recommender {
  return {
    name: 'mean',
    abilities: { ratings: true, foldIn: true, similar: false },
    scoreAll: async (who: Who) => {
      const profile = 'profile' in who ? who.profile : []
      asked.push(profile)
      const mean = profile.length === 0 ? 3 : profile.reduce((sum, { rating }) => sum + rating, 0) / profile.length
      return new Float32Array(4).fill(mean)
    },
  } as unknown as Recommender
}

test('each test rating is predicted from what its user rated strictly before it', async () => {
  const asked: (readonly ProfileRating[])[] = []
  const found = await evaluateEarlier(meanModel(asked), parts)
  // User a at 30: {5, 1}, mean 3, errors -1 and +1, asked once for both. User b: nothing (3, error 0), then {3}: error -2.
  expect(asked).toEqual([
    [
      { item: 0, rating: 5 },
      { item: 1, rating: 1 },
    ],
    [],
    [{ item: 0, rating: 3 }],
  ])
  expect(found).toEqual({ rmse: Math.sqrt(6 / 4), mae: 1, rows: 4, empty: 1 })
})

test('predictions are clipped to the scale', async () => {
  const model = { ...meanModel([]), scoreAll: async () => new Float32Array(4).fill(9) } as Recommender
  const { mae } = await evaluateEarlier(model, parts)
  expect(mae).toBe((1 + 3 + 2 + 0) / 4)
})

test('a sample of rows is the same for every model', async () => {
  const [one, two] = await Promise.all([1, 2].map(() => evaluateEarlier(meanModel([]), parts, { most: 2 })))
  expect(one).toEqual(two)
  expect(one!.rows).toBe(2)
})

test('a model that takes no profile is not able', async () => {
  const model = { ...meanModel([]), abilities: { ratings: true, foldIn: false, similar: false } } as Recommender
  await expect(evaluateEarlier(model, parts)).rejects.toMatchObject({ code: 'not-able' })
})

test('a NaN names the model', async () => {
  const model = { ...meanModel([]), scoreAll: async () => new Float32Array(4).fill(Number.NaN) } as Recommender
  await expect(evaluateEarlier(model, parts)).rejects.toThrow(/mean predicted NaN for user a/)
})
